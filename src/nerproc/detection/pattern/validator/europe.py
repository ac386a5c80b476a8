"""Checks of European numbers that python-stdnum does not have, or has in one form only."""

from __future__ import annotations

from string import ascii_uppercase

from nerproc.detection.pattern.validator.digit import cross_sum, digit_run, digits_of, is_birth_date, weighted
from nerproc.detection.pattern.validator.standard import standard

_ALPHABET = "0123456789" + ascii_uppercase
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_LA_POSTE = "356000000"
_has_luhn = standard("luhn")
_is_anum = standard("hu.anum")
_is_cpr = standard("dk.cpr")
_is_elster = standard("de.stnr")


def icao(text: str) -> bool:
    """Document number and check digit of a machine-readable zone: weights 7, 3, 1 (ICAO Doc 9303-3, 4.9)."""
    values = [_ALPHABET.index(c) for c in text.upper()]
    return weighted(values[:-1], (7, 3, 1) * 4) % 10 == values[-1]


def _with_letter(text: str) -> list[int]:
    """The digits in `text`, its one letter as two digits: A is 01."""
    return digits_of("".join(f"{_ALPHABET.index(c) - 9:02d}" if c.isalpha() else c for c in text.upper()))


def de_social_security(text: str) -> bool:
    """Versicherungsnummer: cross sums of products with 2 1 2 5 7 1 2 1 2 1 2 1 (VKVV § 2)."""
    values = _with_letter(text)
    products = (
        value * weight for value, weight in zip(values, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=False)
    )
    return sum(map(cross_sum, products)) % 10 == values[-1]


def de_health_insurance(text: str) -> bool:
    """Krankenversichertennummer: cross sums of products with 1 2 1 2 … (GKV-Spitzenverband, § 290 SGB V)."""
    values = _with_letter(text)
    products = (value * weight for value, weight in zip(values[:-1], (1, 2) * 5, strict=False))
    return sum(map(cross_sum, products)) % 10 == values[-1]


def de_lanr(text: str) -> bool:
    """Lebenslange Arztnummer: weights 4, 9 over six digits, the seventh makes ten (KBV)."""
    number = digits_of(text)
    return (weighted(number[:6], (4, 9) * 3) + number[6]) % 10 == 0


def de_tax_number(text: str) -> bool:
    """Steuernummer of 13 digits: a format of ELSTER, or led by the number of a state (01 to 16)."""
    return 1 <= int(text[:2]) <= 16 or _is_elster(text)


def dk_cpr(text: str) -> bool | None:
    """CPR: the date refutes; modulus 11 proves, but numbers since 2007 may fail it (CPR-kontoret)."""
    if not _is_cpr(text):
        return False
    return weighted(digits_of(text), (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0 or None


def dk_cpr_date(text: str) -> bool | None:
    """CPR without its dash: the date refutes, nothing proves."""
    return None if _is_cpr(text) else False


def es_nif(text: str) -> bool:
    """DNI: seven or eight digits modulo 23 give the letter (Ministerio del Interior)."""
    number = int(digit_run(text))
    return _DNI_LETTERS[number % 23] == text[-1].upper()


def es_nss(text: str) -> bool:
    """Número de la Seguridad Social: ten digits modulo 97; a number below ten million drops its zero."""
    number = digit_run(text)
    serial = int(number[2:10])
    body = int(number[:2]) * (10**7 if serial < 10**7 else 10**8) + serial
    return body % 97 == int(number[10:])


def it_vat(text: str) -> bool:
    """Partita IVA: Luhn; the office in its digits 8 to 10 is left open, as people make up examples without."""
    number = digit_run(text)
    return number.strip("0") != "" and _has_luhn(number)


def fr_siret(text: str) -> bool:
    """SIRET: Luhn over it and over its SIREN; those of La Poste may add up to a multiple of five instead."""
    number = digit_run(text)
    if number.startswith(_LA_POSTE):
        return _has_luhn(number) or sum(digits_of(number)) % 5 == 0
    return number[:9].strip("0") != "" and _has_luhn(number) and _has_luhn(number[:9])


def hu_adoszam(text: str) -> bool:
    """Adószám: the check digit is the eighth; kind of tax and county follow."""
    return _is_anum(text[:8])


def pl_identity_card(text: str) -> bool:
    """Dowód osobisty: three letters, check digit, five digits; weights 7, 3, 1 without the check digit."""
    values = [_ALPHABET.index(c) for c in text.upper() if c.isalnum()]
    return weighted(values[:3] + values[4:], (7, 3, 1, 7, 3, 1, 7, 3)) % 10 == values[3]


def ru_snils(text: str) -> bool:
    """СНИЛС: weights 9 … 1, modulo 101, 100 is 00 (Pension Fund of Russia)."""
    number = digits_of(text)
    return weighted(number, range(9, 0, -1)) % 101 % 100 == number[9] * 10 + number[10]


def se_personnummer(text: str) -> bool:
    """Personnummer or samordningsnummer (60 more in its day): date and Luhn over the last ten digits."""
    number = digit_run(text)[-10:]
    day = int(number[4:6]) % 60
    return day > 0 and is_birth_date(number[:2], number[2:4], f"{day:02d}") and _has_luhn(number)


def se_organisationsnummer(text: str) -> bool:
    """Organisationsnummer: a third digit from 2, so that it is no date, and Luhn (Skatteverket)."""
    return text[2] >= "2" and _has_luhn(text.replace("-", ""))
