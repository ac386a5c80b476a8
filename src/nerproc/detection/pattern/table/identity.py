"""Numbers that identify a person, a company or a thing, of every country: the tables of the regions together.

`kind` is the country and the number; where Presidio has the number, it is Presidio's name of the entity in
lower case. Rows stand in the order in which equals win.
"""

from __future__ import annotations

import string

from nerproc.detection.pattern.table import (
    identity_africa,
    identity_america,
    identity_asia,
    identity_europe_east,
    identity_europe_north,
    identity_europe_south,
    identity_europe_west,
    identity_oceania,
    identity_us,
)
from nerproc.detection.pattern.table.form import Form, digits, identifier, token
from nerproc.detection.pattern.validator.digit import has_luhn
from nerproc.detection.pattern.validator.rule import necessary

_THINGS = (
    # Versions 1 to 8 and the variant of RFC 9562, so the nil UUID is none.
    *identifier(
        "uuid",
        ("uuid", "guid", "unique identifier"),
        Form(
            r"\b[0-9A-F]{8}-[0-9A-F]{4}-[1-8][0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}\b",
            0.3,
            gate=r"-[1-8][0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}\b",
            prefix=f"{string.hexdigits}-",
        ),
    ),
    # 3GPP TS 23.003, 6.2.1: type allocation code, serial number, Luhn.
    *identifier(
        "imei",
        ("imei", "handset", "mobile device", "device serial"),
        token(r"\d{2}(?:-\d{6}-\d{6}-| \d{6} \d{6} )\d", 0.5, necessary(has_luhn), ignore_case=False),
        # With the version of its software in place of the check digit.
        token(r"\d{2}-\d{6}-\d{6}-\d{2}", 0.3, ignore_case=False),
        digits(15, 0.1, necessary(has_luhn)),
    ),
)

PATTERNS = (
    *identity_us.PATTERNS,
    *identity_america.PATTERNS,
    *identity_europe_west.PATTERNS,
    *identity_europe_south.PATTERNS,
    *identity_europe_north.PATTERNS,
    *identity_europe_east.PATTERNS,
    *identity_asia.PATTERNS,
    *identity_africa.PATTERNS,
    *identity_oceania.PATTERNS,
    *_THINGS,
)
