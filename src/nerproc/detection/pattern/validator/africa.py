"""Checks of African numbers that python-stdnum does not have, or has too narrow."""

from __future__ import annotations

from datetime import date

from nerproc.detection.pattern.validator.digit import has_luhn, is_birth_date


def za_id(text: str) -> bool:
    """South African identity number: birth date, citizenship 0 to 2 (2: refugee), 8 or 9, Luhn."""
    number = text.replace(" ", "")
    fits = number[10] in "012" and number[11] in "89"
    return fits and is_birth_date(number[:2], number[2:4], number[4:6]) and has_luhn(number)


def za_traffic_register(text: str) -> bool:
    """Given to those without an identity number, so it is none."""
    return not za_id(text)


def za_company(text: str) -> bool:
    """CIPC registration: its year has come."""
    year = text.partition("/")[0][-4:]
    return 1800 <= int(year) <= date.today().year  # noqa: DTZ011


def eg_national_id(text: str) -> bool:
    """الرقم القومي: century (2 or 3), birth date, governorate (01 to 35, 88 abroad)."""
    governorate = int(text[7:9])
    fits = 1 <= governorate <= 35 or governorate == 88
    return fits and is_birth_date(text[1:3], text[3:5], text[5:7])
