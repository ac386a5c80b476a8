"""Dates and times of a day, in the usual written forms.

A date is one with a year; month and day alone, month and year in figures, and eight digits in a row need a
word near them, or the day of the week.
"""

from __future__ import annotations

import re

from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.validator import date
from nerproc.detection.pattern.validator.rule import necessary

_WORDS = (
    "date", "dated", "dob", "born", "birth", "birthday", "birthdate", "birth date", "expiry", "expires",
    "expiration", "exp", "valid", "issued", "due", "since", "until", "deadline", "start", "end", "timestamp",
    "created", "updated", "datum", "geboren", "geburtsdatum", "fecha", "nacimiento", "naissance", "né", "née",
    "data", "nascita", "nato", "nata", "nascimento", "geboortedatum", "d.o.b.", "today", "yesterday",
    "tomorrow",
)  # fmt: skip

# Names of months in full and short: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, the
# Nordic languages, and in the genitive, as dates have it, Russian and Ukrainian.
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec",
    "januar", "jänner", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember", "okt", "dez", "mrz",
    "janvier", "février", "mars", "avril", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre", "janv", "févr", "avr", "juil", "déc", "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "setiembre", "octubre", "noviembre", "diciembre", "ene", "abr", "ago",
    "dic", "gennaio", "febbraio", "aprile", "maggio", "giugno", "luglio", "settembre", "ottobre", "dicembre",
    "janeiro", "fevereiro", "março", "maio", "junho", "julho", "setembro", "outubro", "novembro", "dezembro",
    "januari", "februari", "maart", "mei", "augustus", "mrt", "augusti", "stycznia", "lutego", "marca",
    "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia",
    "maj", "marts", "desember", "[Яя]нваря", "[Фф]евраля", "[Мм]арта", "[Аа]преля", "[Мм]ая", "[Ии]юня",
    "[Ии]юля", "[Аа]вгуста", "[Сс]ентября", "[Оо]ктября", "[Нн]оября", "[Дд]екабря", "[Сс]ічня", "[Лл]ютого",
    "[Бб]ерезня", "[Кк]вітня", "[Тт]равня", "[Чч]ервня", "[Лл]ипня", "[Сс]ерпня", "[Вв]ересня", "[Жж]овтня",
    "[Лл]истопада", "[Гг]рудня",
)  # fmt: skip
_ENGLISH = "|".join(sorted(_MONTHS[:24], key=len, reverse=True))
_ANY = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_YEAR = r"(?:1[5-9]|20|21)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_BEFORE = r"(?<![\w/])(?<!\d[.:-])(?<!\w-)"  # numbers in the fields beside it are no part of it
_AFTER = r"(?![\w/]|[.:-]\d|-\w)"
_GAP = r"(?: {1,2}|\r?\n)"  # lines may break inside a date
_ORDINAL = r"(?:st|nd|rd|th|\.|er|º|°)?"
_COMMA = rf"(?:,{_GAP}?|{_GAP})"
_OF = r"(?:of |de |den )?"
_DAY_MONTH = rf"{_ORDINAL},?{_GAP}{_OF}(?:{_ANY})\.?,?{_GAP}(?:de |of |del )?"
# Three letters tell as much as whole names do beside a day, and make for half the database.
_BEGINNINGS = "|".join(sorted({"".join(re.findall(r"\[..\]|.", month)[:3]) for month in _MONTHS}))
_DAY_MONTH_GATE = rf"{_ORDINAL},?{_GAP}{_OF}(?:{_BEGINNINGS})"
_ERA_YEAR = r"(?:令和|平成|昭和|民國|民国) ?(?:\d{1,3}|元)年"
_TIME = (
    r"(?:[01]\d|2[0-4]):[0-5]\d(?::[0-6]\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|GMT|[+-](?:0\d|1[0-4]):?[0-5]\d))?"
)
_CLOCK = rf"(?:,? {_TIME}(?: ?[AaPp]\.?[Mm]\b\.?)?)"

