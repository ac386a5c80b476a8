"""Text with planted values for benchmarks: the same for the same seed.

Prose is cut into paragraphs and drawn again and again; between them stand sentences with one invented value
each, about `per_kb` of them in 1,000 bytes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

FIRST = [
    "Ada", "Bruno", "Clara", "David", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Luca",
    "Maria", "Nils", "Olga",
]  # fmt: skip
LAST = ["Adler", "Berger", "Castro", "Dubois", "Evans", "Fischer", "Grant", "Haas", "Ito", "Jensen", "Keller"]
HOSTS = ["example.com", "mail.example.org", "northwind.net", "contoso.com", "fabrikam.co.uk", "post.example.de"]
AREAS = ["202", "212", "213", "305", "312", "404", "415", "503", "602", "617", "646", "702", "713", "808"]
MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
]  # fmt: skip


def luhn(digits: str) -> str:
    """`digits` with their Luhn check digit."""
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def email(rng: random.Random) -> str:
    name = rng.choice(["{f}.{l}", "{f}{n}", "{f}_{l}{n}", "{l}"])
    local = name.format(f=rng.choice(FIRST), l=rng.choice(LAST), n=rng.randrange(100))
    return f"{local.lower()}@{rng.choice(HOSTS)}"


def phone(rng: random.Random) -> str:
    area, office, line = rng.choice(AREAS), f"{rng.randrange(220, 999)}", _digits(rng, 4)
    forms = [
        f"({area}) {office}-{line}", f"{area}-{office}-{line}", f"+1 {area} {office} {line}",
        f"{area}.{office}.{line}", f"+1-{area}-{office}-{line}", f"+44 20 7{_digits(rng, 3)} {_digits(rng, 4)}",
        f"+49 30 {_digits(rng, 8)}",
    ]  # fmt: skip
    return rng.choice(forms)


def card(rng: random.Random) -> str:
    prefix, length = rng.choice([("4", 16), ("51", 16), ("55", 16), ("37", 15), ("6011", 16), ("2221", 16)])
    number = luhn(prefix + _digits(rng, length - len(prefix) - 1))
    separator = rng.choice(["", " ", "-"])
    if length == 15:
        return separator.join((number[:4], number[4:10], number[10:]))
    return separator.join(number[i : i + 4] for i in range(0, 16, 4))


def ssn(rng: random.Random) -> str:
    return f"{rng.randrange(100, 660):03}-{rng.randrange(1, 99):02}-{rng.randrange(1, 9999):04}"


def iban(rng: random.Random) -> str:
    country, bban = rng.choice([
        ("DE", _digits(rng, 18)), ("GB", "NWBK" + _digits(rng, 14)), ("NL", "ABNA" + _digits(rng, 10)),
        ("ES", _digits(rng, 20)), ("AT", _digits(rng, 16)),
    ])  # fmt: skip
    value = int("".join(str(int(c, 36)) for c in f"{bban}{country}00"))
    number = f"{country}{98 - value % 97:02}{bban}"
    return number if rng.random() < 0.5 else " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def ip(rng: random.Random) -> str:
    return ".".join(str(rng.randrange(11, 250)) for _ in range(4))


def url(rng: random.Random) -> str:
    path = rng.choice(
        ["", "/", "/about", f"/orders/{rng.randrange(10_000)}", f"/search?q={rng.choice(FIRST).lower()}"]
    )
    return f"{rng.choice(['https', 'http'])}://{rng.choice(['www.', 'shop.', ''])}{rng.choice(HOSTS)}{path}"


def date(rng: random.Random) -> str:
    year, month, day = rng.randrange(1950, 2026), rng.randrange(1, 13), rng.randrange(1, 29)
    name = MONTHS[month - 1]
    forms = [
        f"{year}-{month:02}-{day:02}", f"{month}/{day}/{year}", f"{day}.{month}.{year}", f"{day} {name} {year}",
        f"{name} {day}, {year}",
    ]  # fmt: skip
    return rng.choice(forms)


PLANTED: dict[str, tuple[Callable[[random.Random], str], tuple[str, ...]]] = {
    "EMAIL": (email, ("Write to {} before Friday.", "Her address is {}.", "Reply to {} with your answer.")),
    "PHONE_NUMBER": (phone, ("Call {} after lunch.", "The office can be reached at {}.", "Phone: {}")),
    "CARD_NUMBER": (card, ("The card {} was charged twice.", "Paid with {} at noon.", "Card number: {}")),
    "SSN": (ssn, ("His social security number is {}.", "SSN {}", "The form lists {} for the applicant.")),
    "IBAN": (iban, ("Transfer it to {} by the end of the month.", "IBAN: {}", "Our account is {}.")),
    "IP_ADDRESS": (ip, ("The login came from {}.", "Host {} did not answer.", "Blocked {} at the gate.")),
    "URL": (url, ("Details are at {}.", "See {} for the terms.", "The order form is on {} as of today.")),
    "DATE": (date, ("They met on {} in town.", "It was signed on {}.", "Born {}, he moved north early.")),
}  # fmt: skip


def paragraphs(folder: Path, limit: int = 30_000_000) -> list[str]:
    """The paragraphs of the text files in `folder`, at most `limit` characters."""
    found: list[str] = []
    for file in sorted(folder.rglob("*")):
        if file.suffix in {".txt", ".md"} and file.is_file():
            blocks = file.read_text(encoding="utf-8", errors="replace").split("\n\n")
            found += [block.strip() for block in blocks if block.strip()]
        if sum(map(len, found)) > limit:
            break
    if not found:
        raise SystemExit(f"no prose in {folder}: give a folder of .txt or .md files with --prose")
    return found


def lines(prose: list[str], *, size: int, per_kb: float, seed: int = 1) -> Iterator[tuple[str, str | None]]:
    """Paragraphs, and sentences with a value and its label, until `size` characters are reached."""
    rng = random.Random(seed)
    labels = list(PLANTED)
    length = planted = 0
    while length < size:
        if planted < length / 1_000 * per_kb:
            label = labels[planted % len(labels)]
            make, sentences = PLANTED[label]
            text = rng.choice(sentences).format(make(rng))
            planted += 1
        else:
            label, text = None, rng.choice(prose)
        length += len(text) + 1
        yield text, label


def corpus(prose: list[str], *, size: int, per_kb: float = 2.0, seed: int = 1) -> tuple[str, dict[str, int]]:
    """The text, and how many values of each label were planted."""
    mix = dict.fromkeys(PLANTED, 0)
    texts: list[str] = []
    for text, label in lines(prose, size=size, per_kb=per_kb, seed=seed):
        texts.append(text)
        if label:
            mix[label] += 1
    return "\n".join(texts), mix
