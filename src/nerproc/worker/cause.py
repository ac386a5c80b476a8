"""Classes of the reasons why objects are not read: few enough to be counted."""

from __future__ import annotations

import re

# The first that is found in a reason.
_CAUSES = [
    ("crashed", r"^crashed the worker"),
    ("parser", r"^its parser failed"),
    ("encrypted", r"\bencrypted\b"),
    ("limit", r"bomb\?|larger than|more than|nested|too long"),
    ("damaged", r"\bdamaged\b|not well-formed|can be unpacked$"),
    ("changed", r"^it changed|\bgone\b|was deleted|sent [\d,]+ bytes of"),
    ("unsupported", r"not supported|^not text|\bformat\b|nothing in it"),
    ("unreadable", r"cannot be (read|listed|opened)|archived|\blink\b|denied|permi|regular file|a folder"),
]
_PATTERNS = [(cause, re.compile(pattern, re.IGNORECASE)) for cause, pattern in _CAUSES]
CAUSES = (*(cause for cause, _ in _CAUSES), "other")


def cause_of(reason: str | None) -> str:
    """The class of a reason; "other" where none fits."""
    return next((cause for cause, pattern in _PATTERNS if pattern.search(reason or "")), "other")
