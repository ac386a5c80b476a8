"""Secrets: whether a token looks drawn at random, or is a placeholder, a word, a template."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter

_PLACEHOLDER = re.compile(
    r"[<>{}$%*…]|(?i:example|changeme|placeholder|your[-_ ]?|redacted|xxxx|dummy|sample|insert|todo|none|null|true|false)"
)
_PATH = re.compile(r"(?:~|\.{1,2}|[A-Za-z]:)?[/\\][\w./\\ ~-]*")
_CLASSES = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d"))
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+")


def entropy(text: str) -> float:
    """Shannon's entropy of the characters of `text`, in bits per character."""
    length = len(text)
    return -sum(n / length * math.log2(n / length) for n in Counter(text).values())


def issued(text: str) -> bool:
    """A token with an issuer's prefix, unless its body is filled with a few characters (xxxx, 0000)."""
    return len(set(text[-16:])) > 4


def json_web_token(text: str) -> bool:
    """Whether the first part is a JOSE header (RFC 7515): JSON that names its algorithm."""
    header = text.partition(".")[0]
    try:
        fields = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and ("alg" in fields or "typ" in fields)


def random_secret(text: str) -> bool:
    """Whether it may be random: several classes of characters and at least 3 bits for each."""
    if _PLACEHOLDER.search(text) or entropy(text) < 3.0:
        return False
    return sum(kind.search(text) is not None for kind in _CLASSES) >= 2


def random_key(text: str) -> bool:
    """Whether 40 characters of Base64 look random: no hexadecimal hash, path or word."""
    if _HEXADECIMAL.fullmatch(text) or not all(kind.search(text) for kind in _CLASSES):
        return False
    return entropy(text) >= 4.0


def password(text: str) -> bool:
    """Whether it is no placeholder, no piece of code and no path (`PWD=/home/ada`)."""
    return not (_PLACEHOLDER.search(text) or text.endswith(("(", "()", ");")) or _PATH.fullmatch(text))
