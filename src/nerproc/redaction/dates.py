"""Dates that move by days and keep the way in which they are written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from nerproc.redaction.words import MONTHS

_MONTH = "|".join(
    sorted((name for month in MONTHS for name in (month, month[:3], "Sept")), key=len, reverse=True)
)
_NUMBERS = {month[:3].lower(): number for number, month in enumerate(MONTHS, 1)}
_ISO = re.compile(r"(?P<y>\d{4})(?P<s1>[-/.]?)(?P<m>\d\d)(?P<s2>(?P=s1))(?P<d>\d\d)(?!\d)")
_PARTS = re.compile(r"(?P<a>\d{1,2})(?P<s1>[./-])(?P<b>\d{1,2})(?P<s2>[./-])(?P<y>\d{4}|\d\d)(?!\d)")
_DAY_FIRST = re.compile(
    rf"(?P<d>\d{{1,2}})(?P<o>st|nd|rd|th)?(?P<s1>[\s.\-]+(?:of )?)"
    rf"(?P<n>{_MONTH})(?P<s2>\.?,?[\s\-]*)(?P<y>\d{{4}})",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"(?P<n>{_MONTH})(?P<s1>\.?\s+)(?P<d>\d{{1,2}})(?P<o>st|nd|rd|th)?(?P<s2>,?\s+)(?P<y>\d{{4}})",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def shifted(text: str, days: int) -> str | None:
    """`text`, in which a date stands, with that date moved; None if there is none that can be read."""
    forms: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], dt.timedelta], str]], ...] = (
        (_ISO, _iso),
        (_PARTS, _parts),
        (_DAY_FIRST, _day_first),
        (_MONTH_FIRST, _month_first),
    )
    for pattern, move in forms:
        if found := pattern.search(text):
            try:
                new = move(found, dt.timedelta(days=days))
            except (ValueError, OverflowError):
                continue
            return text[: found.start()] + new + text[found.end() :]
    year = _YEAR.fullmatch(text.strip())
    return text.replace(year[0], str(int(year[0]) + (1 if days > 0 else -1))) if year else None


def _iso(found: re.Match[str], by: dt.timedelta) -> str:
    new = dt.date(int(found["y"]), int(found["m"]), int(found["d"])) + by
    return f"{new.year:04}{found['s1']}{new.month:02}{found['s2']}{new.day:02}"


def _parts(found: re.Match[str], by: dt.timedelta) -> str:
    """Month before day if only that is a date, or with slashes, as Americans write; else day before month."""
    a, b = int(found["a"]), int(found["b"])
    month_first = b > 12 or (found["s1"] == "/" and a <= 12)
    day, month = (b, a) if month_first else (a, b)
    year = int(found["y"])
    if len(found["y"]) == 2:
        year += 2000 if year < 50 else 1900
    new = dt.date(year, month, day) + by
    first, second = (new.month, new.day) if month_first else (new.day, new.month)
    return (
        f"{_as_wide(first, found['a'])}{found['s1']}{_as_wide(second, found['b'])}{found['s2']}"
        f"{str(new.year)[-len(found['y']) :]}"
    )


def _as_wide(number: int, old: str) -> str:
    return f"{number:02}" if old.startswith("0") or len(old) == 2 else str(number)


def _named(found: re.Match[str], by: dt.timedelta) -> tuple[dt.date, str, str]:
    """The new date, its day as it is written, and its month's name."""
    new = dt.date(int(found["y"]), _NUMBERS[found["n"][:3].lower()], int(found["d"])) + by
    name = MONTHS[new.month - 1]
    name = name if len(found["n"]) > 4 or found["n"].lower() == name.lower() else name[:3]
    name = name.upper() if found["n"].isupper() else name.lower() if found["n"].islower() else name
    return new, f"{_as_wide(new.day, found['d'])}{_ordinal(new.day) if found['o'] else ''}", name


def _day_first(found: re.Match[str], by: dt.timedelta) -> str:
    new, day, name = _named(found, by)
    return f"{day}{found['s1']}{name}{found['s2']}{new.year:04}"


def _month_first(found: re.Match[str], by: dt.timedelta) -> str:
    new, day, name = _named(found, by)
    return f"{name}{found['s1']}{day}{found['s2']}{new.year:04}"


def _ordinal(day: int) -> str:
    return "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
