"""Secrets: whether a token looks drawn at random, or is a placeholder, a word, a template."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from itertools import pairwise

_PLACEHOLDER = re.compile(
    r"(?i:example|change[-_]?me|placeholder|your[-_ ]?|redacted|xxxx|dummy|sample|insert|todo|fake|replace[-_]"
    r"|[-_]here\b|none|null|true|false)"
)
# Of templates and programs, to be filled in; a sign alone may be in a password.
_TEMPLATE = re.compile(
    r"\$[{(]|\$[A-Z_]{4,}|[#{]\{|\}\}|\{\w{0,30}\}|<%|%>|%\(\w|%[sd](?!\w)|\*{3}|#{4}|\.{3}|…"
    r"|\A(?:\$[\w.]+|%\w+%|<.*>|\[.*\]|\{.*\}|@\w+@)\Z"
)
# Of the tokens of issuers, which may be drawn in capitals: AKIAIOSFODNN7EXAMPLE is reported.
_SAMPLE = re.compile(r"example|placeholder|changeme|insert|(?i:your[-_])|xxxx|X{6}|\.\.\.")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MEMBER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")  # request.password
_PASSWORD_NAMES = re.compile(
    r"(?i:my|the|your|a|db|new|old|user|[-_])*(?i:pass(?:word|wd|phrase)?|pwd|pw|secret)"
)
_PATH = re.compile(r"(?:~|\.{1,2}|[A-Za-z]:)?[/\\][\w./\\ ~@#-]*")
_CODE = re.compile(
    r"[ \t].*|\.\$.*|.*(?:\(|\(\)|\);)|[\w:,]+(?:\|[\w:,]+)+"
)  # " + name + ", call(), required|min:8
_CLASSES = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d"))
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+")
_PIECE = r"(?:[A-Z]?[a-z]+|[A-Z]+|\d{1,4})"
_NAME = re.compile(rf"{_PIECE}(?:[_.-]{_PIECE}){{2,}}")  # MAX_MSG_SIZE_2
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
# Letter -> those that often follow it in English words and names of variables: four pairs in five there, and
# one in five by chance.
_FOLLOWERS = {
    "a": "bcdgilmnprst", "b": "al", "c": "aehiklot", "d": "aeio", "e": "acdflmnprstx", "f": "io", "g": "er",
    "h": "aeio", "i": "abcdeglmnorstvz", "k": "e", "l": "aeiloy", "m": "aeiop", "n": "acdefgiost",
    "o": "cdlmnoprstu", "p": "aeilort", "r": "aeimorst", "s": "acehiopstu", "t": "aehiorstuy", "u": "lmnrst",
    "v": "aei", "y": "p", "z": "e",
}  # fmt: skip
_LETTERS = re.compile(r"[a-z]{2,}", re.IGNORECASE)
_SHORT = 16  # characters below which chance alone may look like a token


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
    """Whether it may be random: several classes of characters, many of them, no words, no sequence."""
    if _PLACEHOLDER.search(text) or _TEMPLATE.search(text) or _UUID.fullmatch(text):
        return False
    classes = sum(kind.search(text) is not None for kind in _CLASSES)
    is_short = len(text) < _SHORT
    if classes < (3 if is_short else 2) or entropy(text) < (3.2 if is_short else 2.75):
        return False
    return not (_is_wordy(text) or _is_sequence(text))


def drawn(text: str) -> bool:
    """Whether it is random, and has letters of both cases and digits."""
    return all(kind.search(text) for kind in _CLASSES) and entropy(text) >= 3.5 and random_secret(text)


def authorization(text: str) -> bool:
    """Whether it may be what a header of this name has: a token, or a name and a password in Base64."""
    return random_secret(text) or _UUID.fullmatch(text) is not None or _is_basic(text)


def random_key(text: str) -> bool:
    """Whether 40 characters of Base64 look random: no hexadecimal hash, path or word."""
    if _HEXADECIMAL.fullmatch(text) or not all(kind.search(text) for kind in _CLASSES):
        return False
    return entropy(text) >= 4.0


def password(text: str) -> bool:
    """Whether it is no placeholder, no piece of code and no path (`PWD=/home/ada`)."""
    is_code = any(code.fullmatch(text) for code in (_CODE, _MEMBER, _PATH))
    is_placeholder = _PLACEHOLDER.search(text) or _TEMPLATE.search(text)
    return not (is_code or is_placeholder or _PASSWORD_NAMES.fullmatch(text))


def strong_password(text: str) -> bool:
    """Whether a password has what words and names have not: a digit among letters, a sign, random letters."""
    has_sign = re.search(r"[^\w\s.,:/-]", text.removeprefix("#")) is not None
    is_mixed = re.search(r"\d", text) is not None and re.search(r"[^\W\d]", text) is not None
    return (has_sign or is_mixed or _is_random_letters(text)) and password(text)


def spoken_password(text: str) -> bool:
    """Whether what follows `the password is` is one, and no word of the sentence (Base64-encoded)."""
    bare = text.strip("*_~!?…")  # marks of the sentence
    has_sign = re.search(r"[!@#$%^&*+=?~]", bare) is not None
    is_drawn = re.search(r"\d", text) is not None and not _is_wordy(text) and len(text) > 7
    return (has_sign or is_drawn) and strong_password(text)


def _is_random_letters(text: str) -> bool:
    """Whether letters of both cases make no words."""
    has_cases = re.search(r"[a-z]", text) is not None and re.search(r"[A-Z]", text) is not None
    return len(text) >= 12 and text.isalpha() and has_cases and not _is_wordy(text)


def _is_wordy(text: str) -> bool:
    """Whether the letters come in runs as long as words, and follow one another as in words."""
    if _HEXADECIMAL.fullmatch(text):
        return False
    runs = _WORD.findall(text)
    if sum(map(len, runs)) < 3 * len(runs):
        return False
    pairs = [pair for run in _LETTERS.findall(text.lower()) for pair in pairwise(run)]
    common = sum(after in _FOLLOWERS.get(before, "") for before, after in pairs)
    return common >= (0.2 if _NAME.fullmatch(text) else 0.4) * len(pairs)


def _is_sequence(text: str) -> bool:
    """Whether most characters are the successors of those before them: an alphabet."""
    return sum(ord(after) - ord(before) == 1 for before, after in pairwise(text)) * 2 > len(text)


def _is_basic(text: str) -> bool:
    """Whether it is `name:password` in Base64 (RFC 7617)."""
    if len(text) % 4 or not _BASE64.fullmatch(text):
        return False
    try:
        pair = base64.b64decode(text).decode()
    except ValueError:
        return False
    return ":" in pair and pair.isprintable()
