"""Excel workbooks (.xlsx): a cell in which something is found becomes a cell of text; all else stays.

Texts that no cell shows any more are emptied in the table of shared strings. Charts, pivot tables and tables
keep copies of cells: those that equal a replaced one change with it.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from html import escape
from typing import BinaryIO, cast
from zipfile import ZipFile

from nerproc.extraction.segment import Segment
from nerproc.extraction.sheet import Cell, SheetSegment
from nerproc.extraction.zipped import open_zip
from nerproc.redaction import zipped
from nerproc.redaction.formats import Task, Unwritten
from nerproc.redaction.office import Followed, copied
from nerproc.redaction.span import Changed, check
from nerproc.redaction.xml import unescape

_WORKBOOK, _STRINGS, _CHAIN, _TYPES = (
    *("xl/workbook.xml", "xl/sharedStrings.xml", "xl/calcChain.xml"),
    "[Content_Types].xml",
)
_SHEET = re.compile(r"<(?:\w+:)?sheet\b([^>]*)>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)>")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ROW_OR_CELL = re.compile(
    r"<(?:\w+:)?row\b(?P<row>[^>]*)>"
    r"|<(?P<prefix>(?:\w+:)?)c\b(?P<cell>(?:[^>/]|/(?!>))*)(?:/>|>(?P<body>.*?)</(?P=prefix)c>)",
    re.DOTALL,
)
_VALUE = re.compile(r"<(?:\w+:)?v\b[^>]*>([^<]*)<")
_TEXT = re.compile(r"<(?:\w+:)?t\b[^>/]*>([^<]*)<")
_PHONETIC = re.compile(r"<(\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.DOTALL)
_STRING = re.compile(r"<(?P<prefix>(?:\w+:)?)si\b[^>]*?(?:/>|>(?P<body>.*?)</(?P=prefix)si>)", re.DOTALL)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FORMULA = re.compile(r"<(?:\w+:)?f\b([^>]*)>")
_COPIES = re.compile(r"xl/(?:charts|pivotCache|tables)/[^/]*\.xml")
_COPY = re.compile(
    r"""(<(?:\w+:)?v>)([^<]*)(?=<)|(<(?:\w+:)?(?:s|tableColumn)\b[^>]*?\b(?:v|name)=")([^"]*)(?=")"""
)

Place = tuple[int, int]  # row from 1, column from 0


@dataclass(slots=True)
class _Change:
    """What becomes of a cell."""

    old: str
    pieces: list[str] = field(default_factory=list)
    done: int = 0  # how much of the old text is in `pieces`

    @property
    def new(self) -> str:
        return "".join(self.pieces) + self.old[self.done :]


def copy(task: Task) -> None:
    """Write the copy of a workbook.

    Raises:
        Changed: it is not what was scanned.
        Unwritten: it has something that cannot be written.
    """
    document, spans = task.open(), task.ordered()
    with open_zip(document) as archive, ExitStack() as files:
        package = Followed(document, archive, spans)
        changes = _changes(task.open().segments(), package)
        contents = copied(task, package, files)
        sheets = _Workbook(archive, changes, contents).contents()
        contents |= {name: io.BytesIO(new) for name, new in sheets.items()}
        with ZipFile(task.output, "w") as output:
            for part in archive.infolist():
                if part.filename == _CHAIN and _CHAIN in contents:
                    continue
                with archive.open(part) as original:
                    zipped.put(output, part, contents.get(part.filename, cast("BinaryIO", original)))


def _changes(segments: Iterator[Segment], package: Followed) -> dict[str, dict[Place, _Change]]:
    """What becomes of the cells of each sheet; `package` is told of what was replaced, and where they end."""
    changes: dict[str, dict[Place, _Change]] = {}
    for segment in segments:
        if not isinstance(segment, SheetSegment):
            break
        offset, spans = package.offset, package.spans
        for span in spans.before(offset + len(segment.text)):
            check(span, segment.text[span.start - offset : span.end - offset])
            at = span.start
            while at < span.end:
                cell: Cell = segment.cell(at - offset)
                part = span.part(at, offset + cell.end)
                at = offset + cell.end + 1
                if not part.text.strip():
                    continue
                old = segment.text[cell.start : cell.end]
                change = changes.setdefault(cell.sheet, {}).setdefault((cell.row, cell.column), _Change(old))
                start = part.start - offset - cell.start
                new = package.replaced[part.text] = spans.new(part)
                change.pieces += [old[change.done : start], new]
                change.done = start + len(part.text)
        package.offset += len(segment.text)
        package.show(segment.sheet, segment.text)
    return changes


