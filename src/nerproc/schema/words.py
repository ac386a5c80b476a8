"""Sizes, durations and moments as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def size(count: float) -> str:
    """Bytes in decimal units."""
    for unit in ("B", "kB", "MB", "GB", "TB", "PB"):
        if count < 999.5 or unit == "PB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.3g} {unit}"
        count /= 1000
    raise AssertionError


def duration(seconds: float) -> str:
    """A length of time in its two largest units; less than a minute in three digits, down to milliseconds."""
    whole = round(seconds)
    for (unit, length), (lesser, part) in pairwise(_UNITS):
        if whole >= length:
            rest = whole % length // part
            return f"{whole // length} {unit}" + (f" {rest} {lesser}" if rest else "")
    return f"{round(seconds, 3):.3g} s"


def ago(then: datetime) -> str:
    """How long ago a moment was; its date if that is more than a week."""
    seconds = (datetime.now(UTC) - then).total_seconds()
    for unit, length in _UNITS[:-1]:
        if seconds >= length:
            return f"{seconds // length:.0f} {unit} ago" if seconds < 7 * 86_400 else f"{then:%Y-%m-%d}"
    return "just now"
