"""Word and PowerPoint files (OOXML) and their OpenDocument peers: the text of all their parts.

Body, tables, text boxes, headers, footers, notes and comments. Paragraphs are lines, cells of a table are
joined by tabs. What stands beside the flow (text boxes, deleted text, addresses of links) comes after its
paragraph.
Element names: ECMA-376 part 1 (WordprocessingML 17, DrawingML 21), OpenDocument 1.3 part 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from zipfile import ZipFile

from nerproc.extraction.document import Members, OpenedDocument
from nerproc.extraction.input import Input
from nerproc.extraction.limits import Limits
from nerproc.extraction.sniff import DOCX, PPTX
from nerproc.extraction.text import TextSegment
from nerproc.extraction.xml import Handler, parse
from nerproc.extraction.zipped import open_part, open_zip
from nerproc.schema.entity import Location

if TYPE_CHECKING:
    from nerproc.extraction.segment import Segment

_SEGMENT = 1 << 20  # code points
_WORD = ("header", "document", "footnotes", "endnotes", "comments", "footer", "charts/chart", "diagrams/data")
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_BESIDE_SLIDES = re.compile(r"(?:notesSlides|comments|charts|diagrams)/[^/]*\.xml")
_EMBEDDED = re.compile(r"(?:word|ppt)/embeddings/[^/]+")
ADDRESS = re.compile(r"(?:mailto|tel|sms):([^?\"]+)", re.IGNORECASE)
TARGET = re.compile(r"\bTarget=\"([^\"]*)\"")

BREAKS = {
    "br": "\n",
    "cr": "\n",
    "line-break": "\n",
    "tab": "\t",
    "ptab": "\t",
    "s": " ",
    "noBreakHyphen": "-",
}
_ASIDES = {"txbxContent", "del", "moveFrom", "instrText", "text-box", "annotation", "note-body"}
# Properties hold tab stops, not tabs; a fallback repeats what stands before it; ODF keeps old versions apart.
LEFT_OUT = {"Fallback", "pPr", "rPr", "tblPr", "sectPr", "tabLst", "note-citation", "automatic-styles"}
_CELLS = {"tc", "table-cell"}
_ROWS = {"tr", "table-row"}


@dataclass(frozen=True)
class Vocabulary:
    """Which elements are paragraphs and texts."""

    paragraphs: frozenset[str]
    texts: frozenset[str]  # elements whose characters are text


_OOXML = Vocabulary(frozenset({"p", "text"}), frozenset({"t", "text", "delText", "instrText"}))
_ODF = Vocabulary(frozenset({"p", "h"}), frozenset({"p", "h"}))


@dataclass
class _Flow:
    """Text in reading order: of a part, or of something that stands beside a paragraph."""

    pieces: list[str] = field(default_factory=list)
    asides: list[list[str]] = field(default_factory=list)  # for the end of the paragraph
    open: int = 0  # paragraphs that have begun and not ended
    texts: int = 0  # elements around whose characters are text

    def end_line(self) -> None:
        """End the line, and place what stood beside it."""
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

    def startElement(self, name: str, _attrs: Any) -> None:  # noqa: N802 (SAX)
        """An element begins."""
        self.deeper()
        name = name.rpartition(":")[2]
        if self._left_out or name in LEFT_OUT:
            self._left_out += 1
            return
        if name in _ASIDES:
            self.flows.append(_Flow())
        flow = self.flows[-1]
        flow.open += name in self._vocabulary.paragraphs
        flow.texts += name in self._vocabulary.texts
        if name in BREAKS:
            flow.pieces.append(BREAKS[name])

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
        flow = self.flows[-1]
        flow.texts -= name in self._vocabulary.texts
        if name in self._vocabulary.paragraphs:
            flow.open -= 1
            flow.end_line()
        elif name in _CELLS:
            flow.turn("\n", "\t")
        elif name in _ROWS:
            flow.turn("\t", "\n")
        if name in _ASIDES:
            self._place_aside(name)

    def _place_aside(self, name: str) -> None:
        pieces = self.flows.pop().pieces
        text = "".join(pieces)
        start, end = len(text) - len(text.lstrip("\n")), len(text.rstrip("\n"))
        if name == "instrText":  # of field codes only the addresses of links are data
            found = ADDRESS.search(text)
            start, end = found.span(1) if found else (0, 0)
        flow = self.flows[-1]
        if start < end:
            flow.asides.append(_cut(pieces, start, end))
            if not flow.open:
                flow.end_line()


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


def segments(document: OpenedDocument) -> Iterator[Segment]:
    """The text of the parts in reading order, then that of embedded documents."""
    with open_zip(document) as archive:
        yield from Package(document, archive).parts()
        members = Members(document)
        for name in embedded(archive):
            yield from members.read(partial(open_part, archive, archive.getinfo(name), document.budget), name)


def embedded(archive: ZipFile) -> Iterator[str]:
    """The names of the documents inside one."""
    return filter(_EMBEDDED.fullmatch, archive.namelist())


def _word_parts(names: list[str]) -> list[str]:
    parts = (re.compile(rf"word/{kind}\d*\.xml") for kind in _WORD)
    return [name for part in parts for name in sorted(filter(part.fullmatch, names))]


class Package:
    """The parts of one document."""

    def __init__(self, document: OpenedDocument, archive: ZipFile) -> None:
        self._document = document
        self._archive = archive

    def parts(self) -> Iterator[Segment]:
        """The text of all parts."""
        names = self._archive.namelist()
        if self._document.format is DOCX:
            return self._read(_word_parts(names), _OOXML)
        if self._document.format is PPTX:
            return self._slides(names)
        return self._read([part for part in ("styles.xml", "content.xml") if part in names], _ODF)

    def _slides(self, names: list[str]) -> Iterator[Segment]:
        """The slides by number, each followed by its notes and comments."""
        found = sorted((int(slide[1]), slide[0]) for slide in map(_SLIDE.fullmatch, names) if slide)
        for number, slide in found:
            beside = [f"ppt/{part}" for part in _BESIDE_SLIDES.findall(" ".join(self._targets(slide)))]
            parts = [slide, *(part for part in beside if part in names)]
            yield from self._read(parts, _OOXML, Location(page=number))

    def _read(
        self, parts: Iterable[str], vocabulary: Vocabulary, place: Location | None = None
    ) -> Iterator[Segment]:
        """The lines of `parts`, then the addresses that their links lead to and no line shows."""
        hidden: dict[str, None] = {}  # in order
        for part in parts:
            found = (ADDRESS.match(target) for target in self._targets(part))
            hidden |= dict.fromkeys(unquote(address[1]) for address in found if address)
            for text in self.texts(part, vocabulary):
                hidden = {address: None for address in hidden if address not in text}
                yield TextSegment(text, place)
        if hidden:
            yield TextSegment(self.hidden(list(hidden)), place)

    def hidden(self, addresses: list[str]) -> str:
        """The text of addresses that no line shows."""
        return "".join(f"{address}\n" for address in addresses)

    def texts(self, part: str, vocabulary: Vocabulary) -> Iterator[str]:
        """The text of one part, piece by piece."""
        reader = PartReader(self._document.limits, vocabulary)
        for _ in parse(self.open(part), reader):
            if text := reader.take():
                yield text
        if text := "".join(reader.rest()):
            yield text

    def _targets(self, part: str) -> list[str]:
        """The targets of the relationships of `part`."""
        folder, _, name = part.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels"
        if relations not in self._archive.NameToInfo:
            return []
        text = self.open(relations).head.decode("utf-8", "replace")
        return [unescape(target) for target in TARGET.findall(text)]

    def open(self, part: str) -> Input:
        """The bytes of a part."""
        return Input(
            open_part(self._archive, self._archive.getinfo(part), self._document.budget), seekable=False
        )
