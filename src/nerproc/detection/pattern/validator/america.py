"""Checks of American numbers that python-stdnum does not have."""

from __future__ import annotations

from nerproc.detection.pattern.validator.digit import digit_run, digits_of, has_luhn, is_one_digit, weighted
from nerproc.detection.pattern.validator.standard import standard

_SSN_DUMMIES = {"078051120", "123456789", "219099999", "457555462"}
_is_rtn = standard("us.rtn")


def us_ssn(text: str) -> bool:
    """Area, group and serial number as the SSA issues them, and no dummy of a form or advertisement.

    Knows what `stdnum.us.ssn` knows, at a tenth of its time: many texts are full of such numbers.
    """
    number = digit_run(text)
    area, group, serial = number[:3], number[3:5], number[5:]
    issued = area not in {"000", "666"} and area[0] != "9" and group != "00" and serial != "0000"
    return issued and number not in _SSN_DUMMIES and number != number[0] * 9


def aba_routing(text: str) -> bool:
    """Routing number, with or without the dashes of its three parts."""
    return _is_rtn(text.replace("-", ""))


def us_npi(text: str) -> bool:
    """National Provider Identifier: Luhn over the number after the issuer prefix 80840 (CMS, NPI standard)."""
    number = digit_run(text)
    return not is_one_digit(number[:-1]) and has_luhn("80840" + number)


def us_clia(text: str) -> bool:
    """CLIA number: a laboratory of a state, so what follows the D is not one digit only."""
    return not is_one_digit(text[-7:])


def us_dea(text: str) -> bool:
    """DEA registration: (1st + 3rd + 5th) + 2 × (2nd + 4th + 6th) ends in the 7th of the last seven digits."""
    number = digits_of(text)[-7:]
    return weighted(number, (1, 2, 1, 2, 1, 2)) % 10 == number[6]


def ca_bn(text: str) -> bool:
    """Canadian business number: Luhn over its nine digits; what follows names the program account."""
    number = digit_run(text)[:9]
    return not is_one_digit(number) and has_luhn(number)


def br_pis(text: str) -> bool:
    """PIS/PASEP/NIT: modulo 11 with weights 3, 2, 9 … 2 (Caixa Econômica Federal)."""
    number = digits_of(text)
    check = 11 - weighted(number, (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return not is_one_digit(text) and number[10] == (0 if check > 9 else check)


def mx_clabe(text: str) -> bool:
    """CLABE: weights 3, 7, 1, each product modulo 10 (Banco de México)."""
    number = digits_of(text)
    products = (value * weight % 10 for value, weight in zip(number, (3, 7, 1) * 6, strict=False))
    return sum(products) % 10 == 0 and not is_one_digit(text)
