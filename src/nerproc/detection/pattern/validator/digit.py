"""What the checks of single countries are made of: digits, weighted sums, Luhn, dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from stdnum import luhn

_NO_DIGITS = dict.fromkeys((*range(48), *range(58, 128), 0xA0, *range(0x2010, 0x2014), 0x202F))


def digit_run(text: str) -> str:
    """`text` without its letters and separators."""
    return text.translate(_NO_DIGITS)


def digits_of(text: str) -> list[int]:
    """The ASCII digits in `text`."""
    return [int(c) for c in text if "0" <= c <= "9"]


def weighted(values: Iterable[int], weights: Sequence[int]) -> int:
    """The sum of the first values, each times its weight."""
    return sum(value * weight for value, weight in zip(values, weights, strict=False))


def cross_sum(value: int) -> int:
    """The sum of the decimal digits of a number below 100."""
    return value // 10 + value % 10


def has_luhn(text: str) -> bool:
    """Whether the last digit in `text` is the Luhn check digit (ISO/IEC 7812-1) of the others."""
    return bool(luhn.is_valid(digit_run(text)))


def is_one_digit(text: str) -> bool:
    """Whether the digits in `text` are all the same, as in placeholders."""
    return len({c for c in text if c.isdigit()}) == 1


def is_birth_date(year: str, month: str, day: str) -> bool:
    """Whether a year of two digits (in this century or the last), month and day are a day up to today."""
    today = date.today()  # noqa: DTZ011 - a day more or less does not matter
    for century in (2000, 1900):
        try:
            if date(century + int(year), int(month), int(day)) <= today:
                return True
        except ValueError:
            continue
    return False
