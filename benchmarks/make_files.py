"""Writes text files to scan: prose with planted values, as one file, as many, or as very long ones.

    python benchmarks/make_files.py --bytes 50000000 --files 5000 --prose novels --out /tmp/corpus
    python benchmarks/make_files.py --bytes 2147483648 --lines one --prose novels --out /tmp/one_line

Without `--lines`, the text is fresh throughout: paragraphs of the prose in random order, with about two planted
values per 1,000 bytes. With `--lines short` (lines of 1 to 200 characters) or `--lines one` (a single line) one
block of such text is repeated, so that writing is as fast as the disk. The same arguments give the same bytes.
What was written, and how many values of each label it holds, is printed as one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

BYTES_PER_VALUE = 500
BLOCK_BYTES = 4 * 2**20  # what `--lines` repeats
LONGEST_LINE = 200  # characters, with `--lines short`
LONGEST_PIECE = 80  # characters; longer words are left out there

# Text, and the label of the value that it holds. Without a label it is prose and may be cut at any space.
Piece = tuple[str, str | None]


def email(rng: random.Random) -> str:
    name = rng.choice(("ada", "bruno", "chidi", "dolores", "edda", "farid", "greta", "hideo"))
    return f"{name}.{rng.randrange(10_000)}@mail{rng.randrange(1_000)}.example.com"


def phone(rng: random.Random) -> str:
    area, line = rng.choice((212, 312, 415, 503, 617, 702)), f"01{rng.randrange(100):02}"
    return rng.choice((f"({area}) 555-{line}", f"+1 {area} 555 {line}", f"{area}-555-{line}"))


def card(rng: random.Random) -> str:
    digits = "4" + "".join(rng.choices("0123456789", k=14))
    doubled = (int(digit) * (2 - index % 2) for index, digit in enumerate(digits))
    total = sum(number // 10 + number % 10 for number in doubled)
    digits += str(-total % 10)
    return rng.choice((digits, " ".join(digits[at : at + 4] for at in range(0, 16, 4))))


def ssn(rng: random.Random) -> str:
    return f"{rng.randint(773, 899)}-{rng.randint(1, 99):02}-{rng.randint(1, 9_999):04}"


def iban(rng: random.Random) -> str:
    account = "".join(rng.choices("0123456789", k=18))
    check = 98 - int(account + "131400") % 97  # "DE00" moved to the end, letters as numbers (ISO 13616)
    return f"DE{check:02}{account}"


def ip_address(rng: random.Random) -> str:
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randint(1, 254)}"


def url(rng: random.Random) -> str:
    return f"https://www{rng.randrange(100)}.example.org/page/{rng.randrange(100_000)}?q={rng.randrange(1_000)}"


def date(rng: random.Random) -> str:
    year, month, day = rng.randint(1950, 2025), rng.randint(1, 12), rng.randint(1, 28)
    return rng.choice((f"{year}-{month:02}-{day:02}", f"{month:02}/{day:02}/{year}"))


# label -> how it is written, and the words that stand before it
PLANTS: dict[str, tuple[Callable[[random.Random], str], str]] = {
    "EMAIL": (email, "Write to"),
    "PHONE_NUMBER": (phone, "Her telephone is"),
    "CARD_NUMBER": (card, "He paid by card"),
    "SSN": (ssn, "The social security number was"),
    "IBAN": (iban, "Transfer it to IBAN"),
    "IP_ADDRESS": (ip_address, "The host had the address"),
    "URL": (url, "It is printed at"),
    "DATE": (date, "This happened on"),
}


def read_prose(folder: Path) -> list[str]:
    """The paragraphs of all text files of `folder`, white space made single."""
    files = sorted(folder.rglob("*.txt"))
    if not files:
        raise SystemExit(f"there are no .txt files in {folder}: give --prose a folder of plain text")
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in files)
    paragraphs = (" ".join(paragraph.split()) for text in texts for paragraph in text.split("\n\n"))
    return [paragraph + "\n" for paragraph in paragraphs if paragraph]


def planted(prose: list[str], rng: random.Random) -> Iterator[Piece]:
    """Paragraphs of `prose` without end, a value after every `BYTES_PER_VALUE` characters or so."""
    due = BYTES_PER_VALUE
    while True:
        paragraph, start = rng.choice(prose), 0
        while (space := paragraph.find(" ", start + due)) >= 0:
            yield paragraph[start : space + 1], None
            label = rng.choice(tuple(PLANTS))
            make, words = PLANTS[label]
            yield f"{words} {make(rng)}. ", label
            start, due = space + 1, rng.randint(BYTES_PER_VALUE // 2, BYTES_PER_VALUE * 3 // 2)
        yield paragraph[start:], None
        due = max(0, due - (len(paragraph) - start))


def in_lines(pieces: Iterable[Piece], rng: random.Random, longest: int | None) -> Iterator[Piece]:
    """The same words and values in lines of up to `longest` characters, or (None) all in one line."""
    width, target = 0, 1
    for text, label in pieces:
        for word in text.split() if label is None else [text.rstrip()]:
            if len(word) > LONGEST_PIECE:
                continue
            width += len(word) + 1
            full = longest is not None and width >= target
            yield word + ("\n" if full else " "), label
            if longest is not None and full:
                width, target = 0, rng.randint(1, longest - LONGEST_PIECE)


def fill(pieces: Iterable[Piece], size: int, padding: bytes) -> tuple[bytes, Counter[str]]:
    """The first `size` bytes of `pieces`, none of the values cut; and how many values of each label."""
    counts: Counter[str] = Counter()
    chunks: list[bytes] = []
    room = size
    for text, label in pieces:
        chunk = text.encode()
        if len(chunk) > room:
            chunk = chunk[:room].rpartition(b" ")[0] if label is None else b""
            chunks.append(chunk + padding * (room - len(chunk)))
            return b"".join(chunks), counts
        chunks.append(chunk)
        room -= len(chunk)
        if label is not None:
            counts[label] += 1
    return b"".join(chunks) + padding * room, counts


def write_files(out: Path, pieces: Iterator[Piece], size: int, files: int) -> Counter[str]:
    """`files` files of equal size, `size` bytes together."""
    counts: Counter[str] = Counter()
    for number in range(files):
        share = size * (number + 1) // files - size * number // files
        data, found = fill(pieces, share, b"\n")
        (out / f"{number:06}.txt").write_bytes(data)
        counts += found
    return counts


def write_lines(out: Path, pieces: Iterator[Piece], size: int, padding: bytes) -> Counter[str]:
    """One file of `size` bytes: a block of `pieces`, again and again."""
    block: list[Piece] = []
    room = BLOCK_BYTES
    for piece in pieces:
        room -= len(piece[0].encode())
        if room < 0:
            break
        block.append(piece)
    data = "".join(text for text, _ in block).encode()
    times, rest = divmod(size, len(data))
    tail, counts = fill(block, rest, padding)
    with (out / "lines.txt").open("wb") as file:
        for _ in range(times):
            file.write(data)
        file.write(tail)
    for label, count in Counter(label for _, label in block if label).items():
        counts[label] += count * times
    return counts


def main() -> None:
    """Write what the arguments ask for, and say what it is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bytes", type=int, required=True, help="size of all files together")
    parser.add_argument("--files", type=int, default=1, help="number of files (default 1)")
    parser.add_argument("--lines", choices=("short", "one"), help="one file of repeated text in such lines")
    parser.add_argument(
        "--prose", type=Path, required=True, help="folder of .txt files to take paragraphs from"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write to; made if missing")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    rng = random.Random(arguments.seed)
    pieces = planted(read_prose(arguments.prose), rng)
    arguments.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    if arguments.lines:
        laid_out = in_lines(pieces, rng, LONGEST_LINE if arguments.lines == "short" else None)
        padding = b"\n" if arguments.lines == "short" else b" "
        counts = write_lines(arguments.out, laid_out, arguments.bytes, padding)
    else:
        counts = write_files(arguments.out, pieces, arguments.bytes, arguments.files)
    seconds = time.monotonic() - began
    made = {"bytes": arguments.bytes, "files": arguments.files, "lines": arguments.lines}
    speed = round(arguments.bytes / seconds / 1e6, 1)
    print(json.dumps({**made, "planted": dict(sorted(counts.items())), "mb_per_second": speed}))


if __name__ == "__main__":
    main()
