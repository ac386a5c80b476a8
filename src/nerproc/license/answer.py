"""Keygen's answer to "is this key valid?": what makes it count, and what it says.

Answers are signed (https://keygen.sh/docs/api/signatures/, draft-cavage-http-signatures-08): Ed25519 over the
request's method and path, the host that was asked, the answer's date, and the checksum of its body. Only what
verifies on the bytes as they came is looked into; and only the answer to the very question that was asked
counts, which held a random number.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self
from uuid import UUID

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import AwareDatetime, BaseModel, Field, StrictBool, StrictInt, ValidationError

from nerproc.errors import SettingsError
from nerproc.license.base import FULL_ACCESS, SKEW
from nerproc.schema.license import LicenseState

SIGNED = "(request-target) host date digest"  # what the signature must cover, in this order

_HEX_KEY = re.compile(r"[0-9a-fA-F]{64}")
_PARAMETER = r'(\w+)="([^"]*)"'
_PARAMETERS = re.compile(r'\w+="[^"]*"(?:, *\w+="[^"]*")*')
_STATES: dict[str, LicenseState] = {  # of the codes that decide, whatever `valid` says
    "NOT_FOUND": "not-found",
    "BANNED": "suspended",
    "SUSPENDED": "suspended",
    "EXPIRED": "expired",  # some policies go on calling an expired licence valid; we do not
    "ENTITLEMENTS_MISSING": "entitlement-missing",
    "ENTITLEMENTS_SCOPE_EMPTY": "entitlement-missing",
}


class Unproven(Exception):
    """An answer that does not count; str() says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """What decides whether an answer answers it."""

    host: str  # without port
    target: str  # method and path, as they are signed
    nonce: int
    account: str  # id or slug


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer says that counts."""

    state: LicenseState
    code: str
    date: datetime  # of the answer
    id: str | None
    issued: datetime | None
    expiry: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came, and the question; kept so, it can be verified again at any time."""

    question: Question
    date: str  # header
    digest: str  # header
    signature: str  # header
    body: bytes

    def stored(self) -> bytes:
        """Everything, verbatim."""
        return json.dumps({**asdict(self), "body": base64.b64encode(self.body).decode()}).encode()

    @classmethod
    def load(cls, stored: bytes) -> Self:
        """What `stored` made."""
        kept = json.loads(stored)
        question = Question(**kept.pop("question"))
        return cls(**{**kept, "question": question, "body": base64.b64decode(kept["body"])})

    def verdict(self, public_key: Ed25519PublicKey) -> Verdict:
        """What the answer says.

        Raises:
            Unproven: the holder of the key did not sign it, or not as the answer to this question.
        """
        signature = _signature(self.signature, self.question.account)
        checksum = base64.b64encode(hashlib.sha256(self.body).digest()).decode()
        if self.digest != f"sha-256={checksum}":
            raise Unproven("its body is not the one that was signed")
        signed = (
            f"(request-target): {self.question.target}\nhost: {self.question.host}\n"
            f"date: {self.date}\ndigest: {self.digest}"
        )
        try:
            date = parsedate_to_datetime(self.date).astimezone(UTC)
            public_key.verify(signature, signed.encode("ascii"))
        except InvalidSignature:
            raise Unproven("its signature does not fit") from None
        except ValueError:  # no date, or text that no header can hold
            raise Unproven("its date cannot be read") from None
        return _said(self.body, self.question.nonce, date)


def check_fresh(verdict: Verdict, now: datetime) -> None:
    """See that an answer was made just now.

    Raises:
        Unproven: it is older, or from the future.
    """
    if abs(now - verdict.date) > SKEW:
        raise Unproven(
            f"it is of {verdict.date:%Y-%m-%d %H:%M:%S} UTC, but this machine says {now:%Y-%m-%d %H:%M:%S}"
        )


def public_key_of(text: str) -> Ed25519PublicKey:
    """A public key as Keygen shows it: 32 bytes as hexadecimal digits, these in base64, or DER in base64.

    Raises:
        SettingsError: it is none.
    """
    key = _parsed(text.strip())
    if not isinstance(key, Ed25519PublicKey):
        raise SettingsError(
            "NERPROC_KEYGEN_PUBLIC_KEY is no Ed25519 key.",
            hint="Copy the account's Ed25519 public key from Keygen's settings: 64 hexadecimal digits.",
        )
    return key


def _parsed(text: str) -> Any:
    """The key, of whatever kind; None if it is none."""
    try:
        decoded = text.encode() if _HEX_KEY.fullmatch(text) else base64.b64decode(text, validate=True)
        digits = decoded.decode("latin-1")
        if _HEX_KEY.fullmatch(digits):
            return Ed25519PublicKey.from_public_bytes(bytes.fromhex(digits))
        return load_der_public_key(decoded)
    except (ValueError, UnsupportedAlgorithm):
        return None


def single(headers: Any, name: str) -> str:
    """The value of a header of `urllib3` that must be there once.

    Raises:
        Unproven: it is not.
    """
    values = headers.getlist(name)
    if len(values) != 1:
        raise Unproven(f"it has {len(values)} headers {name}")
    return str(values[0])


def _signature(header: str, account: str) -> bytes:
    """The signature in a Keygen-Signature header, if it is made as ours to demand."""
    pairs = re.findall(_PARAMETER, header) if _PARAMETERS.fullmatch(header) else []
    found = dict(pairs)
    if sorted(name for name, _ in pairs) != ["algorithm", "headers", "keyid", "signature"]:
        raise Unproven("its signature cannot be read")
    if found["algorithm"] != "ed25519" or found["headers"] != SIGNED:
        raise Unproven("its signature is of another kind")
    if _is_uuid(account) and found["keyid"].lower() != account.lower():
        raise Unproven("another account signed it")
    try:
        return base64.b64decode(found["signature"], validate=True)
    except binascii.Error:
        raise Unproven("its signature cannot be read") from None


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


class _Scope(BaseModel):
    entitlements: list[str] = Field(default_factory=list)


class _Meta(BaseModel):
    ts: AwareDatetime
    valid: StrictBool
    code: str  # called `constant` by versions before 1.2 of the API, which we do not ask for
    nonce: StrictInt
    scope: _Scope = Field(default_factory=_Scope)


class _Attributes(BaseModel):
    created: AwareDatetime
    expiry: AwareDatetime | None


class _Data(BaseModel):
    id: str
    attributes: _Attributes


class _Body(BaseModel):
    meta: _Meta
    data: _Data | None


def _said(body: bytes, nonce: int, date: datetime) -> Verdict:
    try:
        said = _Body.model_validate_json(body)
    except ValidationError:  # its text would repeat the key
        raise Unproven("its body has another form than version 1.7 of Keygen's API gives it") from None
    meta, data = said.meta, said.data
    if meta.nonce != nonce:
        raise Unproven("it answers another question")
    if FULL_ACCESS not in meta.scope.entitlements:
        raise Unproven("it does not say whether the licence has the entitlement")
    if abs(meta.ts - date) > SKEW:
        raise Unproven("its dates contradict each other")
    state = _STATES.get(meta.code, "valid" if meta.valid else "invalid")
    if state == "valid" and data is None:
        raise Unproven("it does not say which licence is valid")
    return Verdict(
        state=state,
        code=meta.code,
        date=date,
        id=data.id if data is not None else None,
        issued=data.attributes.created if data is not None else None,
        expiry=data.attributes.expiry if data is not None else None,
    )