class _Workbook:
    """The parts of a workbook that change."""

    def __init__(
        self, archive: ZipFile, changes: dict[str, dict[Place, _Change]], edited: dict[str, BinaryIO]
    ) -> None:
        """`edited` are the parts beside the sheets that changed already."""
        self._archive = archive
        self._edited = edited
        self._changes = changes
        self._used: set[int] = set()  # shared strings that cells still show
        self._has_formula = False  # whether a formula went
        strings = self._read(_STRINGS) if _STRINGS in archive.NameToInfo else ""
        self._strings = [_string(found["body"] or "") for found in _STRING.finditer(strings)]

    def contents(self) -> dict[str, bytes]:
        """What the parts hold now, by name; the chain of calculations is there if it is to be left out."""
        if not self._changes:
            return {}
        sheets = self._sheets()
        contents = {
            part: self._sheet(part, self._changes.get(name, {})).encode() for part, name in sheets.items()
        }
        if _STRINGS in self._archive.NameToInfo:
            contents[_STRINGS] = self._shared().encode()
        if self._has_formula and _CHAIN in self._archive.NameToInfo:
            contents[_CHAIN] = b""
            contents[_TYPES] = self._without_chain(_TYPES)
            contents["xl/_rels/workbook.xml.rels"] = self._without_chain("xl/_rels/workbook.xml.rels")
        by_text = {change.old: change.new for sheet in self._changes.values() for change in sheet.values()}
        for part in self._archive.namelist():
            if _COPIES.fullmatch(part):
                contents[part] = _with_copies(self._read(part), by_text).encode()
        return contents

    def _read(self, part: str) -> str:
        data = self._edited[part].read() if part in self._edited else self._archive.read(part)
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Unwritten from None

    def _sheets(self) -> dict[str, str]:
        """The names of the sheets by part."""
        relations = {
            found["Id"]: posixpath.normpath(posixpath.join("/xl", found["Target"])).lstrip("/")
            for found in map(_attributes, _RELATION.findall(self._read("xl/_rels/workbook.xml.rels")))
        }
        sheets = {}
        for found in map(_attributes, _SHEET.findall(self._read(_WORKBOOK))):
            relation = next((value for key, value in found.items() if key.endswith(":id")), "")
            if relations.get(relation, "") in self._archive.NameToInfo:
                sheets[relations[relation]] = unescape(found["name"])
        if not self._changes.keys() <= set(sheets.values()):
            raise Unwritten
        return sheets

    def _sheet(self, part: str, changes: dict[Place, _Change]) -> str:
        source = self._read(part)
        first = min((column for (_, column), found in _cells(source) if _has_value(found)), default=0)
        wanted = {(row, column + first): change for (row, column), change in changes.items()}
        pieces, done = [], 0
        for place, found in _cells(source):
            attributes = _attributes(found["cell"])
            change = wanted.pop(place, None)
            if change is None:
                if attributes.get("t") == "s" and (value := _VALUE.search(found["body"] or "")):
                    self._used.add(int(value[1]))
                continue
            self._check(change.old, attributes.get("t", "n"), found["body"] or "")
            formula = _FORMULA.search(found["body"] or "")
            if formula and {"ref"} & _attributes(formula[1]).keys():
                raise Unwritten  # other cells are calculated by this one's formula
            self._has_formula = self._has_formula or formula is not None
            pieces += [source[done : found.start()], _written(found["prefix"], attributes, change.new)]
            done = found.end()
        if wanted:
            raise Changed(str(Changed.__doc__))
        return "".join(pieces) + source[done:]

    def _check(self, text: str, kind: str, body: str) -> None:
        """Compare a cell with its extracted text, where it is text.

        Raises:
            Changed: they differ.
        """
        value = _VALUE.search(body)
        if kind == "inlineStr":
            shown = _string(body)
        elif kind == "s" and value:
            shown = self._strings[int(value[1])]
        elif kind == "str" and value:
            shown = _unescaped(value[1])
        else:
            return
        if "".join(shown.split()) != "".join(text.split()):
            raise Changed(str(Changed.__doc__))

    def _shared(self) -> str:
        """The shared strings without those that no cell shows."""
        number = -1

        def kept(found: re.Match[str]) -> str:
            nonlocal number
            number += 1
            prefix = found["prefix"]
            return found[0] if number in self._used else f"<{prefix}si><{prefix}t/></{prefix}si>"

        return _STRING.sub(kept, self._read(_STRINGS))

    def _without_chain(self, part: str) -> bytes:
        return re.sub(r"<[^>]*calcChain[^>]*/>", "", self._read(part)).encode()


def _cells(source: str) -> Iterator[tuple[Place, re.Match[str]]]:
    """The cells of a sheet with their places; those without one follow the one before."""
    row, column = 0, -1
    for found in _ROW_OR_CELL.finditer(source):
        if found["row"] is not None:
            row = int(_attributes(found["row"]).get("r", row + 1))
            column = -1
            continue
        place = re.fullmatch(r"([A-Z]+)(\d+)", _attributes(found["cell"]).get("r", ""))
        if place:
            row, column = int(place[2]), -1
            for letter in place[1]:
                column = 26 * (column + 1) + ord(letter) - 65
        else:
            column += 1
        yield (row, column), found


def _has_value(cell: re.Match[str]) -> bool:
    body = cell["body"] or ""
    return _VALUE.search(body) is not None or _TEXT.search(body) is not None


def _attributes(tag: str) -> dict[str, str]:
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(tag)}


def _string(body: str) -> str:
    """The text of a string, of all its runs; not how it is pronounced."""
    return "".join(map(_unescaped, _TEXT.findall(_PHONETIC.sub("", body))))


def _unescaped(raw: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), unescape(raw))


def _written(prefix: str, attributes: dict[str, str], text: str) -> str:
    kept = "".join(f' {name}="{value}"' for name, value in attributes.items() if name in {"r", "s"})
    text = escape(text, quote=False)
    return (
        f'<{prefix}c{kept} t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">{text}</{prefix}t>'
        f"</{prefix}is></{prefix}c>"
    )


def _with_copies(source: str, by_text: dict[str, str]) -> str:
    """A part that repeats cells, with those that changed."""

    def copied(found: re.Match[str]) -> str:
        before, value = (found[1], found[2]) if found[1] else (found[3], found[4])
        new = by_text.get(unescape(value))
        return found[0] if new is None else before + escape(new)

    return _COPY.sub(copied, source)
