"""Licence keys that are verified offline: how they are made, and what makes one genuine.

    local:key/<base64url(dataset)>.<base64url(signature)>

The form behind `local:` is that of Keygen's ED25519 signed keys: the signature is over the ASCII text
`key/<base64url(dataset)>` (https://keygen.sh/docs/api/cryptography/#cryptographic-keys). The dataset is JSON:
`v` (1), `kid` (which key signed), `id`, `issued`, `not_before`, `expiry` (null: never), `entitlements`.

A key has exactly one spelling, so that no bit of it can change unnoticed: strict base64 with its padding,
without other characters, and with zeros where the last character has bits to spare.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, StrictInt, ValidationError

from nerproc.errors import Conflict, LicenseInvalid, NotFound, UsageError
from nerproc.license.base import FULL_ACCESS, Grant

PREFIX = "local:"
VERSION = 1
MOST_CHARACTERS = 8_192  # of a key
PUBLIC_KEY = Path(__file__).with_name("public_key.pem")  # whose owner may issue licences

_FORM = "key/"


class _Dataset(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    v: StrictInt
    kid: str
    id: str
    issued: AwareDatetime
    not_before: AwareDatetime
    expiry: AwareDatetime | None
    entitlements: list[str]


def create(
    private_key: Ed25519PrivateKey,
    *,
    id: str,  # noqa: A002 - the name of the field
    issued: datetime,
    lifetime: timedelta | None,
    entitlements: Sequence[str] = (FULL_ACCESS,),
    not_before: datetime | None = None,
) -> str:
    """A key that is valid from `not_before` (None: `issued`) for `lifetime` (None: for ever)."""
    begins = not_before or issued
    dataset = {
        "v": VERSION,
        "kid": key_id(private_key.public_key()),
        "id": id,
        "issued": issued.isoformat(),
        "not_before": begins.isoformat(),
        "expiry": (begins + lifetime).isoformat() if lifetime is not None else None,
        "entitlements": list(dict.fromkeys(entitlements)),
    }
    signed = _FORM + _encode(json.dumps(dataset, separators=(",", ":")).encode())
    return f"{PREFIX}{signed}.{_encode(private_key.sign(signed.encode()))}"


def verify(key: str, public_key: Ed25519PublicKey) -> Grant:
    """What a key says, with or without its `local:`.

    Raises:
        LicenseInvalid: it is not one that the owner of `public_key` signed.
    """
    text = key.removeprefix(PREFIX)
    if len(text) > MOST_CHARACTERS or not text.startswith(_FORM) or text.count(".") != 1:
        raise _not_genuine("it does not have the form local:key/….…")
    signed, _, signature = text.partition(".")
    dataset = _decode(signed.removeprefix(_FORM))
    try:
        public_key.verify(_decode(signature), signed.encode("ascii"))
    except InvalidSignature:
        raise _not_genuine("its signature does not fit") from None
    try:
        said = _Dataset.model_validate_json(dataset)
    except ValidationError:
        raise _not_genuine("it was made for another version of nerproc") from None
    if said.v != VERSION:
        raise _not_genuine(f"its version is {said.v}, and not {VERSION}")
    if said.kid != key_id(public_key):
        raise _not_genuine("it names another signing key")
    return Grant(said.id, said.issued, said.not_before, said.expiry, tuple(said.entitlements))


def key_id(public_key: Ed25519PublicKey) -> str:
    """The name of a signing key: 16 hexadecimal digits."""
    raw = public_key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def write_pair(private_path: Path, public_path: Path) -> None:
    """Make a new pair of keys and write both files (PEM); only their owner may read the private one.

    Raises:
        Conflict: one of the files is there already; nothing is written.
        UsageError: a file cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    _write_new(private_path, private, mode=0o600)
    try:
        _write_new(public_path, public, mode=0o644)
    except BaseException:
        private_path.unlink()
        raise


def load_public_key(path: Path = PUBLIC_KEY) -> Ed25519PublicKey:
    """The public key in a PEM file.

    Raises:
        NotFound: there is no such file.
        UsageError: it holds no public Ed25519 key.
    """
    key = _load(path, serialization.load_pem_public_key)
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{path} holds no public Ed25519 key.", hint=_MAKE)
    return key


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a PEM file.

    Raises:
        NotFound: there is no such file.
        UsageError: it holds no private Ed25519 key.
    """
    key = _load(path, lambda pem: serialization.load_pem_private_key(pem, password=None))
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path} holds no private Ed25519 key.", hint=_MAKE)
    return key


_MAKE = "nerproc license keys --output NAME makes NAME_private_key.pem and NAME_public_key.pem."


def _load(path: Path, parse: Any) -> Any:
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:
        raise NotFound(f"There is nothing at {path}.", hint=_MAKE) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):  # no PEM, one with a password, an unknown kind
        return None


def _write_new(path: Path, content: bytes, *, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise Conflict(
            f"{path} is there already, and keys are never overwritten.", hint="Choose another name."
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _decode(text: str) -> bytes:
    """What `text` encodes, if it is spelt as `_encode` does."""
    try:
        data = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        data = b""
    if not data or _encode(data) != text:
        raise _not_genuine("it has characters that do not belong there, or lacks some")
    return data


def _not_genuine(why: str) -> LicenseInvalid:
    return LicenseInvalid(f"The licence key is not genuine: {why}.", hint="See that it is the whole key.")
