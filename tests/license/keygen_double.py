"""A Keygen server for tests: real HTTP, a key of its own, answers signed as sent, and many ways to misbehave.

Made from Keygen's documentation (https://keygen.sh/docs/api/licenses/#licenses-actions-validate-key and
https://keygen.sh/docs/api/signatures/), not from the client under test.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.served import posts_answered

SLUG = "example"


@dataclass
class Known:
    """A licence of the account."""

    id: str = field(default_factory=lambda: str(uuid4()))
    expiry: datetime | None = None
    entitlements: set[str] = field(default_factory=lambda: {"FULL_ACCESS"})
    policy_entitlements: set[str] = field(default_factory=set)
    banned: bool = False
    suspended: bool = False
    overdue: bool = False
    keeps_access: bool = False  # its policy calls it valid when it has expired


@dataclass
class Reply:
    """An answer on its way out; what a test changes before it is signed, or behind."""

    document: dict[str, Any]
    date: str
    target: str
    host: str
    keyid: str
    signer: Ed25519PrivateKey
    algorithm: str = "ed25519"
    covered: str = "(request-target) host date digest"
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


class KeygenDouble:
    """The server; `before` and `after` signing may change a reply, `instead` answers in place of it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.account = str(uuid4())
        self.signer = Ed25519PrivateKey.generate()
        self.licenses: dict[str, Known] = {}
        self.asked: list[dict[str, Any]] = []  # every request: path, headers, meta
        self.before: Callable[[Reply], None] = lambda reply: None
        self.after: Callable[[Reply], None] = lambda reply: None
        self.instead: Callable[[BaseHTTPRequestHandler], None] | None = None
        self.pinned_version: str | None = None  # of the API, whatever is asked for
        self.url = ""

    @property
    def public_key(self) -> str:
        """As the dashboard shows it."""
        raw = self.signer.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return raw.hex()

    def behave(self) -> None:
        """Forget every way to misbehave."""
        self.before = self.after = lambda reply: None
        self.instead = None
        self.pinned_version = None

    def verdict(self, known: Known | None, scope: dict[str, Any]) -> tuple[bool, str]:
        """`valid` and `code`, in Keygen's order of checks."""
        if known is None:
            return False, "NOT_FOUND"
        has_expired = known.expiry is not None and known.expiry <= self.now()
        refusals = [
            ("BANNED", known.banned),
            ("SUSPENDED", known.suspended),
            ("EXPIRED", has_expired and not known.keeps_access),
            ("OVERDUE", known.overdue),
        ]
        refusals += self._missing(known, scope)
        for code, holds in refusals:
            if holds:
                return False, code
        return True, "EXPIRED" if has_expired else "VALID"

    def _missing(self, known: Known, scope: dict[str, Any]) -> list[tuple[str, bool]]:
        wanted = scope.get("entitlements")
        if wanted is None:
            return []
        has = known.entitlements | known.policy_entitlements
        return [("ENTITLEMENTS_SCOPE_EMPTY", not wanted), ("ENTITLEMENTS_MISSING", not set(wanted) <= has)]

    def document(self, meta: dict[str, Any], version: str) -> dict[str, Any]:
        """The body of an answer."""
        key, scope = meta["key"], meta.get("scope", {})
        known = self.licenses.get(key)
        valid, code = self.verdict(known, scope)
        old = tuple(map(int, version.split("."))) < (1, 2)
        told = {
            "ts": self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "valid": valid,
            "detail": code.lower().replace("_", " "),
            "constant" if old else "code": code,
            "scope": scope,
        }
        if "nonce" in meta:
            told["nonce"] = meta["nonce"]
        data = None
        if known is not None:
            expiry = None if known.expiry is None else known.expiry.isoformat().replace("+00:00", "Z")
            attributes = {"key": key, "expiry": expiry, "created": "2026-01-01T00:00:00.000Z", "uses": 0}
            data = {"id": known.id, "type": "licenses", "attributes": attributes}
        return {"data": data, "meta": told}

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        request = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        meta = json.loads(request)["meta"]
        self.asked.append({"path": handler.path, "headers": dict(handler.headers), "meta": meta})
        if self.instead is not None:
            self.instead(handler)
            return
        _, _, _, account, *rest = handler.path.split("/")
        if account not in (self.account, SLUG) or rest != ["licenses", "actions", "validate-key"]:
            plain(handler, 404)
            return
        if type(meta.get("nonce", 0)) is not int:
            plain(handler, 400)
            return
        version = self.pinned_version or handler.headers.get("Keygen-Version", "1.0")
        reply = Reply(
            document=self.document(meta, version),
            date=format_datetime(self.now(), usegmt=True),
            target=f"post {handler.path}",
            host=handler.headers["Host"].partition(":")[0],
            keyid=self.account,
            signer=self.signer,
        )
        self.before(reply)
        self._sign(reply)
        self.after(reply)
        send(handler, 200, reply.headers, reply.body)

    def _sign(self, reply: Reply) -> None:
        reply.body = json.dumps(reply.document).encode()
        digest = f"sha-256={base64.b64encode(hashlib.sha256(reply.body).digest()).decode()}"
        signed = f"(request-target): {reply.target}\nhost: {reply.host}\ndate: {reply.date}\ndigest: {digest}"
        signature = base64.b64encode(reply.signer.sign(signed.encode())).decode()
        named = f'keyid="{reply.keyid}", algorithm="{reply.algorithm}"'
        reply.headers = [
            ("Content-Type", "application/vnd.api+json; charset=utf-8"),
            ("Date", reply.date),
            ("Digest", digest),
            ("Keygen-Signature", f'{named}, signature="{signature}", headers="{reply.covered}"'),
        ]


