"""Checks of Asian and Pacific numbers that python-stdnum does not have."""

from __future__ import annotations

from nerproc.detection.pattern.validator.digit import digit_run, digits_of, weighted
from nerproc.detection.pattern.validator.standard import standard

_NRIC_LETTERS = {
    "S": "JZIHGFEDCBA",
    "T": "JZIHGFEDCBA",
    "F": "XWUTRQPNMLK",
    "G": "XWUTRQPNMLK",
    "M": "XWUTRQPNJLK",
}
_NRIC_OFFSETS = {"S": 0, "T": 4, "F": 0, "G": 4, "M": 3}
_is_aadhaar = standard("in_.aadhaar")
_TAIWAN_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # worth 10, 11, …


def au_bank_details(text: str) -> bool:
    """BSB and account: a bank (no BSB begins with 00) and an account that is not all zeros."""
    number = digit_run(text)
    return not number.startswith("00") and number[6:].strip("0") != ""


def au_medicare(text: str) -> bool:
    """Medicare card: weights 1, 3, 7, 9 over eight digits give the ninth (Services Australia)."""
    number = digits_of(text)
    return weighted(number[:8], (1, 3, 7, 9) * 2) % 10 == number[8]


def hk_hkid(text: str) -> bool:
    """HKID: one or two letters (a blank counts 36), six digits, check character; weights 9 … 1, modulo 11."""
    characters = [c for c in text.upper() if c.isalnum()]
    values = [int(c) if c.isdigit() else ord(c) - 55 for c in characters]
    if len(values) == 8:
        values.insert(0, 36)
    return weighted(values, range(9, 0, -1)) % 11 == 0


def in_aadhaar(text: str) -> bool:
    """Aadhaar: Verhoeff, no palindrome, first digit from 2; colons group it, too."""
    return _is_aadhaar(text.replace(":", ""))


def kr_brn(text: str) -> bool:
    """사업자등록번호: weights 1 3 7 1 3 7 1 3 5, tens of the last product twice (National Tax Service)."""
    number = digits_of(text)
    total = weighted(number, (1, 3, 7, 1, 3, 7, 1, 3, 5, 1)) + number[8] * 5 // 10
    return total % 10 == 0


def kr_frn(text: str) -> bool:
    """외국인등록번호: as a resident's number, with 13 in place of 11."""
    number = digits_of(text)
    return (13 - weighted(number, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10 == number[12]


def kr_crn(text: str) -> bool:
    """법인등록번호: weights 1, 2; numbers since 31 January 2025 have no check digit."""
    number = digits_of(text)
    return weighted(number, (1, 2) * 6 + (1,)) % 10 == 0


def ph_tin(text: str) -> bool:
    """TIN: weights 9 … 2 over eight digits, modulo 11, give the ninth; three more name the branch."""
    number = digits_of(text)
    return weighted(number[:8], range(9, 1, -1)) % 11 == number[8]


def ph_philhealth(text: str) -> bool:
    """PhilHealth: weights 2 … 12, modulo 11 (eClaims guide; weights as in published examples)."""
    number = digits_of(text)
    return (11 - weighted(number[:11], range(2, 13)) % 11) % 11 == number[11]


def sg_nric(text: str) -> bool:
    """NRIC or FIN: weights 2 7 6 5 4 3 2, an offset by century, modulo 11 gives the letter."""
    series, letter = text[0].upper(), text[-1].upper()
    if series not in _NRIC_LETTERS:
        return False
    total = weighted(digits_of(text), (2, 7, 6, 5, 4, 3, 2)) + _NRIC_OFFSETS[series]
    return _NRIC_LETTERS[series][total % 11] == letter


def tw_national_id(text: str) -> bool:
    """身分證字號: the letter is worth two digits; weights 1 9 8 … 1 1, modulo 10."""
    value = 10 + _TAIWAN_LETTERS.index(text[0].upper())
    return weighted([value // 10, value % 10, *digits_of(text)], (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0


def vn_cccd(text: str) -> bool:
    """Căn cước công dân: province (001 to 096), century and sex (0 to 3 for 1900 to 2099), year."""
    return 1 <= int(text[:3]) <= 96 and text[3] in "0123"


def in_registration(text: str) -> bool:
    """Indian plates count from 0001."""
    return not text.endswith("0000")
