"""Values for a label: like the examples given, and, for what has a usual form, those that Faker makes."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Sequence
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

from nerproc.errors import InvalidRequest

if TYPE_CHECKING:
    from faker import Faker

_MAKERS = {  # a label, or a word of it -> what Faker calls it
    "FIRST_NAME": "first_name",
    "LAST_NAME": "last_name",
    "IP_ADDRESS": "ipv4",
    "MAC_ADDRESS": "mac_address",
    "EMAIL_ADDRESS": "email",
    "NAME": "name",
    "PERSON": "name",
    "ADDRESS": "address",
    "STREET": "street_address",
    "CITY": "city",
    "LOCATION": "city",
    "COUNTRY": "country",
    "ORGANIZATION": "company",
    "COMPANY": "company",
    "EMAIL": "email",
    "PHONE": "phone_number",
    "DATE": "date_between_dates",
    "SSN": "ssn",
    "IBAN": "iban",
    "CARD": "credit_card_number",
    "URL": "url",
    "IP": "ipv4",
    "MAC": "mac_address",
    "PLATE": "license_plate",
    "JOB": "job",
    "PROFESSION": "job",
    "USERNAME": "user_name",
    "VIN": "vin",
}
_DAYS = (date(1950, 1, 1), date(2035, 12, 31))  # Faker's own choice depends on the day it is made
_KINDS = (string.digits, string.ascii_uppercase, string.ascii_lowercase)
_CODE = re.compile(r"\S*\d\S*")  # a word with a digit: another one of the same form is as good


def values(label: str, examples: Sequence[str], faker: Faker, random: Random) -> Callable[[], str]:
    """What makes values for `label`.

    Raises:
        InvalidRequest: there are no examples, and it is not known what values look like.
    """
    name = next((_MAKERS[word] for word in [label, *label.split("_")] if word in _MAKERS), "")
    maker: Any = getattr(faker, name, None) if name else None
    if maker is None and not examples:
        raise InvalidRequest(f"label {label} has no examples", hint="give a few values that it stands for")

    def value() -> str:
        if maker is None or (examples and random.random() < 0.5):
            return alike(random.choice(examples), examples, random)
        return str(maker(*_DAYS) if name == "date_between_dates" else maker()).strip()

    return value


def alike(example: str, examples: Sequence[str], random: Random) -> str:
    """`example` with other digits in its words with digits, and other letters where those of `examples` differ.

    Only examples of the same form are looked at: EX-0123 and EY-77 say nothing of each other.
    """
    same = [other for other in examples if _form(other) == _form(example)]
    changed = list(example)
    for word in _CODE.finditer(example):
        for place in range(word.start(), word.end()):
            kind = next((kind for kind in _KINDS if example[place] in kind), "")
            if kind and (kind == string.digits or len({other[place] for other in same}) > 1):
                changed[place] = random.choice(kind)
    return "".join(changed)


def _form(text: str) -> str:
    return re.sub("[a-z]", "a", re.sub("[A-Z]", "A", re.sub("[0-9]", "0", text)))
