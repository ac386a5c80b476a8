"""Telephone numbers: with their country code, as North America writes them, and as other countries do.

With a plus sign, the numbering plans prove or refute a number. What is written like one is a number of some
country almost always, so anything else needs a word beside it, unless its separators tell.
"""

from __future__ import annotations

from nerproc.detection.pattern.pattern import Pattern, Validator
from nerproc.detection.pattern.validator import phone
from nerproc.detection.pattern.validator.rule import necessary

_WORDS = (
    "phone", "telephone", "tel", "cell", "cellphone", "mobile", "call", "fax", "ph", "mob", "contact",
    "hotline", "whatsapp", "whats app", "sms", "text me", "text us", "ring", "dial", "helpline", "landline",
    "telefon", "téléphone", "teléfono", "telefono", "telefone", "handy", "mobil", "portable", "móvil",
    "celular", "cellulare", "rufnummer", "telefoon", "puhelin", "telefonnummer", "phone number",
    "contact number", "mobile number", "tél", "тел", "телефон", "τηλέφωνο", "τηλ", "電話", "携帯", "电话",
    "fon", "durchwahl", "festnetz", "mobiltelefon", "gsm", "tlf", "tlfn", "komórka", "手机", "手機", "市話",
    "my number", "our number", "reach me", "reach us", "cep",
    "電郵", "전화", "휴대폰", "โทร", "فون", "هاتف", "טלפון", "נייד",
)  # fmt: skip
_EXTENSION = r"(?:[ ,;]{0,2}(?:(?i:ext|extension|x)\.?|#) ?\d{1,5}(?!\d))?"
_NOT_WORD = r"(?!(?i:x|ext)\.? ?\d{1,5}\b)\w"  # 555-0123x77 goes on with an extension, 555-0123a with a word
_GROUPS = r"(?:[-. /\u2013]{0,2}(?:\(\d{1,5}\)|\d)){4,13}[-. /\u2013]{0,2}\d"  # brackets in pairs
_BEFORE = r"(?<![\w+])(?<!\d[./-])"
_AFTER = rf"(?!{_NOT_WORD}|[.:/-]\d)"
# Dates of all countries are valid numbers of some.
_NO_DATE = r"(?!\d{1,2}([-./])\d{1,2}\1(?:19|20)\d\d(?!\d)|(?:19|20)\d\d([-./])[01]?\d\2[0-3]?\d(?!\d))"
_NO_FRACTION = r"(?!\d+\.\d{1,3}(?![-. /\d]))"
# Separators stand between two digits at least: 124.0.6367.91 is a version.
_IN_GROUPS = r"(?=[1-9]\d{1,10}(?:[-. ]\d\d+)*(?![-. ]?\d))"


def _number(
    expression: str, score: float, validator: Validator | None, gate: str, *, prefix: str = ""
) -> Pattern:
    """A row; an extension may follow."""
    return Pattern("PHONE_NUMBER", expression + _EXTENSION, score, None, validator, _WORDS, gate, prefix=prefix)


# Three groups or more, the second of three digits or more, as pairs are also lists (01 02 03 04 05); or
# two long ones, as in the United Kingdom.
_HOME = r"(?=(?:\d[- ]?){9,11}(?![- ]?\d))(?:0\d{1,4}[- ]\d{3,4}[- ]\d{2,4}(?:[- ]\d{2})?|0\d{4} \d{6})"

_north_american = necessary(phone.north_american)
_national = necessary(phone.national)

