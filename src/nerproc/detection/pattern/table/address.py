"""Postal addresses, as far as patterns can: streets with what follows them, post boxes, towns, postal codes.

Formats: USPS Publication 28 (suffixes, secondary units, military post), Deutsche Post; `postal.py` has what
follows a street.
A street in capitals or title case stands alone; one in lower case, or a postal code, needs a word beside it.
"""

from __future__ import annotations

import string

from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.table.form import LETTERS, Form, digits, identifier, led, token
from nerproc.detection.postal import ABROAD, CODED, FORCES, GAP, NEXT, STATE, TOWN, ZIP

_LABEL = "ADDRESS"
_WORDS = (
    "address", "street address", "home address", "mailing", "shipping", "billing address", "delivery",
    "residence", "resides", "lives", "located", "ship", "deliver",
)  # fmt: skip

_COURTS = ("Supreme", "High", "District", "Circuit", "Superior", "County", "Federal", "Royal", "Tennis")
_LONG = (
    f"Avenue|Boulevard|Circle|{''.join(f'(?<!{court} )' for court in _COURTS)}Court"
    "|Crescent|Drive|Expressway|Freeway|Highway|Lane|Loop|Parkway|Place|Plaza|Road|Square"
    "|Street|Terrace|Trail|Turnpike"
)
_SHORT = "Ave|Av|Blvd|Cir|Ct|Cres|Dr|Expy|Fwy|Hwy|Ln|Pkwy|Pl|Plz|Rd|Sq|St|Ter|Trl|Tpke"
# Words that also end other names; a town must follow, or a word stand beside it.
_LOOSE_SUFFIX = (
    "Alley|Aly|Bend|Bypass|Causeway|Center|Centre|Ctr|Chase|Close|Cove|Cv|Creek|Crossing|Xing|Esplanade|Gardens"
    "|Gdns|Glen|Green|Grove|Grv|Heights|Hts|Hill|Hollow|Landing|Mews|Oval|Park|Parade|Pass|Path|Pike|Point|Pt|Quay"
    "|Ridge|Rdg|Row|Run|View|Vista|Walk|Way|Wharf"
)
_POINT = r"(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Northeast|Northwest|Southeast|Southwest)"
_UNIT = (
    r"(?:(?:Apartment|Apt|Suite|Ste|Unit|Room|Rm|Building|Bldg|Floor|Fl|Lot|Space|Trailer|Flat)\b\.?"
    r"[ \t]*#?[ \t]*[\w-]{1,6}|\#[ \t]*[\w-]{1,6}|\d{1,3}(?:st|nd|rd|th)[ \t]+Floor)\b"
)
_TITLE = r"(?:[A-Z][\w'’.-]*+|\d{1,3}(?:st|nd|rd|th|ST|ND|RD|TH))"  # a word of a name
_WORD = r"[a-z0-9][\w'’.-]*+"
_TOWN_TAIL = (
    rf"(?:{GAP}(?:{TOWN}{GAP}){{0,2}}{CODED}"
    rf"|{GAP}{TOWN}{GAP}{STATE}\b(?:,?[ \t]+(?:USA|United States)\b)?)"
)
_UNIT_TAIL = rf"(?:{GAP}{_UNIT})?"
_TAIL = rf"{_UNIT_TAIL}{_TOWN_TAIL}?"
_ZIP_TAIL = rf"{_UNIT_TAIL}{GAP}{TOWN}{GAP}{STATE}{GAP}{ZIP}"
_NUMBER = r"(?:\d{1,6}[/-])?\d{1,6}(?:[A-Za-z]|[ \t]1/2)?"
_START = rf"(?<![\w.,/-])(?<!\d:)\b{_NUMBER}[ \t]{{1,3}}"


def _capital(words: str) -> str:
    return f"{words}|{words.upper()}"


_SUFFIX = rf"(?:(?:{_capital(_LONG)})\b|(?:{_capital(_SHORT)})\b\.?)"
_ANY_CASE_SUFFIX = rf"(?:(?:{_LONG})\b|(?:{_SHORT})\b\.?)"
_LOOSE = rf"(?:{_capital(_LOOSE_SUFFIX)})\b"


def _street(word: str, suffix: str, tail: str) -> str:
    """House number, direction, up to four words that end in a suffix, direction, what follows."""
    return (
        rf"{_START}(?:{_POINT}\b\.?[ \t]{{1,3}})?(?!The\b)"
        rf"(?:{word}[ \t]{{1,3}}){{1,4}}?{suffix}(?![ \t]+{_SUFFIX})(?:[ \t]+{_POINT}\b\.?)?{tail}"
    )


