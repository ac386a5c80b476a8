"""A key that a Keygen server vouches for: https://keygen.sh, or a server of one's own.

Unavailable is not invalid: while no answer comes that counts, the last one that did holds, for GRACE. It is
kept in the database, and verified again whenever it is read. Keygen is asked when a process starts and then
once an hour for all processes of a database together, never for a task.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import quote, urlsplit

import requests
import urllib3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nerproc.client.pause import asked_pause
from nerproc.license.answer import Answer, Question, Unproven, Verdict, check_fresh, single
from nerproc.license.base import FULL_ACCESS, Grant, judge, utc_now
from nerproc.license.record import Record
from nerproc.schema.license import LicenseStatus

API_VERSION = "1.7"  # pinned: others name the fields of the answer differently
GRACE = timedelta(hours=72)
REFRESH_SECONDS = 3_600.0  # between two answers
RETRY_SECONDS = 300.0  # between two attempts
MOST_HOLD_OFF_SECONDS = 86_400.0  # of what Retry-After may ask for: it is not signed
CONNECT_SECONDS = 3.0
READ_SECONDS = 5.0  # without a byte
MOST_SECONDS = 10.0  # for a whole body
MOST_BYTES = 1 << 16  # of a body
MEDIA_TYPE = "application/vnd.api+json"

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Server:
    """Where keys are validated."""

    url: str  # of the server, without /v1
    account: str  # id or slug
    public_key: Ed25519PublicKey

    def question(self) -> Question:
        """A new question; its number keeps an old answer from answering it."""
        url = urlsplit(self.url)
        path = (
            f"{url.path.rstrip('/')}/v1/accounts/{quote(self.account, safe='')}/licenses/actions/validate-key"
        )
        return Question(url.hostname or "", f"post {path}", secrets.randbits(63), self.account)

    def ask(self, question: Question, key: str) -> Answer:
        """Send a question.

        Raises:
            NoAnswer: none came that can count.
        """
        asked = {"key": key, "nonce": question.nonce, "scope": {"entitlements": [FULL_ACCESS]}}
        path = question.target.removeprefix("post ")
        url = urlsplit(self.url)._replace(path=path, query="", fragment="").geturl()
        try:
            with requests.Session() as session:
                session.trust_env = question.host not in _LOOPBACK  # its proxies, for others
                response = session.post(
                    url,
                    data=json.dumps({"meta": asked}),
                    headers=_HEADERS,
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                    auth=lambda request: request,  # none, not what ~/.netrc has for the host
                    allow_redirects=False,
                    stream=True,
                )
                return _answer(response, question)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise NoAnswer(f"it cannot be reached ({type(error).__name__})") from None
        except Unproven as error:
            raise NoAnswer(f"its answer does not count: {error}") from None


class NoAnswer(Exception):
    """Keygen said nothing that counts; str() says why."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        """`retry_after` are the seconds in which it wants to hear nothing."""
        super().__init__(why)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class _Known:
    """What the last look found."""

    latest: datetime  # the latest time that was ever seen
    answer: bytes | None  # the last that counts
    verdict: Verdict | None
    problem: str | None  # why no newer answer came


class KeygenLicense:
    """A key, the server that knows it, and what it said last."""

    def __init__(
        self, key: str, server: Server, record: Record, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._key = key
        self._server = server
        self._record = record
        self._clock = clock
        self._asked = False
        self._problem: str | None = None
        self._known: _Known | None = None
        self._lock = threading.Lock()

    def refresh(self) -> None:
        """Ask Keygen if it is time to; then read the last answer, whoever got it."""
        with self._lock:
            self._record.see()
            if self._record.take_turn(pause=RETRY_SECONDS, now=not self._asked):
                self._asked = True
                self._ask()
            seen = self._record.see()
            if self._known is not None and seen.answer != self._known.answer:
                self._problem = None  # another has come, to whichever process
            self._known = _Known(seen.latest, seen.answer, self._read(seen.answer), self._problem)

    def _ask(self) -> None:
        question = self._server.question()
        try:
            answer = self._server.ask(question, self._key)
            verdict = answer.verdict(self._server.public_key)
            check_fresh(verdict, self._clock())
        except Unproven as error:
            self._problem = f"its answer does not count: {error}"
        except NoAnswer as error:
            self._problem = str(error)
            if error.retry_after is not None:
                self._record.hold_off(error.retry_after)
        else:
            self._problem = None
            self._record.keep(answer.stored(), verdict.date, pause=REFRESH_SECONDS)

    def _read(self, stored: bytes | None) -> Verdict | None:
        if stored is None:
            return None
        try:
            answer = Answer.load(stored)
            ours = self._server.question()
            if (answer.question.host, answer.question.target) != (ours.host, ours.target):
                return None
            return answer.verdict(self._server.public_key)
        except (Unproven, ValueError, LookupError, TypeError):  # what another version of nerproc has kept
            return None

    def status(self) -> LicenseStatus:
        """Judged by the last answer, at this machine's time."""
        if self._known is None:
            self.refresh()
        assert self._known is not None
        known, now = self._known, self._clock()
        problem = known.problem or "it asked to wait"
        if known.verdict is None:
            reason = f"Keygen has not validated the licence yet: {problem}"
            return LicenseStatus(type="keygen", state="unavailable", reason=reason)
        holds_until = known.verdict.date + GRACE
        status = _judge(known.verdict, now=now, latest=known.latest)
        if status.state == "valid" and known.problem:
            reason = f"the last answer of Keygen holds; since then {known.problem}"
            status = status.model_copy(update={"reason": reason})
        if status.state == "valid" and max(now, known.latest) > holds_until:
            reason = f"Keygen has not answered since {known.verdict.date:%Y-%m-%d %H:%M} UTC: {problem}"
            status = status.model_copy(update={"state": "unavailable", "reason": reason})
        return status.model_copy(update={"validated_at": known.verdict.date, "holds_until": holds_until})


