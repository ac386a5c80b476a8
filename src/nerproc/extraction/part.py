"""The parts of Office documents, OOXML and OpenDocument, as lines: paragraphs, and what stands beside them.

Cells of a table are joined by tabs. What stands beside the flow (text boxes, deleted text, descriptions of
pictures, addresses of links) comes after its paragraph.
Element names: ECMA-376 part 1 (WordprocessingML 17, DrawingML 21), OpenDocument 1.3 part 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from nerproc.extraction.limits import Limits
from nerproc.extraction.xml import Handler

_SEGMENT = 1 << 20  # code points
ADDRESS = re.compile(r"(?:mailto|tel|sms):([^?\"]+)", re.IGNORECASE)

BREAKS = {
    "br": "\n",
    "cr": "\n",
    "line-break": "\n",
    "tab": "\t",
    "ptab": "\t",
    "s": " ",
    "noBreakHyphen": "-",
}
_DELETED = {"del", "moveFrom"}
_ASIDES = {"txbxContent", *_DELETED, "instrText", "text-box", "annotation", "note-body", "desc"}
# Attributes that hold text, and those that may hold the address of a link.
_DESCRIPTIONS = {"docPr": ("descr", "title"), "cNvPr": ("descr", "title"), "shape": ("alt",)}
_LINKS = {"a": "href", "fldSimple": "instr"}
_SYMBOLS = range(0xD800, 0xF900)  # code points that are no characters but in a font of symbols
# Properties hold tab stops, not tabs; a fallback repeats what stands before it; ODF keeps old versions apart.
LEFT_OUT = {"Fallback", "pPr", "rPr", "tblPr", "sectPr", "tabLst", "note-citation", "automatic-styles"}
_CELLS = {"tc", "table-cell"}
_ROWS = {"tr", "table-row"}


@dataclass(frozen=True)
class Vocabulary:
    """Which elements are paragraphs and texts."""

    paragraphs: frozenset[str]
    texts: frozenset[str]  # elements whose characters are text
    beside_only: bool = False  # leave out all but what stands beside the flow


@dataclass
class _Flow:
    """Text in reading order: of a part, or of something that stands beside a paragraph."""

    pieces: list[str] = field(default_factory=list)
    asides: list[list[str]] = field(default_factory=list)  # for the end of the paragraph
    open: int = 0  # paragraphs that have begun and not ended
    texts: int = 0  # elements around whose characters are text
    code: list[str] = field(default_factory=list)  # of a field that has begun
    deleted: tuple[int, int] = (-1, -1)  # how many pieces and asides there were after the last deletion

    def end_code(self) -> None:
        """The code of a field ends; only the addresses of links in it are data."""
        if found := ADDRESS.search("".join(self.code)):
            self.asides.append(_cut(self.code, *found.span(1)))
        self.code = []

    def end_line(self) -> None:
        """End the line, and place what stood beside it."""
        self.end_code()
        for aside in [[], *self.asides]:
            self.pieces += [*aside, "\n"]
        self.asides.clear()

    def turn(self, old: str, new: str) -> None:
        """Make the separator at the end, if it is `old`, a `new` one."""
        if self.pieces and self.pieces[-1] == old:
            self.pieces[-1] = new


class Placed(str):
    """A piece of text that knows where it stands in the source; `PartReader` hands it on as it is."""

    __slots__ = ("end", "start")

    start: int
    end: int

    @classmethod
    def at(cls, text: str, start: int, end: int) -> Placed:
        """`text`, which stands from `start` to `end`."""
        placed = cls(text)
        placed.start, placed.end = start, end
        return placed

    def part(self, start: int, end: int) -> Placed:
        """What stands between two of its offsets; a character written as a reference stays whole."""
        if self.end - self.start != len(self):
            return Placed.at(self[start:end], self.start, self.end)
        return Placed.at(self[start:end], self.start + start, self.start + end)


class PartReader(Handler):
    """Turns the paragraphs of one part into lines."""

    def __init__(self, limits: Limits, vocabulary: Vocabulary) -> None:
        super().__init__(limits)
        self._vocabulary = vocabulary
        self.flows = [_Flow()]  # the innermost last
        self._left_out = 0  # elements around whose contents are left out
        self._length = 0  # code points since the last `take`

    def take(self) -> str:
        """The lines that are finished, if there are enough for a segment."""
        flow = self.flows[0]
        if self._length < _SEGMENT or len(self.flows) > 1 or flow.open:
            return ""
        taken = flow.pieces[:-1]  # the last one may still become a tab
        del flow.pieces[:-1]
        self._length = 0
        return "".join(taken)

    def rest(self) -> list[str]:
        """The pieces that are left at the end of the part."""
        return self.flows[0].pieces

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 (SAX)
        """An element begins; the value of an attribute may be the pieces that it is made of."""
        self.deeper()
        name = name.rpartition(":")[2]
        if self._left_out or name in LEFT_OUT:
            self._left_out += 1
            return
        if name in _ASIDES:
            self.flows.append(_Flow())
        flow = self.flows[-1]
        if self._is_read:
            flow.open += name in self._vocabulary.paragraphs
            flow.texts += name in self._vocabulary.texts
        if name in BREAKS and self._is_read:
            flow.pieces.append(BREAKS[name])
        elif name == "sym":
            self._symbol(dict(attrs).get("w:char", ""))
        elif name == "fldChar":
            flow.end_code()
        elif name in _DESCRIPTIONS or name in _LINKS:
            self._attributes(name, {key.rpartition(":")[2]: value for key, value in attrs.items()})

    @property
    def _is_read(self) -> bool:
        return len(self.flows) > 1 or not self._vocabulary.beside_only

    def _symbol(self, code: Iterable[str]) -> None:
        """A character of another font; a space where only the font knows which."""
        try:
            number = int("".join(code), 16)
        except ValueError:
            return
        is_character = 32 <= number <= 0xFFFF and number not in _SYMBOLS
        self.flows[-1].pieces.append(chr(number) if is_character else " ")

    def _attributes(self, name: str, values: dict[str, Iterable[str]]) -> None:
        for attribute in _DESCRIPTIONS.get(name, ()):
            self._aside(list(values.get(attribute, ())))
        if link := list(values.get(_LINKS.get(name, ""), ())):
            found = ADDRESS.search("".join(link))
            self._aside(_cut(link, *found.span(1)) if found else [])

    def _aside(self, pieces: list[str]) -> None:
        """Place `pieces` beside the line, unless they are blank."""
        if not "".join(pieces).strip():
            return
        flow = self.flows[-1]
        if flow.open:
            flow.asides.append(pieces)
            return
        if flow.pieces and flow.pieces[-1] not in {"\n", "\t"}:
            flow.pieces.append("\n")
        flow.pieces += [*pieces, "\n"]

    def characters(self, content: str) -> None:
        """Characters between tags."""
        self.idle = 0
        if self.flows[-1].texts and not self._left_out:
            self.flows[-1].pieces.append(content)
            self._length += len(content)

    def endElement(self, name: str) -> None:  # noqa: N802 (SAX)
        """An element ends."""
        self.shallower()
        if self._left_out:
            self._left_out -= 1
            return
        name = name.rpartition(":")[2]
        if self._is_read:
            self._end(name)
        if name in _ASIDES:
            self._place_aside(name)

    def _end(self, name: str) -> None:
        flow = self.flows[-1]
        flow.texts -= name in self._vocabulary.texts
        if name in self._vocabulary.paragraphs:
            flow.open -= 1
            flow.end_line()
        elif name in _CELLS:
            flow.turn("\n", "\t")
        elif name in _ROWS:
            flow.turn("\t", "\n")

    def _place_aside(self, name: str) -> None:
        inner, flow = self.flows.pop(), self.flows[-1]
        if name == "instrText":  # a field's code may come in pieces
            flow.code += inner.pieces
            return
        inner.end_code()
        text = "".join(inner.pieces)
        start, end = len(text) - len(text.lstrip("\n")), len(text.rstrip("\n"))
        pieces = [
            *_cut(inner.pieces, start, end),
            *chain.from_iterable(["\n", *aside] for aside in inner.asides),
        ]
        if name in _DELETED and flow.asides and flow.deleted == (len(flow.pieces), len(flow.asides)):
            flow.asides[-1] += pieces  # what was deleted in one go
        else:
            self._aside(pieces)
        if name in _DELETED:
            flow.deleted = len(flow.pieces), len(flow.asides)


def _cut(pieces: list[str], start: int, end: int) -> list[str]:
    """What stands from `start` to `end` of the joined `pieces`."""
    cut, offset = [], 0
    for piece in pieces:
        first, last = max(0, start - offset), min(len(piece), end - offset)
        if first < last:
            whole = last - first == len(piece)
            cut.append(
                piece if whole else piece.part(first, last) if isinstance(piece, Placed) else piece[first:last]
            )
        offset += len(piece)
    return cut
