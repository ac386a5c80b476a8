"""International bank account numbers (ISO 13616): lengths by country, check digits (ISO 7064, mod 97-10)."""

from __future__ import annotations

# Length of the part after the check digits, by country (the SWIFT registry of IBAN formats, release 99).
BBAN_LENGTHS = {
    "AD": 20, "AE": 19, "AL": 24, "AT": 16, "AZ": 24, "BA": 16, "BE": 12, "BG": 18, "BH": 18, "BI": 23,
    "BR": 25, "BY": 24, "CH": 17, "CR": 18, "CY": 24, "CZ": 20, "DE": 18, "DJ": 23, "DK": 14, "DO": 24,
    "EE": 16, "EG": 25, "ES": 20, "FI": 14, "FK": 14, "FO": 14, "FR": 23, "GB": 18, "GE": 18, "GI": 19,
    "GL": 14, "GR": 23, "GT": 24, "HN": 24, "HR": 17, "HU": 24, "IE": 18, "IL": 19, "IQ": 19, "IS": 22,
    "IT": 23, "JO": 26, "KW": 26, "KZ": 16, "LB": 24, "LC": 28, "LI": 17, "LT": 16, "LU": 16, "LV": 17,
    "LY": 21, "MC": 23, "MD": 20, "ME": 18, "MK": 15, "MN": 16, "MR": 23, "MT": 27, "MU": 26, "NI": 24,
    "NL": 14, "NO": 11, "OM": 19, "PK": 20, "PL": 24, "PS": 25, "PT": 21, "QA": 25, "RO": 20, "RS": 18,
    "RU": 29, "SA": 20, "SC": 27, "SD": 14, "SE": 20, "SI": 15, "SK": 20, "SM": 23, "SO": 19, "ST": 21,
    "SV": 24, "TL": 19, "TN": 20, "TR": 22, "UA": 25, "VA": 18, "VG": 20, "XK": 16, "YE": 26,
}  # fmt: skip

# Letters count as 10 to 35; separators vanish.
_AS_DIGITS = str.maketrans(
    {**{chr(ord("A") + i): str(10 + i) for i in range(26)}, " ": "", "-": "", "\u00a0": ""}
)


def iban(text: str) -> bool:
    """Whether the check digits of an IBAN of the right length are right."""
    text = text.upper()
    digits = text[4:].translate(_AS_DIGITS) + text[:4].translate(_AS_DIGITS)
    return int(digits) % 97 == 1
