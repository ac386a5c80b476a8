"""Telephone numbers, by Google's numbering plans (the `phonenumbers` package).

A full parse takes 31 µs. So numbers are first held against the plans' own expressions (2 µs); only what does
not fit them as it stands, because of a trunk prefix, is parsed, and remembered.
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
# Those of them where numbers begin with a zero at home.
_TRUNK_ZERO = (
    "GB", "DE", "FR", "IT", "NL", "BE", "CH", "AT", "IE", "SE", "FI", "IN", "IL", "AU", "NZ", "JP", "KR", "ZA",
    "TR", "AE",
)  # fmt: skip
_NORTH_AMERICA = 1
_RUSSIA = 7
_SHORTEST = 9  # digits with the country's code: what is shorter may be anything
_LONGEST = 15  # digits (ITU-T E.164)
_NO_DIGITS = bytes(code for code in range(256) if not 48 <= code < 58)
_EXTENSION = re.compile(r"\s*(?:,|;|#|(?i:x|ext))[^\d]*\d+\Z")
_GROUP = re.compile(r"\d+")
_KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "uan",
)  # fmt: skip


@lru_cache(maxsize=256)
def _plan(country_code: int) -> re.Pattern[str]:
    """What some region of a country code accepts, without national prefix."""
    numbers = set()
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[country_code]:
        metadata = PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
        for kind in _KINDS:
            description = getattr(metadata, kind)
            if description is not None and description.national_number_pattern:
                numbers.add(description.national_number_pattern)
    return re.compile("|".join(f"(?:{number})" for number in sorted(numbers)))


def north_american(text: str) -> bool:
    """Whether ten digits (after an optional 1) can be a number in country code 1."""
    digits = _digits(text)[-10:]
    return _plan(_NORTH_AMERICA).fullmatch(digits) is not None


def international(text: str) -> bool:
    """Whether a number with its country code is valid."""
    return _international(_digits(text))


def has_country_code(text: str) -> bool:
    """Whether it has as many digits as a number may have, and begins with the code of a country."""
    digits = _digits(text)
    codes = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    return _SHORTEST <= len(digits) <= _LONGEST and any(int(digits[:length]) in codes for length in (1, 2, 3))


def international_by_zeros(text: str) -> bool:
    """Whether what follows 00 or 011 is a valid number with its country code."""
    digits = _digits(text)
    return _international(digits[2 if digits.startswith("00") else 3 :])


def _international(digits: str) -> bool:
    for length in (1, 2, 3):
        country_code = int(digits[:length] or 0)
        if country_code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            if _plan(country_code).fullmatch(digits, length):
                return True
            return country_code != _NORTH_AMERICA and len(digits) <= _LONGEST and _valid(f"+{digits}", None)
    return False


def national(text: str) -> bool:
    """Whether the number is valid in one of the larger countries."""
    digits = _digits(text)
    return any(_valid(digits, region) for region in _REGIONS)


def russian(text: str) -> bool:
    """Whether ten digits after an eight are a number of country code 7."""
    return _plan(_RUSSIA).fullmatch(_digits(text)[-10:]) is not None


def grouped_as_at_home(text: str) -> bool:
    """Whether a number without its country's code is valid in a country that writes it in these very groups."""
    groups = _GROUP.findall(_EXTENSION.sub("", text))
    digits = "".join(groups)
    return any(_home_groups(digits, region) == groups for region in _TRUNK_ZERO if _valid(digits, region))


@lru_cache(maxsize=1_024)
def _home_groups(digits: str, region: str) -> list[str]:
    number = phonenumbers.parse(digits, region)
    return _GROUP.findall(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))


def _digits(text: str) -> str:
    """The digits without extension, and without the trunk zero that is written `+44 (0)20`."""
    if not text[-6:].isdigit():
        text = _EXTENSION.sub("", text)
    if "(0)" in text:
        text = text.replace("(0)", "")
    return text.encode().translate(None, _NO_DIGITS).decode()


@lru_cache(maxsize=16_384)
def _valid(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False
