r"""Rich Text Format: paragraphs are lines, cells of a table are joined by tabs.

What stands beside the flow (headers, notes, comments, text boxes, addresses of links) comes after its line.
Words and destinations: Microsoft, Rich Text Format Specification 1.9.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nerproc.extraction.decode import charset
from nerproc.extraction.errors import Skipped
from nerproc.extraction.part import ADDRESS
from nerproc.extraction.text import TextSegment

if TYPE_CHECKING:
    from nerproc.extraction.document import OpenedDocument

_MANY = 1 << 16  # pieces of text, of a few words each
_LONGEST = 256  # code points of a control word with its number
_DEEPEST = 10_000  # groups inside one another
_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})?[ ]?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    r"|(?P<open>\{)|(?P<close>\})|[\r\n\0]+|(?P<text>[^\\{}\r\n\0]+)"
)
_SIGNS = {
    **dict.fromkeys(("par", "line", "sect", "page", "row", "nestrow", "\r", "\n"), "\n"),
    **dict.fromkeys(("tab", "cell", "nestcell"), "\t"),
    **dict.fromkeys(("~", "emspace", "enspace", "qmspace"), " "),
    **dict(zip(("_", "emdash", "endash", "bullet", "lquote", "rquote"), "-—–•‘’", strict=True)),
    **dict(zip(("ldblquote", "rdblquote", "\\", "{", "}"), "“”\\{}", strict=True)),
}
_ASIDES = {"header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"} | {
    *("footnote", "annotation", "shptxt", "fldinst")
}
_LEFT_OUT = {"fonttbl", "sp", "colortbl", "stylesheet", "info", "pict", "objdata", "themedata", "datastore"}
_STARRED = {*_ASIDES, "shpinst"}  # of destinations that readers may leave out, those with text
_CHARSETS = dict(
    zip(
        (77, 128, 129, 134, 136, 161, 162, 177, 178, 186, 204, 222, 238),
        (
            *("mac_roman", "cp932", "cp949", "gb18030", "cp950", "cp1253", "cp1254"),
            *("cp1255", "cp1256", "cp1257", "cp1251", "cp874", "cp1250"),
        ),
        strict=True,
    )
)


@dataclass
class _Flow:
    """Text of the body, or of something that stands beside a line."""

    pieces: list[str] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)  # for the end of the line

    def add(self, text: str) -> None:
        """Append `text`, and at the end of a line what stood beside it."""
        if text != "\n":
            self.pieces.append(text)
            return
        if self.pieces and self.pieces[-1] == "\t":  # at the end of a row
            self.pieces.pop()
        self.pieces += ["\n", *(f"{aside}\n" for aside in self.asides)]
        self.asides.clear()


@dataclass
class _Group:
    """What holds between two braces."""

    flow: _Flow
    destination: str = ""
    is_left_out: bool = False
    font: int = -1
    skipped: int = 1  # characters after one in Unicode that stand for it elsewhere


class _Reader:
    def __init__(self, document: OpenedDocument) -> None:
        self._document = document
        self._body = _Flow()
        self._groups = [_Group(self._body)]
        self._fonts: dict[int, str] = {}  # encodings
        self._encoding = "cp1252"
        self._bytes = b""  # of characters that are not decoded yet
        self._units: list[int] = []  # of UTF-16
        self._to_skip = 0  # characters
        self._is_starred = False
        self.binary = 0  # bytes that follow and are no text

    def see(self, token: re.Match[str]) -> None:
        """The next token."""
        word, byte, text = token["word"], token["byte"], token["text"]
        if (byte or text) and self._to_skip:
            skipped = 1 if byte else min(self._to_skip, len(text))
            self._to_skip -= skipped
            text = text and text[skipped:]
            byte = None
        if byte:
            self._end_units()
            self._bytes += bytes.fromhex(byte)
        elif token.lastgroup and (token.lastgroup not in {"byte", "text"} or text):
            if word != "u":
                self._end_units()
            self._end_bytes()
            self._see(token, text)

    def _see(self, token: re.Match[str], text: str | None) -> None:
        word = token["word"]
        if word:
            self._word(word, int(token["number"]) if token["number"] else None)
        elif token["sign"]:
            self._is_starred = token["sign"] == "*"
            self._add(_SIGNS.get(token["sign"], ""))
        elif token["open"]:
            self._open()
        elif token["close"]:
            self._close()
        elif text:
            self._add(text.encode("latin-1").decode(self._codec(), "replace"))

    def taken(self) -> str:
        """The text so far, if there is enough for a segment."""
        pieces = self._body.pieces
        if len(pieces) < _MANY:
            return ""
        self._body.pieces = pieces[-1:]  # which may be a tab that ends a row
        return "".join(pieces[:-1])

    def end(self) -> str:
        """The document ends; the text that was not taken."""
        self._end_units()
        self._end_bytes()
        while len(self._groups) > 1:
            self._close()
        if self._body.asides or (self._body.pieces and self._body.pieces[-1] != "\n"):
            self._body.add("\n")
        return "".join(self._body.pieces)

    def _word(self, word: str, number: int | None) -> None:
        group = self._groups[-1]
        is_starred, self._is_starred = self._is_starred, False
        if word == "u":
            self._units.append((number or 0) & 0xFFFF)
            self._to_skip = group.skipped
        elif word == "uc":
            group.skipped = max(0, number or 0)
        elif word == "bin":
            self.binary = max(0, number or 0)
        elif word == "ansicpg":
            self._encoding = charset(f"cp{number}") or self._encoding
        elif word == "f":
            group.font = -1 if number is None else number
        elif word == "fcharset":
            self._fonts[group.font] = _CHARSETS.get(number or 0, "")
        elif word in _SIGNS:
            self._add(_SIGNS[word])
        else:
            self._destination(word, is_starred=is_starred)

    def _destination(self, word: str, *, is_starred: bool) -> None:
        group = self._groups[-1]
        if word in _LEFT_OUT or (is_starred and word not in _STARRED):
            group.is_left_out = True
        elif word in _ASIDES:
            group.destination, group.flow = word, _Flow()
        if word == "objdata":
            self._document.warn("an embedded object is not read")

    def _open(self) -> None:
        if len(self._groups) > _DEEPEST:
            raise Skipped(f"RTF nested more than {_DEEPEST:,} groups deep")
        self._to_skip = 0
        self._groups.append(replace(self._groups[-1], destination=""))

    def _close(self) -> None:
        self._to_skip = 0
        if len(self._groups) == 1:
            return
        group = self._groups.pop()
        if not group.destination:
            return
        text = "".join([*group.flow.pieces, *(f"\n{aside}" for aside in group.flow.asides)]).strip()
        if group.destination == "fldinst":
            found = ADDRESS.search(text)
            text = found[1].strip() if found else ""
        if text and not group.is_left_out:
            self._groups[-1].flow.asides.append(text)

    def _add(self, text: str) -> None:
        group = self._groups[-1]
        if text and not group.is_left_out:
            group.flow.add(text)

    def _codec(self) -> str:
        return self._fonts.get(self._groups[-1].font) or self._encoding

    def _end_bytes(self) -> None:
        if self._bytes:
            data, self._bytes = self._bytes, b""
            self._add(data.decode(self._codec(), "replace"))

    def _end_units(self) -> None:
        if self._units:
            data = b"".join(unit.to_bytes(2, "little") for unit in self._units)
            self._units = []
            self._add(data.decode("utf-16-le", "replace"))


def segments(document: OpenedDocument) -> Iterator[TextSegment]:
    """The text of the document in its order."""
    reader = _Reader(document)
    held, at = "", 0
    for block in document.source.blocks():
        held, at = held[at:] + block.decode("latin-1"), 0
        is_last = len(held) <= _LONGEST
        while at < len(held) - (0 if is_last else _LONGEST):
            at = _next(reader, held, at)
        if text := reader.taken():
            yield TextSegment(text)
    while at < len(held):
        at = _next(reader, held, at)
    if text := reader.end():
        yield TextSegment(text)


def _next(reader: _Reader, held: str, at: int) -> int:
    """Show the reader what stands at a place; where it goes on."""
    if reader.binary:
        skipped = min(reader.binary, len(held) - at)
        reader.binary -= skipped
        return at + skipped
    found = _TOKEN.match(held, at)
    if found is None:  # a backslash at the end
        return at + 1
    reader.see(found)
    return found.end()
