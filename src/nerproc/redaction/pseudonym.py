"""The operator `pseudonym`: plausible stand-ins, the same for the same text under one key.

All of a stand-in is drawn from an HMAC of label and text, so nothing is stored and every machine draws the
same. Stand-ins are of ranges that belong to nobody where there are such: example domains, test cards,
documentation networks, telephone numbers of fiction.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import string
from collections.abc import Callable, Sequence
from itertools import count

from nerproc.redaction import words
from nerproc.redaction.dates import shifted
from nerproc.redaction.key import derived

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ADDRESS_WORD = re.compile(r"[^\W\d_]{4,}")
# By first digit: ranges of numbers for trials, of which no card is ever issued.
_TEST_CARDS = {"2": "222300", "3": "378282", "4": "400000", "5": "555555", "6": "601111"}
_DAY = re.compile(
    r"(Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)([.,]?)"
)
_MOST_SHIFT = 365  # days


class _Draw:
    """A stream of numbers that depends on what it was made of alone."""

    def __init__(self, secret: bytes, *parts: str) -> None:
        self._secret = hmac.digest(secret, "\0".join(parts).encode("utf-8", "surrogatepass"), "sha256")
        self._counter = count()
        self._pool = 0
        self._left = 1  # numbers below which the pool is even

    def below(self, end: int) -> int:
        """A number from 0, less than `end`, which is small."""
        if self._left < end << 64:
            digest = hmac.digest(self._secret, next(self._counter).to_bytes(8, "big"), "sha256")
            self._pool, self._left = int.from_bytes(digest, "big"), 1 << 256
        self._pool, number = divmod(self._pool, end)
        self._left //= end
        return number

    def of(self, choices: Sequence[str]) -> str:
        return choices[self.below(len(choices))]

    def digits(self, length: int) -> str:
        return "".join(self.of(string.digits) for _ in range(length))


class Pseudonyms:
    """Stand-ins under one key."""

    def __init__(self, key: bytes) -> None:
        self._secret = derived(key, "pseudonym")
        days = 1 + self._draw("dates").below(_MOST_SHIFT)
        self._days = days if self._draw("dates", "sign").below(2) else -days
        self._makers: dict[str, Callable[[_Draw, str], str]] = {
            "NAME": self._name,
            "EMAIL": _email,
            "CARD_NUMBER": _card,
            "PHONE_NUMBER": _phone,
            "DATE": self._date,
            "IBAN": _iban,
            "IP_ADDRESS": _network,
            "MAC_ADDRESS": _mac,
            "URL": _url,
            "SSN": _ssn,
            "ORGANIZATION": lambda draw, _: f"{draw.of(words.FIRMS)} {draw.of(words.FIRM_KINDS)}",
            "LOCATION": lambda draw, _: draw.of(words.TOWNS),
            "ADDRESS": _address,
        }

    def of(self, label: str, text: str) -> str:
        """The stand-in of `text`, another text wherever it has a letter or a digit."""
        make = self._makers.get(label, _shape)
        same = " ".join(text.casefold().split())  # spelt otherwise, but the same
        stand_in = text
        for attempt in range(8):
            stand_in = make(self._draw(label, same, str(attempt)), text)
            if stand_in.casefold() != text.casefold():
                return stand_in
        return f"<{label}>" if any(map(str.isalnum, text)) else stand_in

    def _draw(self, *parts: str) -> _Draw:
        return _Draw(self._secret, *parts)

    def _name(self, draw: _Draw, text: str) -> str:
        """Word by word, so that `Ann Lee` and `Ms Lee` stay the same person."""
        found = [word for word in _WORD.finditer(text) if word[0].casefold() not in words.TITLES]
        if not found:
            return _shape(draw, text)
        last = found[-1].start() if len(found) > 1 or len(_WORD.findall(text)) > 1 else -1

        def stand_in(word: re.Match[str]) -> str:
            if word[0].casefold() in words.TITLES:
                return word[0]
            role = "surname" if word.start() == last else "given"
            choices = words.SURNAMES if role == "surname" else words.GIVEN
            new = self._draw("NAME", role, word[0].casefold()).of(choices)
            if new.casefold() == word[0].casefold():
                new = draw.of(choices)
            if len(word[0]) == 1:
                return new[0]
            return new.upper() if word[0].isupper() else new.lower() if word[0].islower() else new

        return _WORD.sub(stand_in, text)

    def _date(self, draw: _Draw, text: str) -> str:
        """All dates move by the same number of days, so that what lies between them stays."""
        moved = shifted(text, self._days) or _time(draw, text) or _weekday(draw, text)
        return moved or f"{1950 + draw.below(70)}-{1 + draw.below(12):02}"


def _weekday(draw: _Draw, text: str) -> str | None:
    """Another day of the week, with what stands around it."""
    found = _DAY.fullmatch(text)
    if not found:
        return None
    day = draw.of(words.WEEKDAYS)
    return f"{day if len(found[1]) > 4 else day[:3]}{found[2]}"


def _time(draw: _Draw, text: str) -> str | None:
    found = re.fullmatch(r"(\d{1,2})([:.]\d\d)([:.]\d\d)?(.*)", text, re.DOTALL)
    if not found:
        return None
    parts = [f"{1 + draw.below(12):0{len(found[1])}}", f"{found[2][0]}{draw.below(60):02}"]
    if found[3]:
        parts.append(f"{found[3][0]}{draw.below(60):02}")
    return "".join(parts) + found[4]


def _shape(draw: _Draw, text: str) -> str:
    """Letters for letters, digits for digits, the rest as it is."""
    return "".join(
        draw.of(string.digits)
        if character.isdigit()
        else character
        if not character.isalpha()
        else draw.of(string.ascii_uppercase)
        if character.isupper()
        else draw.of(string.ascii_lowercase)
        for character in text
    )


def _with_digits(text: str, digits: str) -> str:
    """`text` with its digits replaced one by one."""
    new = iter(digits)
    return "".join(next(new) if character.isdigit() else character for character in text)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _email(draw: _Draw, _text: str) -> str:
    name = f"{draw.of(words.GIVEN)}.{draw.of(words.SURNAMES)}{draw.below(1000)}".lower()
    return f"{name}@example.{draw.of(('com', 'net', 'org'))}"


def _card(draw: _Draw, text: str) -> str:
    digits = _digits(text)
    if len(digits) < 12:
        return _shape(draw, text)
    prefix = _TEST_CARDS.get(digits[0], _TEST_CARDS["4"])
    body = prefix + draw.digits(len(digits) - len(prefix) - 1)
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(body))]
    check = -sum(number - 9 if number > 9 else number for number in doubled) % 10
    return _with_digits(text, f"{body}{check}")


def _phone(draw: _Draw, text: str) -> str:
    digits = _digits(text)
    is_abroad = text.lstrip().startswith("+")
    if len(digits) == 10 + digits.startswith("1") and (not is_abroad or len(digits) == 11):
        kept = digits[: len(digits) - 10]  # 555-0100 to 555-0199 are kept free for fiction
        new = f"{kept}{2 + draw.below(8)}{draw.digits(2)}55501{draw.digits(2)}"
    else:
        kept = digits[:2] if is_abroad else digits[: len(digits) - len(digits.lstrip("0"))]
        rest = len(digits) - len(kept)
        new = kept + (str(1 + draw.below(9)) if rest else "") + draw.digits(rest - 1)
    return "".join(
        draw.of(string.ascii_uppercase) if character.isalpha() and character.isupper() else character
        for character in _with_digits(text, new)
    )


def _iban(draw: _Draw, text: str) -> str:
    """With the checksum of its own; the country stays."""
    compact = "".join(filter(str.isalnum, text))
    if len(compact) < 15 or not compact.isascii():
        return _shape(draw, text)
    country, body = compact[:2].upper(), _shape(draw, compact[4:]).upper()
    number = int("".join(str(int(character, 36)) for character in f"{body}{country}00"))
    new = iter(f"{country}{98 - number % 97:02}{body}")
    return "".join(next(new) if character.isalnum() else character for character in text)


def _network(draw: _Draw, text: str) -> str:
    address, slash, prefix = text.strip().partition("/")
    try:
        version = ipaddress.ip_address(address.split("%")[0]).version
    except ValueError:
        return _shape(draw, text)
    if version == 4:
        new = f"{draw.of(('192.0.2', '198.51.100', '203.0.113'))}.{1 + draw.below(254)}"
    else:
        new = f"2001:db8::{draw.below(1 << 16):x}:{1 + draw.below((1 << 16) - 1):x}"
    return f"{new}{slash}{prefix}"


def _mac(draw: _Draw, text: str) -> str:
    """A local address, which no maker gives to a device."""
    new = iter("02" + "".join(draw.of("0123456789abcdef") for _ in range(len(text))))
    made = "".join(next(new) if character.isalnum() else character for character in text)
    return made.upper() if text.isupper() else made


def _url(draw: _Draw, text: str) -> str:
    scheme, mark, _ = text.rpartition("://")
    host = f"www.example.{draw.of(('com', 'net', 'org'))}"
    return f"{scheme}{mark}{host}/{draw.of(words.FIRMS).lower()}{draw.below(1000)}"


def _ssn(draw: _Draw, text: str) -> str:
    """666 is the beginning of no number."""
    digits = _digits(text)
    return _with_digits(text, f"666{draw.digits(6)}") if len(digits) == 9 else _shape(draw, text)


def _address(draw: _Draw, text: str) -> str:
    if not _ADDRESS_WORD.search(text):  # a postal code
        return _shape(draw, text)
    return f"{1 + draw.below(199)} {draw.of(words.STREETS)} {draw.of(words.STREET_KINDS)}"
