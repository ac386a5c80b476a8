"""Word and PowerPoint files (OOXML) and their OpenDocument peers: the text of all their parts.

Body, tables, text boxes, headers, footers, notes and comments; of workbooks, what stands beside the cells.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zipfile import BadZipFile, ZipFile

from nerproc.extraction.decode import decoded
from nerproc.extraction.document import Members, OpenedDocument
from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.input import Input
from nerproc.extraction.limits import Budget
from nerproc.extraction.part import ADDRESS, PartReader, Vocabulary
from nerproc.extraction.relations import Relation, attributes, relations
from nerproc.extraction.sniff import DOCX, ODS, PPTX, XLSB, XLSX
from nerproc.extraction.text import TextSegment
from nerproc.extraction.xml import parse
from nerproc.extraction.zipped import open_part, open_zip
from nerproc.schema.entity import Location

if TYPE_CHECKING:
    from nerproc.extraction.segment import Segment

_WORD = ("header", "document", "footnotes", "endnotes", "comments", "footer", "charts/chart", "diagrams/data")
_DOCUMENT = re.compile(r"word/document\d*\.xml")
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_PRESENTATION = re.compile(r"ppt/presentation\d*\.xml")
_SHOWN = re.compile(r"""<(?:\w+:)?sldId\b[^>]*?\s\w+:id\s*=\s*["']([^"']*)""")
_BESIDE_SLIDES = re.compile(r"ppt/(?:notesSlides|comments|charts|diagrams)/[^/]*\.xml")
_WORKBOOK = "xl/workbook.xml"
_SHEET = re.compile(r"<(?:\w+:)?sheet\b([^>]*)>")
_BESIDE_CELLS = re.compile(
    r"xl/(?:comments\d*|(?:comments|threadedComments|drawings|charts|diagrams)/[^/]*)\.xml"
)
_MANIFEST = "META-INF/manifest.xml"
_NEEDED = re.compile(r"word/document\d*\.xml|ppt/slides/.*|content\.xml")  # else the document is damaged
_EMBEDDED = re.compile(r"(?:word|ppt|xl)/embeddings/[^/]+")

_OOXML = Vocabulary(frozenset({"p", "text"}), frozenset({"t", "text", "delText", "instrText"}))
_ODF = Vocabulary(frozenset({"p", "h", "desc"}), frozenset({"p", "h", "desc"}))
_ODS = replace(_ODF, beside_only=True)


def segments(document: OpenedDocument) -> Iterator[Segment]:
    """The text of the parts in reading order, then that of embedded documents."""
    with open_zip(document) as archive:
        yield from Package(document, archive).segments()


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
        self._hidden: dict[str, dict[str, None]] = {}  # by sheet: addresses of links that no cell shows

    def segments(self) -> Iterator[Segment]:
        """The text of the parts in reading order, then that of embedded documents."""
        yield from self.parts()
        members, budget = Members(self._document), self._document.budget
        for name in embedded(self._archive, budget):
            yield from members.read(
                partial(open_part, self._archive, self._archive.getinfo(name), budget), name
            )

    def parts(self) -> Iterator[Segment]:
        """The text of all parts."""
        names = self._archive.namelist()
        if self._document.format is DOCX:
            return self._read(_word_parts(names), _OOXML)
        if self._document.format is PPTX:
            return self._slides(names)
        if self._document.format is XLSX:
            return self._beside_cells(names)
        if self.is_encrypted:
            raise Skipped("encrypted document")
        if self._document.format is ODS:
            return self._read(["content.xml"], _ODS)
        if self._document.format is XLSB:
            return iter(())
        return self._read([part for part in ("styles.xml", "content.xml") if part in names], _ODF)

    @property
    def is_encrypted(self) -> bool:
        """Whether an OpenDocument file is encrypted: its parts are, and its list of them says so."""
        if _MANIFEST not in self._archive.NameToInfo:
            return False
        return "encryption-data" in "".join(decoded(self.open(_MANIFEST)))

    @cached_property
    def sheets(self) -> dict[str, str]:
        """The parts of a workbook's sheets, by the names of the sheets."""
        if self._document.format is not XLSX:
            return {}
        parts = {relation.name: relation.part for relation in self.relations(_WORKBOOK)}
        sheets = {}
        for tag in map(attributes, _SHEET.findall("".join(decoded(self.open(_WORKBOOK))))):
            name = next((value for key, value in tag.items() if key.endswith(":id")), "")
            if parts.get(name) in self._archive.NameToInfo:
                sheets[unescape(tag.get("name", ""))] = parts[name]
        return sheets

    def show(self, sheet: str, text: str) -> None:
        """Say that the cells of a sheet show `text`: addresses in it are not hidden."""
        if sheet not in self._hidden:
            self._hidden[sheet] = self._addresses_of(self.sheets.get(sheet, ""))
        if self._hidden[sheet]:
            self._hidden[sheet] = {address: None for address in self._hidden[sheet] if address not in text}

    def _beside_cells(self, names: list[str]) -> Iterator[Segment]:
        """Comments, drawings, charts and hidden addresses, sheet after sheet."""
        for sheet, part in self.sheets.items():
            self.show(sheet, "")
            beside = self._related([part])
            beside = [name for name in dict.fromkeys([*beside, *self._related(beside)]) if name in names]
            yield from self._read(beside, _OOXML, Location(sheet=sheet), self._hidden[sheet])

    def _related(self, parts: Iterable[str]) -> list[str]:
        found = (relation.part for part in parts for relation in self.relations(part))
        return list(filter(_BESIDE_CELLS.fullmatch, found))

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
        self,
        parts: Iterable[str],
        vocabulary: Vocabulary,
        place: Location | None = None,
        hidden: Mapping[str, None] | None = None,
    ) -> Iterator[Segment]:
        """The lines of `parts`, then the addresses that their links lead to and no line shows, in order."""
        hidden = dict(hidden or {})
        for part in parts:
            hidden |= self._addresses_of(part)
            try:
                for text in self.texts(part, vocabulary):
                    hidden = {address: None for address in hidden if address not in text}
                    yield TextSegment(text, place)
            except (Broken, BadZipFile, zlib.error):
                if _NEEDED.fullmatch(part):
                    raise
                self._document.warn(f"{part} is damaged")
        if hidden:
            yield TextSegment(self.hidden(list(hidden)), place)

    def _addresses_of(self, part: str) -> dict[str, None]:
        found = (ADDRESS.match(relation.target) for relation in self.relations(part))
        return dict.fromkeys(unquote(address[1]) for address in found if address)

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
