"""Made-up records: letters, forms, tables, chats, mails, logs and sentences about people who do not exist.

Names, places and organisations of marked corpora stand in news and novels. In the records that people scan they
stand beside labels, in columns and in address blocks; these samples teach that, and what an address is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from faker import Faker

from nerproc.train.sample import Sample, Span
from training.abroad import LANGUAGES
from training.phrase import BLOCKS, FORMS, SENTENCES

_SLOT = re.compile(r"\{([A-Z_]+)\}")
# How often each locale is drawn: most records are in English, but names in them come from everywhere.
LOCALES = {
    "en_US": 10, "en_GB": 5, "en_AU": 2, "en_CA": 3, "en_IE": 1, "en_NZ": 1, "en_IN": 3, "de_DE": 2,
    "de_AT": 1,
    "fr_FR": 2, "fr_CH": 1, "es_ES": 2, "es_MX": 2, "it_IT": 2, "nl_NL": 2, "pt_BR": 2, "sv_SE": 2, "da_DK": 2,
    "no_NO": 1, "fi_FI": 2, "pl_PL": 2, "cs_CZ": 1, "hu_HU": 1, "ro_RO": 1, "hr_HR": 1, "sl_SI": 1,
    "vi_VN": 1,
    "id_ID": 1, "tr_TR": 1,
}  # fmt: skip
_ABROAD = 0.55  # share of records in the language of their names, where `abroad.py` knows it
_Forms = tuple[tuple[str, tuple[str, ...]], ...]
_DOUBLE = 0.08  # share of last names that are two, joined by a hyphen
_UNITS = ("Apt.", "Apt", "Apartment", "Suite", "Ste.", "Unit", "Flat", "#", "Room", "Floor", "Box")
_TITLES = (
    "Mr.", "Mrs.", "Ms.", "Dr.", "Mr", "Mrs", "Ms", "Dr", "Prof.", "Miss", "Sir", "Herr", "Frau", "Madame",
    "Mme", "Señora", "Sr.", "Signora",
)  # fmt: skip
_KINDS_OF_ORGANISATION = (
    "{} Hospital", "{} University", "University of {}", "{} College", "Bank of {}", "{} Bank",
    "{} City Council",
    "{} High School", "{} Police Department", "{} Airlines", "{} Museum", "{} United", "{} FC", "{} Insurance",
    "{} Times", "{} Ministry of Health", "{} Chamber of Commerce", "{} Library", "{} Foundation", "{} Energy",
)  # fmt: skip


def fakers(seed: int) -> dict[str, Faker]:
    """One of each locale."""
    made = {locale: Faker(locale) for locale in LOCALES}
    for number, faker in enumerate(made.values()):
        faker.seed_instance(seed * 1_000 + number)
    return made


class Records:
    """Draws samples."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - nothing is to be kept secret
        self._locales = list(LOCALES)
        self._weights = list(LOCALES.values())
        self._fakers = fakers(seed)
        self._english = self._fakers["en_US"]
        self._faker = self._english
        self._makers: dict[str, Callable[[], str]] = {
            "NAME": self._name, "FIRST": lambda: self._clean(self._faker.first_name()),
            "LAST": self._last, "FULL": lambda: f"{self._clean(self._faker.first_name())} {self._last()}",
            "TITLE": lambda: self._random.choice(_TITLES),
            "ADDRESS": self._address, "BLOCK": self._block, "STREET": self._street,
            "CITY": self._city, "COUNTRY": lambda: self._clean(self._english.country()), "STATE": self._state,
            "ORG": self._organisation, "DATE": self._date, "DAY": self._day,
            "EMAIL": lambda: str(self._faker.ascii_email()), "PHONE": lambda: str(self._faker.phone_number()),
            "CARD": self._english.credit_card_number, "IBAN": self._fakers["en_GB"].iban,
            "SSN": self._english.ssn, "ID": lambda: self._english.bothify("??######").upper(),
            "NUMBER": lambda: str(self._random.randrange(1, 100_000)),
            "AMOUNT": lambda: f"{self._random.randrange(1, 9_000)}.{self._random.randrange(100):02}",
            "JOB": self._english.job, "USER": self._english.user_name,
            "URL": self._english.url, "IP": self._english.ipv4,
            "WORD": self._english.word, "TIME": lambda: self._english.time("%H:%M"),
            "TEXT": self._english.bs, "COLOUR": self._english.color_name,
        }  # fmt: skip

    def samples(self, count: int) -> list[Sample]:
        """`count` of them, each a document of its own."""
        return [self._sample(number) for number in range(count)]

    def _sample(self, number: int) -> Sample:
        locale = self._random.choices(self._locales, self._weights)[0]
        self._faker = self._fakers[locale]
        language = LANGUAGES.get(locale[:2])
        if language and self._random.random() < _ABROAD:
            is_text = self._random.random() < 0.6
            template = self._random.choice(language.texts) if is_text else self._form(language.forms)
            return self._filled(template, f"record/{number}")
        draw = self._random.random()
        if draw < 0.55:
            template = self._random.choice(SENTENCES)
            if self._random.random() < 0.25:
                between = " " if template[-1] in ".?!" else "\n"
                template += between + self._random.choice(SENTENCES)
        elif draw < 0.75:
            template = self._form()
        elif draw < 0.87:
            template = self._table()
        else:
            template = self._random.choice(BLOCKS)
        return self._filled(template, f"record/{number}")

    def _filled(self, template: str, document: str) -> Sample:
        text, spans, end = "", [], 0
        upper = self._random.random() < 0.04
        for slot in _SLOT.finditer(template):
            text += template[end : slot.start()]
            value = self._makers[slot[1]]()
            if upper:
                value = value.upper()
            label = _LABELS.get(slot[1])
            if label:
                spans.append(Span(len(text), len(text) + len(value), label))
            text += value
            end = slot.end()
        text += template[end:]
        if self._random.random() < 0.02:
            text = text.lower()
        return Sample(text, tuple(spans), document=document)

    def _form(self, forms: _Forms = FORMS) -> str:
        mark = self._random.choice((": ", ": ", " : ", ":\t", " - ", " = ", ":", "  ", "   ", "\t"))
        fields = self._random.sample(forms, self._random.randrange(2, 8))
        between = self._random.choice(("\n", "\n", "\n", "; ", ", ", " | "))
        return between.join(f"{self._random.choice(names)}{mark}{slot}" for slot, names in fields)

    def _table(self) -> str:
        fields = self._random.sample(FORMS, self._random.randrange(3, 7))
        between = self._random.choice((",", "\t", ";", " | ", ", "))
        slots = [
            slot for slot, _ in fields if between not in (",", ", ") or slot not in ("{ADDRESS}", "{AMOUNT}")
        ]
        head = between.join(self._random.choice(names) for slot, names in fields if slot in slots)
        rows = [between.join(slots) for _ in range(self._random.randrange(1, 5))]
        return "\n".join([head, *rows] if self._random.random() < 0.7 else rows)

    def _clean(self, text: str) -> str:
        return " ".join(text.split())

    def _last(self) -> str:
        last = self._clean(self._faker.last_name())
        return f"{last}-{self._clean(self._faker.last_name())}" if self._random.random() < _DOUBLE else last

    def _name(self) -> str:
        random, faker = self._random, self._faker
        first, last = self._clean(faker.first_name()), self._clean(faker.last_name())
        draw = random.random()
        if draw < 0.62:
            name = f"{first} {last}"
        elif draw < 0.70:
            name = f"{first} {random.choice('ABCDEFGHJKLMNPRSTW')}. {last}"
        elif draw < 0.74:
            name = f"{first} {self._clean(faker.first_name())} {last}"
        elif draw < 0.78:
            name = f"{last}, {first}"
        elif draw < 0.81:
            name = f"{first[0]}. {last}"
        elif draw < 0.83:
            name = f"{first} {last.upper()}"
        elif draw < 0.86:
            name = f"{first} {last}-{self._clean(faker.last_name())}"
        elif draw < 0.87:
            name = f"{first}-{self._clean(faker.first_name())} {last}"
        else:
            name = first if draw < 0.955 else last
        return name

    def _city(self) -> str:
        return self._clean(self._faker.city())

    def _state(self) -> str:
        return self._random.choice((self._english.state(), self._english.state_abbr()))

    def _street(self) -> str:
        random = self._random
        street = self._clean(self._faker.street_address())
        if random.random() < 0.15:
            street = (
                f"{random.randrange(1, 9_999)} {self._clean(self._faker.last_name())} {random.choice(_WAYS)}"
            )
        if random.random() < 0.2:
            street += f"{random.choice((' ', ', '))}{random.choice(_UNITS)} {random.randrange(1, 999)}"
        if random.random() < 0.03:
            street = f"{random.choice(('P.O. Box', 'PO Box', 'Box'))} {random.randrange(1, 9_999)}"
        return street

    def _region(self) -> str:
        """City, state and code, in the orders that there are."""
        random = self._random
        city, code = self._city(), self._clean(self._faker.postcode())
        state = self._english.state_abbr() if random.random() < 0.7 else self._english.state()
        return random.choice(
            (
                f"{city}, {state} {code}", f"{city}, {state} {code}", f"{city} {state} {code}",
                f"{code} {city}", f"{city} {code}", f"{city}, {code}", f"{city}, {state}", f"{city}",
            )
        )  # fmt: skip

    def _lines(self) -> list[str]:
        random = self._random
        lines = [self._street()]
        if random.random() < 0.9:
            lines.append(self._region())
        if random.random() < 0.35:
            country = self._clean(self._english.country())
            lines.append(
                country if random.random() < 0.7 else f"{country} {self._clean(self._faker.postcode())}"
            )
        return lines

    def _address(self) -> str:
        return self._random.choice((", ", ", ", ", ", " ", "\n", ",\n")).join(self._lines())

    def _block(self) -> str:
        return "\n".join(self._lines())

    def _organisation(self) -> str:
        random = self._random
        draw = random.random()
        if draw < 0.5:
            return self._clean(self._faker.company())
        if draw < 0.75:
            place = self._city() if random.random() < 0.6 else self._clean(self._english.last_name())
            return random.choice(_KINDS_OF_ORGANISATION).format(place)
        end = random.choice(
            ("Inc", "Inc.", "Ltd", "LLC", "GmbH", "& Co", "Group", "Holdings", "Partners", "Corp.")
        )
        return f"{self._clean(self._english.last_name())} {end}"

    def _date(self) -> str:
        day = self._english.date_between("-90y", "+5y")
        return (
            day.strftime(self._random.choice(_DATES)).replace(" 0", " ").replace("th ", f"{_ordinal(day.day)} ")
        )

    def _day(self) -> str:
        """A date without words."""
        return self._english.date_between("-90y", "+5y").strftime(self._random.choice(_DAYS))