PATTERNS: tuple[Pattern, ...] = (
    # 2024-12-31T23:59:59.123+01:00, 2024-12-31 23:59
    Pattern(
        "DATE",
        rf"(?<!\w)(?<!\d[.-])\d{{4}}-(?:0[1-9]|1[0-2])-{_DAY}[T ]{_TIME}(?![\w]|:\d)",
        0.8,
        validator=necessary(date.numeric_date),
        gate=r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
    ),
    # 2024-12-31, 2024/12/31, 2024-1-5, 2024.12.31
    Pattern(
        "DATE",
        rf"(?<!\w)(?<!\d[.-])(?:{_YEAR}-(?:0[1-9]|1[0-2])-{_DAY}(?!\w|[.-]\d|-\w)"
        rf"|(?<![/-]){_YEAR}([-/.])(?:0?[1-9]|1[0-2])\1{_DAY}(?!\w|/|[.-]\d|-\w))",
        0.6,
        validator=necessary(date.numeric_date),
        context=_WORDS,
        gate=r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b",
    ),
    # 12/31/2024, 31/12/2024, 31-12-2024, 31.12.2024
    Pattern(
        "DATE",
        rf"{_BEFORE}\d{{1,2}}([-/.])\d{{1,2}}\1{_YEAR}{_AFTER}",
        0.6,
        validator=necessary(date.numeric_date),
        context=_WORDS,
        gate=r"\b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b",
    ),
    # 12/31/24, 05.03.24 (without zeros, dots are versions)
    Pattern(
        "DATE",
        rf"{_BEFORE}\d{{1,2}}/\d{{1,2}}/\d\d{_AFTER}",
        0.5,
        validator=necessary(date.numeric_date),
        context=_WORDS,
        gate=r"\b\d{1,2}/\d{1,2}/\d\d\b",
    ),
    Pattern(
        "DATE",
        rf"{_BEFORE}(?:\d{{1,2}}\.\d{{1,2}}\.\d\d|\d{{1,2}}-\d{{1,2}}-\d\d){_AFTER}",
        0.3,
        validator=necessary(date.numeric_date),
        context=_WORDS,
        gate=r"\b\d{1,2}[.-]\d{1,2}[.-]\d\d\b",
    ),
    # 2024年6月3日, 2024년 6월 3일, 令和6年6月3日
    Pattern(
        "DATE",
        rf"(?<![\d.])(?:{_YEAR} ?[年년]|{_ERA_YEAR}) ?(?:0?[1-9]|1[0-2]) ?[月월] ?{_DAY} ?[日號号일]",
        0.8,
        validator=necessary(date.ends_in_month_and_day),
        gate=r"[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日號号일]",
        prefix="0123456789 令和平成昭民國国元",
    ),
    # 31 December 2024, 31st of December, 2024, 31. Dezember 2024, 31 de diciembre de 2024, 31-Dec-2024
    Pattern(
        "DATE",
        rf"(?<![\w/])(?<!\d[.:-]){_DAY}(?:{_DAY_MONTH}{_YEAR}{_CLOCK}?"
        rf"|[-/ ]?(?:{_ENGLISH})[-/ ]?{_YEAR}(?::{_TIME}|{_CLOCK})?)(?![\w]|-\w)",
        0.8,
        validator=necessary(date.named_date),
        gate=rf"\b\d{{1,2}}{_DAY_MONTH_GATE}|\b\d{{1,2}}[-/]?(?:{_ENGLISH})[-/ ]?\d{{4}}\b",
        ignore_case=True,
    ),
    # December 31, 2024, Dec. 31st 2024, Dec 31 23:59:59 2024
    Pattern(
        "DATE",
        rf"(?<![\w/-])(?:{_ENGLISH})\.?{_GAP}{_DAY}(?:st|nd|rd|th)?"
        rf"(?:{_COMMA}{_YEAR}{_CLOCK}?| {_TIME} {_YEAR})(?![\w]|-\w)",
        0.8,
        validator=necessary(date.named_date),
        gate=rf"\b(?:{_ENGLISH})\.?{_GAP}\d{{1,2}}(?:st|nd|rd|th)?(?:{_COMMA}\d{{4}}\b| \d\d:\d\d)",
        ignore_case=True,
    ),
    # 31-Dec-24, 31 Dec 24
    Pattern(
        "DATE",
        rf"(?<![\w/-])(?<!\d[.:])(?:3[01]|[12]\d|0?[1-9])-(?:{_ENGLISH})-\d\d{_AFTER}",
        0.6,
        validator=necessary(date.named_date),
        context=_WORDS,
        gate=rf"\b\d{{1,2}}-(?:{_ENGLISH})-\d\d\b",
        ignore_case=True,
    ),
    # December 2024, Dez. 2024: a time rather than a day
    Pattern(
        "DATE",
        rf"(?<![\w/-])(?<!\d )(?<!\d\. )(?:{_ANY})\.?,? (?:de |of |del )?{_YEAR}(?![\w]|[-/.,]\d)",
        0.45,
        context=_WORDS,
        gate=rf"\b(?:{_ANY})\.?,? (?:de |of |del )?\d{{4}}\b",
        ignore_case=True,
    ),
    # DEC-2024
    Pattern(
        "DATE",
        rf"(?<![\w/-])(?:{_ENGLISH})[-/]{_YEAR}(?!\w|[-/.,]\d|-\w)",
        0.6,
        context=_WORDS,
        gate=rf"\b(?:{_ENGLISH})[-/]\d{{4}}\b",
        ignore_case=True,
    ),
    # Friday, 31 December; Friday, December 31st
    Pattern(
        "DATE",
        rf"(?<!\w)(?:{_WEEKDAY})(?:, ?| )(?:{_DAY}(?:st|nd|rd|th|\.)? (?:of )?(?:{_ENGLISH})(?!\w|-\w)"
        rf"|(?:{_ENGLISH})\.? {_DAY}(?:st|nd|rd|th)?(?!\w|[-/.:]\d))(?!,?\s{{1,2}}\d)",
        0.6,
        validator=necessary(date.named_date),
        context=_WORDS,
        gate=rf"\b(?:{_WEEKDAY})(?:, ?| )(?:(?:{_ENGLISH})\.? )?\d",
        ignore_case=True,
    ),
    # 31 December, December 31st
    Pattern(
        "DATE",
        rf"{_BEFORE}{_DAY}(?:st|nd|rd|th|\.)?[ -](?:of )?(?:{_ENGLISH})(?!\w|-\w|[ ,-]{{1,2}}\d)",
        0.4,
        validator=necessary(date.named_date),
        context=_WORDS,
        gate=rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?[ -](?:of )?(?:{_ENGLISH})\b",
        ignore_case=True,
    ),
    Pattern(
        "DATE",
        rf"(?<![\w/-])(?:{_ENGLISH})\.? {_DAY}(?:st|nd|rd|th)?(?!\w|[-/.:]\d|,? \d)",
        0.4,
        validator=necessary(date.named_date),
        context=_WORDS,
        gate=rf"\b(?:{_ENGLISH})\.? \d{{1,2}}(?:st|nd|rd|th)?\b",
        ignore_case=True,
    ),
    # Dec-31; of a year, Dec-24
    Pattern(
        "DATE",
        rf"(?<![\w/-])(?:{_ENGLISH})-{_DAY}(?!\w|[-/.,:]\d|-\w)",
        0.3,
        validator=necessary(date.named_date),
        context=_WORDS,
        gate=rf"\b(?:{_ENGLISH})-\d{{1,2}}\b",
        ignore_case=True,
    ),
    # 12/2024, 12/24, 20241231
    Pattern(
        "DATE",
        rf"{_BEFORE}(?:0?[1-9]|1[0-2])/{_YEAR}{_AFTER}",
        0.2,
        context=_WORDS,
        gate=r"\b\d{1,2}/\d{4}\b",
    ),
    # Month and year of two digits say when a card expires, and no word makes that a date of a person.
    Pattern("DATE", rf"{_BEFORE}(?:0?[1-9]|1[0-2])/\d\d{_AFTER}", 0.1, gate=r"\b\d{1,2}/\d\d\b"),
    Pattern(
        "DATE",
        r"(?<![\w.,/-])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\w/-]|[.,]\d)",
        0.1,
        validator=necessary(date.compact_date),
        context=_WORDS,
        gate=r"\b(?:19|20)\d\d[01]\d[0-3]\d\b",
    ),
)
