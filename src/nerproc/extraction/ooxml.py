"""Word and PowerPoint files (OOXML) and their OpenDocument peers: the text of all their parts.

Body, tables, text boxes, headers, footers, notes and comments. Paragraphs are lines, cells of a table are
joined by tabs. What stands beside the flow (text boxes, deleted text, descriptions of pictures, addresses of
links) comes after its paragraph.
Element names: ECMA-376 part 1 (WordprocessingML 17, DrawingML 21), OpenDocument 1.3 part 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from zipfile import ZipFile

from nerproc.extraction.decode import decoded
from nerproc.extraction.document import Members, OpenedDocument
from nerproc.extraction.input import Input
from nerproc.extraction.limits import Budget, Limits
from nerproc.extraction.relations import Relation, relations
from nerproc.extraction.sniff import DOCX, PPTX
from nerproc.extraction.text import TextSegment
from nerproc.extraction.xml import Handler, parse
from nerproc.extraction.zipped import open_part, open_zip
from nerproc.schema.entity import Location

if TYPE_CHECKING:
    from nerproc.extraction.segment import Segment

_SEGMENT = 1 << 20  # code points
_WORD = ("header", "document", "footnotes", "endnotes", "comments", "footer", "charts/chart", "diagrams/data")
_DOCUMENT = re.compile(r"word/document\d*\.xml")
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_PRESENTATION = re.compile(r"ppt/presentation\d*\.xml")
_SHOWN = re.compile(r"""<(?:\w+:)?sldId\b[^>]*?\s\w+:id\s*=\s*["']([^"']*)""")
_BESIDE_SLIDES = re.compile(r"ppt/(?:notesSlides|comments|charts|diagrams)/[^/]*\.xml")
_EMBEDDED = re.compile(r"(?:word|ppt|xl)/embeddings/[^/]+")
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


_OOXML = Vocabulary(frozenset({"p", "text"}), frozenset({"t", "text", "delText", "instrText"}))
_ODF = Vocabulary(frozenset({"p", "h", "desc"}), frozenset({"p", "h", "desc"}))


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
        flow.open += name in self._vocabulary.paragraphs
        flow.texts += name in self._vocabulary.texts
        if name in BREAKS:
            flow.pieces.append(BREAKS[name])
        elif name == "sym":
            self._symbol(dict(attrs).get("w:char", ""))
        elif name == "fldChar":
            flow.end_code()
        elif name in _DESCRIPTIONS or name in _LINKS:
            self._attributes(name, {key.rpartition(":")[2]: value for key, value in attrs.items()})

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


def segments(document: OpenedDocument) -> Iterator[Segment]:
    """The text of the parts in reading order, then that of embedded documents."""
    with open_zip(document) as archive:
        yield from Package(document, archive).parts()
        members = Members(document)
        for name in embedded(archive, document.budget):
            yield from members.read(partial(open_part, archive, archive.getinfo(name), document.budget), name)


def embedded(archive: ZipFile, budget: Budget) -> Iterator[str]:
    """The names of the documents inside one, and of the pages that it is put together from."""
    names = archive.namelist()
    chunks = {
        relation.part
        for part in filter(_DOCUMENT.fullmatch, names)
        for relation in relations(archive, part, budget)
        if relation.kind == "aFChunk"
    }
    return (name for name in dict.fromkeys(names) if name in chunks or _EMBEDDED.fullmatch(name))


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
        """The slides in their order, each followed by its notes and comments."""
        for number, slide in self._numbered(names):
            beside = (relation.part for relation in self.relations(slide))
            parts = [slide, *(part for part in beside if _BESIDE_SLIDES.fullmatch(part) and part in names)]
            yield from self._read(parts, _OOXML, Location(page=number))

    def _numbered(self, names: list[str]) -> list[tuple[int, str]]:
        """The slides as the presentation counts them; if it names none, by the numbers in their names."""
        found = sorted((int(slide[1]), slide[0]) for slide in map(_SLIDE.fullmatch, names) if slide)
        main = next(filter(_PRESENTATION.fullmatch, names))
        parts = {relation.name: relation.part for relation in self.relations(main)}
        text = "".join(decoded(self.open(main))) if parts else ""
        shown = [parts[name] for name in _SHOWN.findall(text) if parts.get(name) in names]
        if not shown:
            return found
        return list(enumerate(dict.fromkeys([*shown, *(slide for _, slide in found)]), 1))

    def _read(
        self, parts: Iterable[str], vocabulary: Vocabulary, place: Location | None = None
    ) -> Iterator[Segment]:
        """The lines of `parts`, then the addresses that their links lead to and no line shows."""
        hidden: dict[str, None] = {}  # in order
        for part in parts:
            found = (ADDRESS.match(relation.target) for relation in self.relations(part))
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

    def relations(self, part: str) -> list[Relation]:
        """The relationships of `part`."""
        return relations(self._archive, part, self._document.budget)

    def open(self, part: str) -> Input:
        """The bytes of a part."""
        return Input(
            open_part(self._archive, self._archive.getinfo(part), self._document.budget), seekable=False
        )
