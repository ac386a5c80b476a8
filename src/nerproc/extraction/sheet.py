"""Workbooks (xlsx, xlsb, xls, ods): cells joined by tabs, rows by line breaks, sheet after sheet.

What stands beside the cells of xlsx and ods (comments, text boxes, addresses of links) comes after all sheets.

The workbook is unpacked once to count its bytes and cells, before the library gets it and holds it in memory.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import ZipFile

from nerproc.extraction import hint
from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.input import BLOCK
from nerproc.extraction.limits import MIB
from nerproc.extraction.ooxml import Package
from nerproc.extraction.sniff import XLS
from nerproc.extraction.zipped import open_part, open_zip
from nerproc.schema.entity import Location

if TYPE_CHECKING:
    from nerproc.extraction.document import OpenedDocument
    from nerproc.extraction.segment import Segment

_SEGMENT = 1 << 20  # code points
_WORKSHEET = re.compile(r"xl/worksheets/[^/]*\.xml")
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_OVERLAP = 256  # bytes, longer than the beginning of a cell's tag


class Cell(NamedTuple):
    """A cell, and where its text stands in that of its segment."""

    sheet: str
    row: int  # from 1
    column: int  # from 0, the first one that is used in the sheet
    start: int
    end: int


class SheetSegment:
    """Rows of a sheet."""

    __slots__ = ("_header", "_rows", "_starts", "sheet", "text")

    def __init__(self, lines: list[str], rows: list[int], sheet: str, header: list[str]) -> None:
        """`rows` are the numbers of `lines`."""
        self.text = "".join(lines)
        self._rows = rows
        self.sheet = sheet
        self._header = header
        self._starts = [0]
        for line in lines[:-1]:
            self._starts.append(self._starts[-1] + len(line))

    def location(self, offset: int) -> Location:
        """The sheet and the row."""
        return Location(sheet=self.sheet, row=self._rows[bisect_right(self._starts, offset) - 1])

    def cell(self, offset: int) -> Cell:
        """The cell in which the character at `offset` stands."""
        line = bisect_right(self._starts, offset) - 1
        begin = self._starts[line]
        end = (self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)) - 1
        start = self.text.rfind("\t", begin, offset) + 1 or begin
        stop = self.text.find("\t", offset, end)
        column = self.text.count("\t", begin, start)
        return Cell(self.sheet, self._rows[line], column, start, end if stop < 0 else stop)

    def hint(self, offset: int) -> str:
        """The column's header."""
        start = self._starts[bisect_right(self._starts, offset) - 1]
        column = self.text.count("\t", start, offset)
        return self._header[column] if column < len(self._header) else ""


def segments(document: OpenedDocument) -> Iterator[Segment]:
    """The rows of all sheets, hidden ones too, then what stands beside them.

    Raises:
        Skipped: the workbook is encrypted or larger than the limits allow.
        Broken: it is damaged.
    """
    if document.source.size() > document.limits.workbook_bytes:
        raise Skipped(f"a workbook larger than {document.limits.workbook_bytes // MIB} MiB")
    if document.format is XLS:
        yield from _rows(document, None)
        return
    with open_zip(document) as archive:
        package = Package(document, archive)
        if package.is_encrypted:
            raise Skipped("encrypted workbook")
        _check(archive, document)
        yield from _rows(document, package)
        yield from package.segments()


@contextmanager
def _panics() -> Iterator[None]:
    """Take a panic of the library, which is no `Exception`, for what it is: a sign of damage."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Broken("damaged workbook") from None


def _rows(document: OpenedDocument, package: Package | None) -> Iterator[SheetSegment]:
    """The rows of all sheets; `package` is told of them."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with _panics():
            workbook = CalamineWorkbook.from_filelike(document.source.file())
    except PasswordError:
        raise Skipped("encrypted workbook") from None
    except CalamineError:
        raise Broken("damaged workbook") from None
    damaged = 0
    for name in workbook.sheet_names:
        try:
            with _panics():
                sheet = workbook.get_sheet_by_name(name)
            for segment in _sheet(sheet, name):
                if package:
                    package.show(name, segment.text)
                yield segment
        except (Broken, CalamineError):
            damaged += 1
            document.warn(f"sheet {name} is damaged")
    if damaged and damaged == len(workbook.sheet_names):
        raise Broken("damaged workbook")


def _check(archive: ZipFile, document: OpenedDocument) -> None:
    total = 0
    for part in archive.infolist():
        total += part.file_size
        if total > document.limits.workbook_bytes:
            raise Skipped("a workbook that unpacks to more than the limits allow (a decompression bomb?)")
        stream = open_part(archive, part, document.budget)
        cells = _Cells() if _WORKSHEET.fullmatch(part.filename) else None
        while data := stream.read(BLOCK):
            if cells is not None and cells.see(data) > document.limits.sheet_cells:
                raise Skipped(f"a sheet with more than {document.limits.sheet_cells:,} cells")


class _Cells:
    """Counts the cells between the first and the last of a sheet, which is what the library makes room for."""

    def __init__(self) -> None:
        self._tail = b""
        self._rows = (1 << 30, 0)
        self._columns = (1 << 30, 0)

    def see(self, data: bytes) -> int:
        """The number of cells so far, with more of the sheet's XML."""
        data = self._tail + data
        self._tail = data[-_OVERLAP:]
        places = set(_CELL.findall(data))
        if places:
            rows = {int(row) for _, row in places}
            columns = {_column(letters) for letters, _ in places}
            self._rows = min(self._rows[0], *rows), max(self._rows[1], *rows)
            self._columns = min(self._columns[0], *columns), max(self._columns[1], *columns)
        return max(0, self._rows[1] - self._rows[0] + 1) * max(0, self._columns[1] - self._columns[0] + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _sheet(sheet: Any, name: str) -> Iterator[SheetSegment]:
    lines: list[str] = []
    rows: list[int] = []
    header: list[str] | None = None  # [] if the first row is none
    length = 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [_text(cell) for cell in cells]
        if not any(texts):
            continue
        if header is None:
            header = hint.header(texts) or []
        lines.append("\t".join(texts).rstrip("\t") + "\n")
        rows.append(number)
        length += len(lines[-1])
        if length >= _SEGMENT:
            yield SheetSegment(lines, rows, name, header or [])
            lines, rows, length = [], [], 0
    if lines:
        yield SheetSegment(lines, rows, name, header or [])


def _text(cell: object) -> str:
    """A cell's value as text: whole numbers without a fraction, dates in ISO 8601."""
    if isinstance(cell, str):
        return cell.replace("\t", " ")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    return str(cell)
