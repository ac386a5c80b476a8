"""Dates: whether the day exists in the month, in any order that the numbers allow."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\d+")
_DAYS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# The first three letters of a month tell it, but for French.
_MONTHS = {
    1: "jan ene gen jän sty янв січ", 2: "feb fev fév lut фев лют", 3: "mar mär mrt maa mrz мар бер",
    4: "apr avr abr kwi апр кві", 5: "may mai mag mei maj мая тра", 6: "jun giu cze июн чер",
    7: "jul lug lip июл лип", 8: "aug aoû aou ago sie авг сер", 9: "sep set wrz сен вер",
    10: "oct okt ott out paź окт жов", 11: "nov lis ноя лис", 12: "dec dez déc dic des gru дек гру",
}  # fmt: skip
_MONTH_OF = {name: month for month, names in _MONTHS.items() for name in names.split()}
_MONTH_OF |= {"juin": 6, "juil": 7, "jui": 7}  # French: the fourth letter decides
_LETTERS = re.compile(r"[^\W\d_]{3,}")


def numeric_date(text: str) -> bool:
    """Year-month-day, or day and month in either order before the year."""
    first, second, third = (int(number) for number in _NUMBER.findall(text)[:3])
    if first > 31:
        return _exists(third, second, first)
    return _exists(first, second, third) or _exists(second, first, third)


def compact_date(text: str) -> bool:
    """YYYYMMDD."""
    return _exists(int(text[6:8]), int(text[4:6]), int(text[:4]))


def ends_in_month_and_day(text: str) -> bool:
    """The last two numbers are a month and a day."""
    month, day = (int(number) for number in _NUMBER.findall(text)[-2:])
    return _exists(day, month)


def named_date(text: str) -> bool:
    """A day (the first number of at most two digits), a month by its name, and perhaps a year."""
    numbers = _NUMBER.findall(text)
    day = next((int(number) for number in numbers if len(number) <= 2), 1)
    years = [number for number in numbers if len(number) == 4] or (numbers[1:] if len(numbers) == 2 else [])
    for word in _LETTERS.findall(text):
        name = word.lower()
        month = _MONTH_OF.get(name[:4]) or _MONTH_OF.get(name[:3])
        if month:
            return _exists(day, month, int(years[0]) if years else None)
    return False


def may_be_date(text: str) -> bool:
    """Whether the day exists that `text` names, if it names one by figures or with a month's name."""
    numbers = _NUMBER.findall(text)
    words = [word.lower() for word in _LETTERS.findall(text)]
    if numbers and any(word[:4] in _MONTH_OF or word[:3] in _MONTH_OF for word in words):
        return named_date(text)
    return len(numbers) < 3 or numeric_date(text)


def _exists(day: int, month: int, year: int | None = None) -> bool:
    if day == 29 and month == 2:
        return year is None or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0 or year == 0))
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month]
