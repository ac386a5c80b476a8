"""brat stand-off: pairs of a text (`note.txt`) and its annotations (`note.ann`), in a folder or a zip.

Of the annotations, the text-bound ones count (`T1<tab>NAME 0 3<tab>Ann`). Pieces of a discontinuous one are
joined where only space is between them; otherwise each piece is a span of its own. A byte order mark before the
text is a character to brat, and to others not: the text that annotations repeat tells which.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Protocol
from zipfile import BadZipFile, ZipFile

from nerproc.errors import SampleError
from nerproc.train.flaw import Flaw
from nerproc.train.format.lines import Lines
from nerproc.train.sample import Draft, RawSpan

BOUND = re.compile(r"T\d+\t(\S+) (\d+ \d+(?:;\d+ \d+)*)(?:\t(.*))?")
_EMPTY = "a folder for brat has pairs of .txt and .ann; other samples are given as files"


class Folder(Protocol):
    """Files by name."""

    def names(self) -> list[str]:
        """All of them, in order."""
        ...

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """One of them, from its start; it can seek."""
        ...


class Disk:
    """A folder on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        """All files below it."""
        return sorted(str(path.relative_to(self._path)) for path in self._path.rglob("*") if path.is_file())

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """One of them."""
        return (self._path / name).open("rb")


class Zip:
    """A folder in a zip."""

    def __init__(self, stream: IO[bytes]) -> None:
        """`stream` can seek.

        Raises:
            Flaw: it is no zip.
        """
        try:
            self._zip = ZipFile(stream)
        except BadZipFile:
            raise Flaw("the zip is broken", hint="was it copied as a whole?") from None

    def names(self) -> list[str]:
        """All files in it."""
        return sorted(self._zip.namelist())

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """One of them."""
        return self._zip.open(name)


def drafts(folder: Folder, name: str) -> Iterator[tuple[str, Draft]]:
    """The documents of a folder called `name`, each with the name of its annotations.

    Raises:
        SampleError: there is none, or one is not as it should be.
    """
    names = _visible(folder)
    annotated = [member for member in names if member.endswith(".ann")]
    if not annotated:
        raise SampleError(f"{name}: there is no .ann file in it", hint=_EMPTY)
    texts = set(names)
    for member in annotated:
        place = f"{name}/{member}"
        if (text := member.removesuffix(".ann") + ".txt") not in texts:
            raise SampleError(f"{place}: its .txt file is missing", hint=_EMPTY)
        whole, marked = _read(folder, text, name, newline="")
        annotations, _ = _read(folder, member, name)
        try:
            spans = _spans(annotations, whole, int(marked))
        except Flaw as flaw:
            try:
                spans = _spans(annotations, whole, 0)
            except Flaw:
                raise flaw.at(place, None) from None
        yield place, Draft(whole, spans, member)


def _visible(folder: Folder) -> list[str]:
    """Its files, but for hidden ones and those that macOS adds to a zip."""
    return [
        name
        for name in folder.names()
        if not any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))
    ]


def _read(folder: Folder, member: str, name: str, *, newline: str | None = None) -> tuple[str, bool]:
    """The text of a file, and whether a byte order mark stood before it."""
    try:
        with folder.open(member) as stream, Lines(stream, newline=newline) as lines:
            return lines.whole(), lines.marked
    except Flaw as flaw:
        raise flaw.at(f"{name}/{member}", None) from None
    except (BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError):
        raise SampleError(f"{name}/{member}: it cannot be read", hint="Is it encrypted, or broken?") from None


def _spans(annotations: str, text: str, shift: int) -> list[RawSpan]:
    return [
        span
        for number, line in enumerate(annotations.split("\n"), 1)
        if line.startswith("T")
        for span in _pieces(line, number, text, shift)
    ]


def _pieces(line: str, number: int, text: str, shift: int) -> list[RawSpan]:
    """The spans of an annotation, whose offsets are `shift` too large."""
    bound = BOUND.fullmatch(line)
    if bound is None:
        raise Flaw("the annotation cannot be read", hint="write T1<tab>NAME 0 3<tab>Ann", line=number)
    label, ranges, quote = bound.groups()
    pieces: list[tuple[int, int]] = []
    for piece in ranges.split(";"):
        start, end = (int(offset) - shift for offset in piece.split())
        if pieces and start >= pieces[-1][1] and not text[pieces[-1][1] : start].strip():
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    quoted = " ".join(text[start:end] for start, end in pieces)
    if quote is not None and pieces[-1][1] <= len(text) and quoted.split() != quote.split():
        raise Flaw(
            "the text of the annotation is not what its offsets say",
            hint="was the .txt changed after it was annotated, or its line ends?",
            line=number,
        )
    return [RawSpan(start, end, label, number) for start, end in pieces]
