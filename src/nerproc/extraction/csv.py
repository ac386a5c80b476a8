"""CSV and TSV: the text is the decoded file; records and columns are found when they are asked for.

A record ends at a line break outside quotes (RFC 4180). A quote opens a field only where a field begins, so
that inches and apostrophes in unquoted fields do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nerproc.extraction import hint
from nerproc.extraction.decode import decoded
from nerproc.schema.entity import Location

if TYPE_CHECKING:
    from nerproc.extraction.document import OpenedDocument

_SAMPLE = 64 << 10  # code points that the delimiter is told from
_DELIMITERS = ",;\t|"
_QUOTES = re.compile('"+')
_MASK = "\v"  # stands for a line break inside quotes: not a line break, and as long


class Table:
    """How a table is written."""

    def __init__(self, sample: str, delimiter: str | None) -> None:
        """Told from `sample`, the beginning of the table."""
        self.newline = "\n" if "\n" in sample or "\r" not in sample else "\r"
        self.delimiter = delimiter or self._delimiter(sample)
        self.quoted = re.compile(rf'("(?<![^{re.escape(self.delimiter)}\r\n]")[^"]*+(?:""[^"]*+)*+(?:"|\Z))')
        self.marks = re.compile(rf'[{re.escape(self.delimiter)}"\r\n]+')
        self._all_but_quotes_and_newlines = bytes(set(range(256)) - set(b'"' + self.newline.encode()))
        record = self.mask(sample, inside=False)[0].split(self.newline, 1)[0]
        record = sample[: len(record)].removesuffix("\r")
        self.header = hint.header([self._unquoted(cell) for cell in self._cells(record)])

    def records(self, lines: str) -> int | None:
        """The number of records in whole `lines` if none has a line break in quotes; None if one may have."""
        marks = lines.encode().translate(None, self._all_but_quotes_and_newlines)
        if b'"' in marks and b'"' in marks.replace(b'""', b""):
            return None
        return marks.count(self.newline.encode())

    def mask(self, text: str, *, inside: bool) -> tuple[str, bool]:
        """`text` with line breaks in quotes masked, and whether it ends in quotes; `inside`: it begins so."""
        quote = '"' if inside else ""
        pieces = (quote + text).split('"')  # every second one is inside quotes, if all of them open or close
        if self._well_quoted(pieces):
            ends_inside = len(pieces) % 2 == 0
            separator = '"'
        else:
            pieces = self.quoted.split(quote + text)
            last = pieces[-2] if len(pieces) > 1 and not pieces[-1] else ""
            ends_inside = last.count('"') % 2 == 1  # opened, and not closed
            separator = ""
        pieces[1::2] = [
            piece.replace(self.newline, _MASK) if self.newline in piece else piece for piece in pieces[1::2]
        ]
        return separator.join(pieces)[len(quote) :], ends_inside

    def _well_quoted(self, pieces: list[str]) -> bool:
        """Whether between closing and opening quotes there is a delimiter or line break, or nothing (`""`)."""
        edges = ("", self.delimiter, "\r", "\n")
        between = set(pieces[2:-1:2])
        first, last = pieces[0], pieces[-1] if len(pieces) % 2 else ""
        return (
            first[-1:] in edges
            and (len(pieces) == 1 or last[:1] in edges)
            and all(piece[:1] in edges and piece[-1:] in edges for piece in between)
        )

    def column(self, record: str, *, inside: bool) -> int:
        """The number of delimiters outside quotes in the beginning of a record."""
        if inside:
            record = '"' + record
        if '"' in record:
            record = "".join(self.quoted.split(record)[::2])
        return record.count(self.delimiter)

    def _delimiter(self, sample: str) -> str:
        """The delimiter that most lines agree about, then the most frequent one."""
        if sample[:4].lower() == "sep=" and sample[4:5]:
            return sample[4]
        lines = [re.sub(r'"[^"]*"', "", line) for line in sample.split(self.newline)[:50] if line.strip()]

        def agreement(delimiter: str) -> tuple[float, int]:
            counts = [line.count(delimiter) for line in lines]
            usual = counts[0] if counts else 0
            return (sum(count == usual for count in counts) / len(counts) if usual else 0.0, usual)

        return max(_DELIMITERS, key=agreement)

    def _cells(self, record: str) -> list[str]:
        pieces = self.quoted.split(record)
        pieces[1::2] = [piece.replace(self.delimiter, _MASK) for piece in pieces[1::2]]
        return "".join(pieces).split(self.delimiter)

    def _unquoted(self, cell: str) -> str:
        if cell[:1] == '"':
            cell = cell[1:].removesuffix('"').replace('""', '"')
        return cell.replace(_MASK, self.delimiter)


class TableSegment:
    """Whole records of a table, or a piece of one that is larger than a segment."""

    __slots__ = ("_column", "_inside", "_last", "_masked", "_row", "_table", "text")

    def __init__(self, text: str, masked: str, table: Table, *, row: int, column: int, inside: bool) -> None:
        """`row` and `column` are those of the first character; `inside`: it stands in quotes."""
        self.text = text
        self._masked = masked
        self._table = table
        self._row = row
        self._column = column
        self._inside = inside
        self._last = (0, row)  # an offset that was asked for, and its row

    def contents(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The cells' contents from `start` to `end`, without quotes, delimiters and ends of records."""
        begin = self._masked.rfind(self._table.newline, 0, start) + 1
        if begin == 0 and self._inside:  # a record that began in quotes
            close = self._masked.find('"')
            close = len(self.text) if close < 0 else close
            quoted = [(0, close), *self._quoted(close + 1, end)]
        else:
            quoted = list(self._quoted(begin, end))
        at = start
        for opened, closed in [*quoted, (len(self.text), len(self.text))]:
            yield from _stretches(self.text, self._table.marks, at, min(opened, end))
            yield from _stretches(self.text, _QUOTES, max(opened, at), min(closed, end))
            at = max(at, closed)

    def _quoted(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        for found in self._table.quoted.finditer(self.text, start):
            if found.start() >= end:
                return
            yield found.span()

    def location(self, offset: int) -> Location:
        """The number of the record, the header being 1."""
        last, row = self._last if self._last[0] <= offset else (0, self._row)
        row += self._masked.count(self._table.newline, last, offset)
        self._last = (offset, row)
        return Location(row=row)

    def hint(self, offset: int) -> str:
        """The column's header."""
        header = self._table.header
        if header is None:
            return ""
        start = self._masked.rfind(self._table.newline, 0, offset) + 1
        inside = self._inside and start == 0
        column = self._table.column(self.text[start:offset], inside=inside) + (
            self._column if start == 0 else 0
        )
        return header[column] if column < len(header) else ""


def segments(document: OpenedDocument) -> Iterator[TableSegment]:
    """The decoded file, cut between records where there is a place to cut."""
    return cut(decoded(document.source), document.media_type)


def cut(pieces: Iterator[str], media_type: str) -> Iterator[TableSegment]:
    """The segments of a table that is decoded in `pieces`."""
    delimiter = "\t" if media_type == "text/tab-separated-values" else None
    first = next(pieces, "")
    if first:
        cutter = _Cutter(Table(first[:_SAMPLE], delimiter))
        yield cutter.cut(first)
        yield from map(cutter.cut, pieces)
        yield from cutter.rest()


def _stretches(text: str, marks: re.Pattern[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """What is between `marks` from `start` to `end`."""
    for mark in marks.finditer(text, start, max(start, end)):
        if mark.start() > start:
            yield start, mark.start()
        start = mark.end()
    if end > start:
        yield start, end


class _Cutter:
    """Cuts a table into segments, and knows where each begins."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._text = ""  # what is left of the pieces so far
        self._row = 1
        self._column = 0
        self._inside = False

    def cut(self, piece: str) -> TableSegment:
        """The whole records in what is left and `piece`; all of it if it is less than one record."""
        text = self._text + piece
        end = text.rfind(self._table.newline) + 1
        records = self._table.records(text[:end]) if end and not self._inside else None
        masked, inside = text, False
        if records is None:
            masked, inside = self._table.mask(text, inside=self._inside)
            end = masked.rfind(self._table.newline) + 1
            records = masked.count(self._table.newline)
        if end == 0:
            return self._take(text, masked, inside=inside)
        segment = self._segment(text[:end], masked[:end])
        self._text = text[end:]
        self._row, self._column, self._inside = self._row + records, 0, False
        return segment

    def rest(self) -> Iterator[TableSegment]:
        """The last record, which no line break ends."""
        if self._text:
            masked, inside = self._table.mask(self._text, inside=self._inside)
            yield self._take(self._text, masked, inside=inside)

    def _take(self, text: str, masked: str, *, inside: bool) -> TableSegment:
        segment = self._segment(text, masked)
        self._column += self._table.column(text, inside=self._inside)
        self._text, self._inside = "", inside
        return segment

    def _segment(self, text: str, masked: str) -> TableSegment:
        return TableSegment(text, masked, self._table, row=self._row, column=self._column, inside=self._inside)