def _ordinal(day: int) -> str:
    return "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


_WAYS = (
    "Street", "St", "St.", "Road", "Rd", "Rd.", "Avenue", "Ave", "Ave.", "Lane", "Ln", "Drive", "Dr", "Blvd",
    "Boulevard", "Court", "Ct", "Place", "Pl", "Way", "Terrace", "Highway", "Square", "Crescent", "Circle",
    "Close",
)  # fmt: skip
_DATES = (
    "%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%B %d, %Y", "%d %B %Y", "%b %d, %Y", "%d %b %Y",
    "%m/%d/%y",
    "%B %dth, %Y", "%A, %B %d, %Y", "%B %Y", "the %dth of %B", "%d-%b-%Y", "%B %d", "%dth %B %Y", "%a %d %b",
)  # fmt: skip
_DAYS = ("%d.%m.%Y", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d")
_LABELS = {
    "NAME": "NAME", "FULL": "NAME", "FIRST": "NAME", "LAST": "NAME",
    "ADDRESS": "ADDRESS", "BLOCK": "ADDRESS", "STREET": "ADDRESS",
    "CITY": "LOCATION", "COUNTRY": "LOCATION", "STATE": "LOCATION", "ORG": "ORGANIZATION",
    "DATE": "DATE", "DAY": "DATE",
}  # fmt: skip