_INTERNATIONAL = (
    _number(
        r"(?<![\w+])\+1[-. ]?\(?\d{3}\)?[-. /]{0,2}\d{3}[-. ]?\d{4}(?!\d)",
        0.75,
        phone.international,
        r"\+1[-. ]?\(?\d{3}",
    ),
    _number(
        rf"(?<![\w+])\+{_NO_FRACTION}[2-9]\d{{0,2}}{_GROUPS}(?!\d)",
        0.75,
        phone.international,
        r"\+[2-9][-. /(\u2013]{0,3}\d",
    ),
    # No plan has them all: what is written with a country's code and in groups is meant as a number.
    _number(
        r"(?<![\w+])(?=[+(\d]*[-. /()\u2013])"
        rf"(?:\(\+[2-9]\d{{0,2}}\)|\+{_NO_FRACTION}[2-9]\d{{0,2}}){_GROUPS}(?!\d)",
        0.5,
        necessary(phone.has_country_code),
        r"\+[2-9][-. /()\d\u2013]{2}",
        prefix="(",
    ),
    _number(
        rf"(?<![\w+])\+{_NO_FRACTION}[2-9]\d{{8,14}}(?!\d)",
        0.3,
        necessary(phone.has_country_code),
        r"\+[2-9]\d{8,14}",
    ),
    # What is dialled instead of the plus sign: 00, in North America 011.
    _number(
        rf"{_BEFORE}(?:00|011[- ])[1-9]\d{{0,2}}{_GROUPS}{_AFTER}",
        0.3,
        necessary(phone.international_by_zeros),
        r"\b(?:00|011[- ])[1-9][-. /(]{0,3}\d",
    ),
    # As messengers write them: 447400123456
    _number(
        rf"{_BEFORE}[2-9]\d{{9,12}}{_AFTER}",
        0.1,
        necessary(phone.international),
        r"\b[2-9]\d{9,12}\b",
    ),
)

_NORTH_AMERICAN = (
    # Forms that no other number has, though the plan has no such area or exchange: (555) 123-4567 in examples.
    _number(
        rf"(?<![\w+])(?<!\d[./-])(?:\+?1[-. ]?)?\(\d{{3}}\) ?\d{{3}}[- ]\d{{4}}{_AFTER}",
        0.5,
        None,
        r"\(\d{3}\) ?\d{3}[- ]\d{4}",
        prefix="+1-. ",
    ),
    _number(
        rf"(?<![\w+])(?<!\d[./-])(?:\+?1[-. ]?)?\(\d{{3}}\)[-. ]?\d{{3}}[-. ]?\d{{4}}{_AFTER}",
        0.3,
        None,
        r"\(\d{3}\)[-. ]?\d{3}[-. ]?\d{4}",
        prefix="+1-. ",
    ),
    _number(
        rf"(?:(?<![\w+])\+1[-. ]\d{{3}}([-. ])\d{{3}}\1|{_BEFORE}1([-.])\d{{3}}\2\d{{3}}\2)\d{{4}}"
        rf"{_AFTER}(?! \d)",
        0.5,
        None,
        r"\+1[-. ]\d{3}[-. ]\d{3}[-. ]\d{4}|\b1[-.]\d{3}[-.]\d{3}[-.]\d{4}",
    ),
    _number(
        rf"(?:(?<![\w+])\+1[-. ]|{_BEFORE}(?<!\d )(?:1[-. ])?)\d{{3}}([-. ])\d{{3}}\1\d{{4}}{_AFTER}(?! \d)",
        0.3,
        None,
        r"\b\d{3}[-. ]\d{3}[-. ]\d{4}",
        prefix="+1-. ",
    ),
    _number(
        rf"{_BEFORE}(?:1[-. ]?)?\(\d{{3}}\)[-. /]{{0,2}}\d{{3}}[-. ]?\d{{4}}{_AFTER}",
        0.75,
        _north_american,
        r"(?:\b1[-. ]?)?\(\d{3}\)[-. /]{0,2}\d{3}[-. ]?\d{4}",
    ),
    _number(
        rf"{_BEFORE}(?:1[-. ])?\d{{3}}([-.])\d{{3}}\1\d{{4}}{_AFTER}",
        0.6,
        _north_american,
        r"\b(?:1[-. ])?\d{3}[-.]\d{3}[-.]\d{4}(?:\b|[Ee]?[Xx])",
    ),
    _number(
        rf"{_BEFORE}\d{{3}}/\d{{3}}-\d{{4}}{_AFTER}",
        0.5,
        _north_american,
        r"\b\d{3}/\d{3}-\d{4}\b",
    ),
    _number(
        rf"{_BEFORE}(?<!\d )(?:1 )?\d{{3}} \d{{3}}[ -]\d{{4}}{_AFTER}(?! \d)",
        0.4,
        _north_american,
        r"\b\d{3} \d{3}[ -]\d{4}\b|\b1 \d{3} \d{3}[ -]\d{4}\b",
    ),
    _number(rf"{_BEFORE}1?\d{{10}}{_AFTER}", 0.2, _north_american, r"\b1?\d{10}\b"),
    # An extension says what it is.
    Pattern(
        "PHONE_NUMBER",
        rf"{_BEFORE}(?:1[-. ]?)?(?:\d{{3}}([-. ])\d{{3}}\1\d{{4}}[ ,;]{{0,2}}(?i:ext|extension|x)"
        r"|\d{10}[ ,;]{0,2}(?i:ext|extension))\.? ?\d{1,5}(?!\d)",
        0.5,
        context=_WORDS,
        gate=r"\b(?:1[-. ]?)?\d{3}[-. ]?\d{3}[-. ]?\d{4}[ ,;]{0,2}[EeXx]",
    ),
    # Within an area.
    _number(rf"{_BEFORE}(?<!\d )(?<![(/])[2-9]\d\d-\d{{4}}{_AFTER}(?! \d)", 0.1, None, r"\b[2-9]\d\d-\d{4}\b"),
)