def send(
    handler: BaseHTTPRequestHandler,
    status: int,
    headers: list[tuple[str, str]],
    body: bytes,
    *,
    length: int | None = None,
) -> None:
    """Send a response; `length` is what it says of its body."""
    handler.send_response_only(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def plain(handler: BaseHTTPRequestHandler, status: int, *headers: tuple[str, str]) -> None:
    """An answer that is not signed, as proxies and rate limits make them."""
    send(handler, status, [("Content-Type", "application/json"), *headers], b'{"errors": [{"title": "no"}]}')


@contextmanager
def running(now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[KeygenDouble]:
    """A server on a free port of this machine."""
    double = KeygenDouble(now)
    with posts_answered(double.answer) as double.url:
        yield double


# Ways to misbehave --------------------------------------------------------------------------------------------


def status(number: int, *headers: tuple[str, str]) -> Callable[[KeygenDouble], None]:
    def misbehave(double: KeygenDouble) -> None:
        double.instead = lambda handler: plain(handler, number, *headers)

    return misbehave


def slow(double: KeygenDouble) -> None:
    double.instead = lambda handler: time.sleep(3)


def drip(double: KeygenDouble) -> None:
    """A byte now and then, each before the reader loses its patience."""

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, [("Date", "x"), ("Digest", "x"), ("Keygen-Signature", "x")], b"", length=1_000)
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    double.instead = trickle


def reset(double: KeygenDouble) -> None:
    double.instead = lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)


def redirect(double: KeygenDouble) -> None:
    """To where a valid answer waits."""

    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        double.instead = None
        plain(handler, 307, ("Location", f"{double.url}{handler.path}"))

    double.instead = elsewhere


def cut_short(double: KeygenDouble) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, [("Date", "x"), ("Digest", "x"), ("Keygen-Signature", "x")], b'{"data', length=500)

    double.instead = cut


def endless(double: KeygenDouble) -> None:
    double.after = lambda reply: setattr(reply, "body", reply.body + b" " * (1 << 20))


def not_json(double: KeygenDouble) -> None:
    def sign_text(reply: Reply) -> None:
        reply.document = "hello"  # type: ignore[assignment]

    double.before = sign_text


def dated(offset: timedelta) -> Callable[[KeygenDouble], None]:
    def misbehave(double: KeygenDouble) -> None:
        def change(reply: Reply) -> None:
            moment = double.now() + offset
            reply.date = format_datetime(moment, usegmt=True)
            reply.document["meta"]["ts"] = moment.isoformat()

        double.before = change

    return misbehave


def signing(**changes: Any) -> Callable[[KeygenDouble], None]:
    """Sign another thing than what was asked, or otherwise."""

    def misbehave(double: KeygenDouble) -> None:
        def change(reply: Reply) -> None:
            for name, value in changes.items():
                setattr(reply, name, value)

        double.before = change

    return misbehave


def meta(**changes: Any) -> Callable[[KeygenDouble], None]:
    """Say something else in `meta`, signed; None drops it."""

    def misbehave(double: KeygenDouble) -> None:
        def change(reply: Reply) -> None:
            told = reply.document["meta"] | changes
            reply.document["meta"] = {name: value for name, value in told.items() if value is not None}

        double.before = change

    return misbehave


def header(name: str, *values: str) -> Callable[[KeygenDouble], None]:
    """Send a header otherwise than it was signed: with these values, or not at all."""

    def misbehave(double: KeygenDouble) -> None:
        def change(reply: Reply) -> None:
            old = dict(reply.headers)[name]
            reply.headers = [pair for pair in reply.headers if pair[0] != name]
            reply.headers += [(name, value.replace("{old}", old)) for value in values]

        double.after = change

    return misbehave


def changed_body(double: KeygenDouble) -> None:
    def change(reply: Reply) -> None:
        reply.body = reply.body.replace(b'"valid": false', b'"valid": true ').replace(b": ", b":  ", 1)

    double.after = change


def changed_body_and_digest(double: KeygenDouble) -> None:
    def change(reply: Reply) -> None:
        reply.body += b" "
        digest = f"sha-256={base64.b64encode(hashlib.sha256(reply.body).digest()).decode()}"
        reply.headers = [(name, digest if name == "Digest" else value) for name, value in reply.headers]

    double.after = change


def unsigned(double: KeygenDouble) -> None:
    header("Keygen-Signature")(double)


def old_api(double: KeygenDouble) -> None:
    """Answers as version 1.1, which calls the code by another name."""
    double.pinned_version = "1.1"


def replay(double: KeygenDouble) -> None:
    """Whatever is asked, the first answer again, to the letter."""
    kept: list[tuple[list[tuple[str, str]], bytes]] = []

    def change(reply: Reply) -> None:
        if not kept:
            kept.append((reply.headers, reply.body))
        reply.headers, reply.body = kept[0]

    double.after = change


def compressed(double: KeygenDouble) -> None:
    """Not asked for, but allowed: the signature is over what was compressed."""

    def change(reply: Reply) -> None:
        reply.body = gzip.compress(reply.body)
        reply.headers.append(("Content-Encoding", "gzip"))

    double.after = change