# Gates stay beside the digits of what they open: the house number with two words, the state with its ZIP code.
_HOUSE = r"\b(?:\d{1,6}[/-])?\d{1,6}(?:[A-Za-z]|[ \t]1/2)?[ \t]{1,3}"
_TITLE_GATE = (
    rf"{_HOUSE}(?:[A-Z][\w'.-]{{0,17}}(?:’\w{{1,6}})?|\d{{1,3}}(?:st|nd|rd|th|ST|ND|RD|TH))[ \t]{{1,3}}[A-Z0-9]"
)
_WORD_GATE = rf"{_HOUSE}[a-z0-9]"
_ZIP_GATE = rf"(?:,[ \t]{{0,3}}|[ \t]{{1,3}}|\n){STATE}(?:,[ \t]{{0,3}}|[ \t]{{1,3}}|\n)\d{{5}}\b"
_IN_ADDRESS = f"{LETTERS}{string.digits}'’.,#/- \t\r\n"

_STREETS = (
    *identifier(
        "us_street",
        _WORDS,
        Form(_street(_TITLE, _SUFFIX, _TAIL), 0.6, gate=_TITLE_GATE, ignore_case=False),
        Form(
            _street(_TITLE, _LOOSE, rf"{_UNIT_TAIL}{_TOWN_TAIL}"),
            0.6,
            gate=_TITLE_GATE,
            ignore_case=False,
        ),
        Form(_street(_TITLE, _LOOSE, _UNIT_TAIL), 0.3, gate=_TITLE_GATE, ignore_case=False),
        # Any name, with all that follows: "6 Katherine Courtyard, Fisherland, TAS, 2955"
        Form(
            rf"{_START}(?!The\b)(?:{_TITLE}[ \t]{{1,3}}){{0,4}}?{_TITLE}"
            rf"{_UNIT_TAIL}(?:{GAP}{TOWN}){{1,2}}{GAP}{CODED}",
            0.6,
            gate=_TITLE_GATE,
            ignore_case=False,
        ),
        # "450 Broadway", "1251 Avenue of the Americas"
        Form(
            rf"{_START}(?:(?:{_POINT}\b\.?[ \t]{{1,3}})?Broadway|Avenue of the [A-Z]\w+|Highway \d{{1,3}})\b"
            rf"{_TAIL}",
            0.6,
            gate=rf"{_HOUSE}(?:[NSEW][A-Za-z]{{0,8}}\.?[ \t]{{1,3}})?(?:Broadway|Avenue of the |Highway \d)",
            ignore_case=False,
        ),
        # In any case: "12 main st, springfield il 62701".
        Form(_street(_WORD, _ANY_CASE_SUFFIX, _ZIP_TAIL), 0.5, gate=_ZIP_GATE, prefix=_IN_ADDRESS),
        Form(_street(_WORD, _ANY_CASE_SUFFIX, _UNIT_TAIL), 0.3, gate=_WORD_GATE),
        label=_LABEL,
    ),
    *identifier(
        "us_po_box",
        _WORDS,
        Form(
            r"\b(?:P\.?[ \t]?O\.?[ \t]?|Post Office[ \t]{1,3})Box[ \t]{1,3}(?:(?:No\.?|\#)[ \t]?)?"
            rf"\d{{1,7}}\b{_TAIL}",
            0.6,
            gate=r"\bp(?:\.?[ \t]?o\.?[ \t]?|ost office[ \t]{1,3})box[ \t]{1,3}(?:(?:no\.?|\#)[ \t]?)?\d",
        ),
        label=_LABEL,
    ),
    *identifier(
        "us_military",
        _WORDS,
        Form(
            r"\b(?:(?:PSC|CMR|OPS|UNIT|Unit)[ \t]{1,3}\d{1,5}(?:,?[ \t]{1,3}B(?:ox|OX)[ \t]{1,3}\d{1,5})?"
            rf"|US(?:S|NS|NV|CGC)[ \t]{{1,3}}[A-Z][a-z]+(?:[ \t][A-Z][a-z]+)?){GAP}{FORCES}",
            0.8,
            gate=r"\b(?:PSC|CMR|OPS|UNIT|Unit|US(?:S|NS|NV|CGC))[ \t]{1,3}[A-Z0-9]",
            ignore_case=False,
        ),
        Form(
            rf"\b{FORCES}", 0.6, gate=r"\b[AFD]\.?P\.?O\.?[ \t,]{1,3}A[AEP][ \t,]{1,3}\d{5}", ignore_case=False
        ),
        label=_LABEL,
    ),
    *identifier(
        "us_city",
        _WORDS,
        Form(
            rf"\b{TOWN}(?:,[ \t]{{0,3}}|[ \t]{{1,3}}){STATE}[ \t]{{1,3}}{ZIP}",
            0.5,
            gate=_ZIP_GATE,
            ignore_case=False,
            prefix=f"{LETTERS}'’.- \t",
        ),
        label=_LABEL,
    ),
)

