"""Telephone numbers, by Google's numbering plans (the `phonenumbers` package).

A full parse takes 31 µs. So North American numbers are held against the plans' own expressions directly
(2 µs, the same verdicts), and those of other countries are remembered.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata

# Where a number without country code may belong, when words near it say that it is a phone number.
_REGIONS = (
    "GB", "DE", "FR", "IT", "ES", "NL", "BE", "CH", "AT", "IE", "PL", "PT", "SE", "NO", "DK", "FI", "CZ", "GR",
    "IN", "IL", "BR", "MX", "AR", "AU", "NZ", "JP", "KR", "CN", "SG", "ZA", "TR", "RU", "UA", "AE",
)  # fmt: skip
_NOT_DIGIT = re.compile(r"\D+")
_EXTENSION = re.compile(r"\s*(?:,|;|#|(?i:x|ext))[^\d]*\d+\Z")
_KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "uan",
)  # fmt: skip


@lru_cache(maxsize=1)
def _north_american() -> re.Pattern[str]:
    """What some region of country code 1 accepts."""
    plans = set()
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1]:
        metadata = PhoneMetadata.metadata_for_region(region)
        for kind in _KINDS:
            plan = getattr(metadata, kind)
            if plan is not None and plan.national_number_pattern:
                plans.add(plan.national_number_pattern)
    return re.compile("|".join(f"(?:{plan})" for plan in sorted(plans)))


def north_american(text: str) -> bool | None:
    """None if ten digits (after an optional 1) can be a number in country code 1, else False."""
    digits = _digits(text)[-10:]
    return None if _north_american().fullmatch(digits) else False


def international(text: str) -> bool:
    """True if a number with its country code is valid, else False."""
    return _international(_digits(text))


def international_by_zeros(text: str) -> bool | None:
    """None if what follows 00 is a number with its country code, else False."""
    return None if _international(_digits(text)[2:]) else False


def _international(digits: str) -> bool:
    if digits.startswith("1"):
        return len(digits) == 11 and _north_american().fullmatch(digits[1:]) is not None
    if not 7 <= len(digits) <= 15:
        return False
    return _valid(f"+{digits}", None)


def national(text: str) -> bool | None:
    """None if the number is valid in one of the larger countries, else False."""
    digits = _digits(text)
    return None if any(_valid(digits, region) for region in _REGIONS) else False


def _digits(text: str) -> str:
    """The digits without extension, and without the trunk zero that is written `+44 (0)20`."""
    if not text[-6:].isdigit():
        text = _EXTENSION.sub("", text)
    return _NOT_DIGIT.sub("", text.replace("(0)", "") if "(0)" in text else text)


@lru_cache(maxsize=16_384)
def _valid(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False
