"""Secrets: whether a token looks drawn at random, or is a placeholder, a word, a template."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter

_PLACEHOLDER = re.compile(
    r"[<>{}$%*…]|\A\[.*\]\Z|(?i:example|change[-_]?me|placeholder|your[-_ ]?|redacted|xxxx|dummy|sample|insert"
    r"|todo|none|null|true|false)"
)
# Of the tokens of issuers, which may be drawn in capitals: AKIAIOSFODNN7EXAMPLE is reported.
_SAMPLE = re.compile(r"example|placeholder|changeme|insert|your[-_]|xxxx|\.\.\.")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MEMBER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")  # request.password
_PASSWORD_NAMES = re.compile(
    r"(?i:my|the|your|a|db|new|old|user|[-_])*(?i:pass(?:word|wd|phrase)?|pwd|pw|secret)"
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
    return len(set(text[-16:])) > 4 and not _SAMPLE.search(text)


def discord_token(text: str) -> bool:
    """Whether the first part is the number of an account in Base64."""
    first = text.partition(".")[0]
    try:
        return base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).isdigit()
    except binascii.Error:
        return False


def json_web_token(text: str) -> bool:
    """Whether the first part is a JOSE header (RFC 7515): JSON that names its algorithm."""
    header = text.partition(".")[0]
    try:
        fields = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and ("alg" in fields or "typ" in fields)


def random_secret(text: str) -> bool:
    """Whether it may be random: several classes of characters, at least 3 bits for each, no words."""
    if _PLACEHOLDER.search(text) or entropy(text) < 3.0 or _UUID.fullmatch(text) or _is_wordy(text):
        return False
    return sum(kind.search(text) is not None for kind in _CLASSES) >= 2


def random_key(text: str) -> bool:
    """Whether 40 characters of Base64 look random: no hexadecimal hash, path or word."""
    if _HEXADECIMAL.fullmatch(text) or not all(kind.search(text) for kind in _CLASSES):
        return False
    return entropy(text) >= 4.0


def password(text: str) -> bool:
    """Whether it is no placeholder, no piece of code and no path (`PWD=/home/ada`)."""
    is_code = text.endswith(("(", "()", ");")) or _MEMBER.fullmatch(text) or _PATH.fullmatch(text)
    return not (is_code or _PLACEHOLDER.search(text) or _PASSWORD_NAMES.fullmatch(text))


def strong_password(text: str) -> bool:
    """Whether a password has something that words and names do not: a digit among letters, or a sign."""
    has_sign = re.search(r"[^\w\s.,:-]", text) is not None
    is_mixed = re.search(r"\d", text) is not None and re.search(r"[^\W\d]", text) is not None
    return (has_sign or is_mixed) and password(text)


def _is_wordy(text: str) -> bool:
    """Whether the letters come in runs as long as words; random ones change case or kind every two or three."""
    runs = _WORD.findall(text)
    return sum(map(len, runs)) >= 4 * len(runs)
