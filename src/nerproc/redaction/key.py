"""The operator's key: 32 bytes or more, read as text, and one key derived from it for each purpose."""

from __future__ import annotations

import base64
import binascii
import hmac
import re

from nerproc.errors import InvalidRequest

VARIABLE = "NERPROC_REDACTION_KEY"  # where commands look for the key if no file is named
LEAST = 32  # bytes
HINT = f"Make a key: openssl rand -base64 32 > redaction.key; or give one in {VARIABLE}."

_HEX = re.compile(rb"[0-9a-fA-F]+")


def decode(data: bytes | str) -> bytes:
    """The key that a file or a variable holds: base64, hexadecimal digits, or 32 bytes as they are.

    Raises:
        InvalidRequest: it is no such key, or shorter than 32 bytes.
    """
    raw = data.encode() if isinstance(data, str) else data
    text = b"".join(raw.split())
    if _HEX.fullmatch(text) and len(text) % 2 == 0 and len(text) >= 2 * LEAST:
        return bytes.fromhex(text.decode())
    try:
        key = base64.b64decode(text.translate(bytes.maketrans(b"-_", b"+/")), validate=True)
    except (binascii.Error, ValueError):
        key = raw if isinstance(data, bytes) and len(raw) == LEAST else b""
    return checked(key)


def checked(key: bytes | None) -> bytes:
    """`key`, if it is one.

    Raises:
        InvalidRequest: there is none, or it is shorter than 32 bytes.
    """
    if key is None:
        raise InvalidRequest("an operator needs a key", hint=HINT)
    if len(key) < LEAST:
        raise InvalidRequest(f"a key is {LEAST} bytes, in base64 or hexadecimal digits", hint=HINT)
    return key


def derived(key: bytes, purpose: str) -> bytes:
    """The key of 32 bytes for one purpose: what one operator shows says nothing of another's."""
    return hmac.digest(key, f"nerproc redaction {purpose}".encode(), "sha256")