_DE_ROAD = (
    "(?:straße|strasse|str\\.|weg|platz|allee|gasse|damm|ufer|Straße|Allee|Platz|-(?:Weg|Gasse|Ring|Damm|Ufer))"
)
_DE_ROAD_ENDS = "(?:ring|stieg|steig|pfad|markt|chaussee|graben|hof|berg)"  # of English words, too
_DE_NAME = r"(?<![\wäöüß-])[A-ZÄÖÜ][\wäöüß.-]*"
_IN_DE_NAME = f"{LETTERS}{string.digits}ÄÖÜäöüß_.-"
_DE_NUMBER = r"[ \t]{1,3}\d{1,4}(?:[ \t]?[a-z])?(?:[/-]\d{1,4}[a-z]?)?\b"
_DE_TOWN = r"\d{5}[ \t]+[A-ZÄÖÜ][\wäöüß-]+"
_FR_ROAD = "(?:rue|avenue|boulevard|place|chemin|allée|impasse|quai|cours)"
_FR_NAME = "[A-ZÀ-ÖØ-ÞŒ][\\wÀ-ÖØ-öø-ÿŒœ'’-]*"
_FR_START = rf"\b\d{{1,4}}(?:[ \t]?(?:bis|ter))?,?[ \t]{{1,3}}{_FR_ROAD}[ \t]"

_ABROAD = (
    *identifier(
        "de_street",
        ("adresse", "anschrift", "wohnhaft", "straße", "wohnort", "lieferadresse"),
        Form(
            rf"{_DE_NAME}{_DE_ROAD}{_DE_NUMBER}(?:{NEXT}{ABROAD}|[ \t]+{_DE_TOWN})?",
            0.5,
            gate=rf"{_DE_ROAD}[ \t]{{1,3}}\d{{1,4}}",
            ignore_case=False,
            prefix=_IN_DE_NAME,
        ),
        Form(
            rf"{_DE_NAME}{_DE_ROAD_ENDS}{_DE_NUMBER}(?:{NEXT}|[ \t]+){_DE_TOWN}",
            0.5,
            gate=rf"{_DE_ROAD_ENDS}[ \t]{{1,3}}\d{{1,4}}",
            ignore_case=False,
            prefix=_IN_DE_NAME,
        ),
        label=_LABEL,
    ),
    *identifier(
        "fr_street",
        ("adresse", "domicile", "domicilié", "demeurant"),
        Form(
            rf"{_FR_START}+(?:de[ \t]+la[ \t]+|de[ \t]+l['’]|des?[ \t]+|du[ \t]+|[dl]['’])?{_FR_NAME}"
            rf"(?:[ \t]+{_FR_NAME}){{0,3}}(?:,?[ \t]*(?:\r?\n)?[ \t]*\d{{5}}[ \t]+{_FR_NAME})?",
            0.5,
            gate=_FR_START,
            ignore_case=False,
        ),
        label=_LABEL,
    ),
)

_UK_CODE = (
    "(?:GIR ?0AA|(?:[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY]))"
    r"[ \t]?[0-9][ABD-HJLNP-UW-Z]{2})"
)
_PLZ = r"(?:(?!01000|99999)\d[1-9]\d{3}|[1-9]0\d{3})"
_CODES = (
    *identifier(
        "uk_postcode",
        ("postcode", "post code", "postal code", "zip", *_WORDS, "correspondence"),
        Form(
            rf"(?<![\\])\b{_UK_CODE}\b",
            0.3,
            gate=r"[A-Z](?:\d[0-9A-Z]?[ \t]?\d[A-Z]{2}| ?0AA)\b",
            prefix=LETTERS,
        ),
        label=_LABEL,
    ),
    *identifier(
        "ca_postal_code",
        (
            "postal code", "postcode", "zip", "code postal", "canada", "ontario", "quebec", "québec", "alberta",
            "british columbia", *_WORDS,
        ),
        led("[ABCEGHJ-NPRSTVXY]", r"\d[ABCEGHJ-NPRSTV-Z][ -]\d[ABCEGHJ-NPRSTV-Z]\d", 0.3),
        led("[ABCEGHJ-NPRSTVXY]", r"\d[ABCEGHJ-NPRSTV-Z]\d[ABCEGHJ-NPRSTV-Z]\d", 0.1),
        label=_LABEL,
    ),
    *identifier(
        "de_plz",
        (
            "plz", "postleitzahl", "postanschrift", "adresse", "anschrift", "wohnort", "wohnanschrift",
            "lieferadresse", "rechnungsadresse", "postfach",
        ),
        digits(5, 0.05, of=rf"(?<!\d-){_PLZ}(?!-\d)"),
        # As letters from abroad are addressed: D-10115 Berlin
        Form(
            rf"(?<![\w-])DE?-{_PLZ}(?=[ \t]{{1,3}}[A-ZÄÖÜ][a-zäöüß])",
            0.5,
            gate=r"\bDE?-\d{5}\b",
            ignore_case=False,
        ),
        label=_LABEL,
    ),
    *identifier(
        "us_zip_code",
        ("zip", "zip code", "zipcode", "postal code"),
        token(r"\d{5}-\d{4}", 0.2, ignore_case=False),
        digits(5, 0.05, of=r"(?<!\d-)\d{5}(?!-\d)"),
        label=_LABEL,
    ),
    *identifier(
        "nl_postcode",
        ("postcode", "adres", "woonplaats"),
        token(r"[1-9]\d{3} ?[A-Z]{2}", 0.1, ignore_case=False),
        label=_LABEL,
    ),
)  # fmt: skip

PATTERNS: tuple[Pattern, ...] = (*_STREETS, *_ABROAD, *_CODES)