_NATIONAL = (
    # Russia and its neighbours dial eight first: 8 (495) 123-45-67
    _number(
        rf"{_BEFORE}(?<!\d )8[- ]?\(\d{{3,5}}\)[- ]?\d{{1,3}}(?:[- ]?\d\d){{2}}{_AFTER}(?! \d)",
        0.5,
        necessary(phone.russian),
        r"\b8[- ]?\(\d{3,5}\)[- ]?\d{1,3}[- ]?\d\d",
    ),
    _number(
        rf"{_BEFORE}(?<!\d )8([- ])\d{{3}}\1\d{{3}}(?:[- ]?\d\d){{2}}{_AFTER}(?! \d)",
        0.25,
        necessary(phone.russian),
        r"\b8[- ]\d{3}[- ]\d{3}[- ]?\d\d[- ]?\d\d",
    ),
    # In the groups that its own country writes it in, nothing else looks like it: 020 7946 0958, 090-1234-5678
    _number(
        rf"{_BEFORE}(?<!\d )(?<![(/]){_NO_DATE}{_HOME}{_AFTER}(?! \d)",
        0.5,
        necessary(phone.grouped_as_at_home),
        r"\b0\d{1,4}[- ]\d{3,4}[- ]\d{2,4}|\b0\d{4} \d{6}\b",
    ),
    _number(
        rf"{_BEFORE}{_NO_DATE}(?:\(0\d{{0,5}}\)|0[- ]?\([1-9]\d{{0,4}}\)|0(?:-|[ ](?=[1-9]\d\d))?\d)"
        rf"(?:[-. /]{{0,2}}\d){{4,11}}{_AFTER}",
        0.25,
        _national,
        r"\b0[- )]?\(?\d(?:[-. /)]{0,2}\d){4}",
        prefix="(",
    ),
    _number(
        rf"{_BEFORE}(?<!\d )(?<![(/]){_NO_DATE}{_IN_GROUPS}[1-9]\d(?:[-. ]?\d){{6,9}}{_AFTER}(?! \d)",
        0.1,
        _national,
        r"\b[1-9]\d(?:[-. ]?\d){6,9}\b",
    ),
    _number(
        rf"{_BEFORE}\([1-9]\d\)(?:[-. ]?\d){{6,9}}{_AFTER}(?! \d)",
        0.3,
        _national,
        r"\([1-9]\d\)(?:[-. ]?\d){6,9}\b",
    ),
)

PATTERNS: tuple[Pattern, ...] = (*_INTERNATIONAL, *_NORTH_AMERICAN, *_NATIONAL)