class UnplacedLicense:
    """A key that is not a local one, while no account at Keygen is named that could have issued it."""

    def refresh(self) -> None:
        """There is nobody to ask."""

    def status(self) -> LicenseStatus:
        """Invalid."""
        reason = (
            "The licence key does not begin with local:, and NERPROC_KEYGEN_ACCOUNT and "
            "NERPROC_KEYGEN_PUBLIC_KEY do not say which account at Keygen issued it"
        )
        return LicenseStatus(type="keygen", state="invalid", reason=reason)


def _judge(verdict: Verdict, *, now: datetime, latest: datetime) -> LicenseStatus:
    if verdict.state == "valid":
        assert verdict.id is not None
        begins = verdict.issued or verdict.date
        return judge(
            "keygen",
            Grant(verdict.id, begins, begins, verdict.expiry, (FULL_ACCESS,)),
            now=now,
            latest=latest,
        )
    return LicenseStatus(
        type="keygen",
        state=verdict.state,
        reason=f"Keygen says {verdict.code}",
        id=verdict.id,
        issued=verdict.issued,
        expiry=verdict.expiry,
    )


_HEADERS = {
    "Content-Type": MEDIA_TYPE,
    "Accept": MEDIA_TYPE,
    "Accept-Encoding": "identity",
    "Keygen-Version": API_VERSION,
    "Keygen-Accept-Signature": 'algorithm="ed25519"',
}


def _answer(response: requests.Response, question: Question) -> Answer:
    if response.status_code != HTTPStatus.OK:
        pause = asked_pause(response.headers.get("Retry-After"))
        longest = MOST_HOLD_OFF_SECONDS
        raise NoAnswer(_refused(response.status_code), None if pause is None else min(pause, longest))
    headers = response.raw.headers
    return Answer(
        question=question,
        date=single(headers, "Date"),
        digest=single(headers, "Digest"),
        signature=single(headers, "Keygen-Signature"),
        body=_body(response),
    )


def _body(response: requests.Response) -> bytes:
    give_up = time.monotonic() + MOST_SECONDS
    body = b""
    while piece := response.raw.read1(MOST_BYTES, decode_content=True):
        body += piece
        if len(body) > MOST_BYTES:
            raise Unproven("it is too long")
        if time.monotonic() > give_up:
            raise NoAnswer("it answers too slowly")
    return body


def _refused(status: int) -> str:
    if status == HTTPStatus.NOT_FOUND:
        return "it knows no such account (NERPROC_KEYGEN_ACCOUNT)"
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return "it sends us somewhere else, and we do not go"
    return f"it answers with status {status}"
