"""The operator `encrypt`: texts as tokens that survive in text formats, and back.

A token is `<LABEL:…>` with the nonce, the text and its tag by AES-256-GCM in base64url without padding. The
label is bound to it: a token under another label cannot be read.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from nerproc.errors import InvalidRequest
from nerproc.redaction.key import derived
from nerproc.schema.name import LABEL_NAME

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12  # bytes
_TAG = 16  # bytes
_LONGEST = 1 << 16  # characters of a token: more than the longest entity makes
# An empty text is never encrypted, so a token has at least 29 bytes.
TOKEN = re.compile(rf"<({LABEL_NAME}):([A-Za-z0-9_-]{{39,{_LONGEST}}})>")
LONGEST_TOKEN = _LONGEST + 67


def encrypt(key: bytes, label: str, text: str) -> str:
    """The token of `text`, another one at each call."""
    nonce = os.urandom(_NONCE)
    sealed = _cipher(key).encrypt(nonce, text.encode("utf-8", "surrogatepass"), label.encode())
    return f"<{label}:{base64.urlsafe_b64encode(nonce + sealed).rstrip(b'=').decode()}>"


def decrypt(key: bytes, token: str) -> str:
    """The text of a token, all of which `TOKEN` matches.

    Raises:
        InvalidRequest: it was made with another key, or is damaged.
    """
    from cryptography.exceptions import InvalidTag

    found = TOKEN.fullmatch(token)
    assert found is not None
    label, body = found.groups()
    try:
        data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        text = _cipher(key).decrypt(data[:_NONCE], data[_NONCE:], label.encode())
        return text.decode("utf-8", "surrogatepass")
    except (InvalidTag, binascii.Error, ValueError):
        raise InvalidRequest(
            f"a token of {label} cannot be read: it was made with another key, or it is damaged",
            hint="Give the key that the copies were made with.",
        ) from None


@lru_cache(maxsize=4)
def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(derived(key, "encrypt"))
