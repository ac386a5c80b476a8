"""Lines and columns of entities, as editors and code-scanning tools count them.

Results have offsets in the extracted text. Of plain text and tables that text is the decoded file, so that a
line can be counted: in the preview, which is kept; further on, in the object itself, if it is at hand and
has not changed since it was scanned. Nothing of an object is held but a piece of about a MiB.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nerproc.errors import NerprocError
from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.extract import open_document
from nerproc.result.table import ObjectRow
from nerproc.schema.entity import Entity
from nerproc.source.base import ObjectRef, Source, Unreadable

# Media types whose extracted text is the decoded file.
VERBATIM = frozenset({
    "text/plain", "text/markdown", "text/csv", "text/tab-separated-values", "application/yaml"
})  # fmt: skip
BY_LINE = "application/jsonl"  # whose rows are its lines


class Region(NamedTuple):
    """A stretch of a text file. Lines and columns count from 1, in code points; the end is behind it."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


class LineFinder:
    """Finds the lines of entities: of one object after the other, in order, and by start within an object."""

    def __init__(self, source: Source | None) -> None:
        """`source` is where objects are read again; None where they are not at hand."""
        self._source = source
        self._listing: Iterator[ObjectRef] | None = None
        self._ref: ObjectRef | None = None
        self._row: ObjectRow | None = None
        self._pieces: Iterator[str] | None = None

    def begin(self, row: ObjectRow) -> None:
        """Entities of this object come next."""
        self.close()
        self._row = row
        self._pieces = iter((row.preview_text,))
        self._is_whole = row.characters <= len(row.preview_text)
        self._begin_text()

    @property
    def is_by_line(self) -> bool:
        """Whether the row of a location is a line of the object in hand."""
        return self._row is not None and self._row.media_type == BY_LINE

    def _begin_text(self) -> None:
        self._piece = ""
        self._at = 0  # offset of `_piece` in the text
        self._line = 1  # of the last place that was asked for
        self._line_start = 0  # offset at which that line begins
        self._counted = 0  # offset up to which lines are counted

    def close(self) -> None:
        """Let go of the object in hand."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
        self._pieces = None

    def find(self, entity: Entity) -> Region | None:
        """Where the entity stands; None if that cannot be told."""
        if self._row is None or self._row.media_type not in VERBATIM or not self._advance(entity.start):
            return None
        column = entity.start - self._line_start + 1
        more = entity.text.count("\n")
        end_column = len(entity.text) - entity.text.rfind("\n") if more else column + len(entity.text)
        return Region(self._line, column, self._line + more, end_column)

    def _advance(self, offset: int) -> bool:
        """Count lines up to an offset; False if the text does not reach so far."""
        while offset >= self._at + len(self._piece):
            self._count(self._at + len(self._piece))
            following = next(self._pieces, None) if self._pieces is not None else None
            if following is None:
                if self._is_whole or not self._read_again():
                    self._pieces = None
                    return False
                continue
            self._at += len(self._piece)
            self._piece = following
        self._count(offset)
        return True

    def _count(self, upto: int) -> None:
        start, end = self._counted - self._at, upto - self._at
        more = self._piece.count("\n", start, end)
        if more:
            self._line += more
            self._line_start = self._at + self._piece.rfind("\n", start, end) + 1
        self._counted = max(self._counted, upto)

    def _read_again(self) -> bool:
        """Begin anew with the object itself, which goes on where the preview ended."""
        self._is_whole = True
        row = self._row
        assert row is not None
        ref = self._look_up(row.object)
        if ref is None or ref.version != row.version:
            return False
        self._pieces = self._texts(ref)
        self._begin_text()
        return True

    def _texts(self, ref: ObjectRef) -> Iterator[str]:
        assert self._source is not None
        try:
            with self._source.open(ref) as opened:
                if opened.version == ref.version:
                    yield from (segment.text for segment in open_document(opened.file, ref.name).segments())
        except (Unreadable, Skipped, Broken, OSError, NerprocError):  # gone since it was scanned
            return

    def _look_up(self, name: str) -> ObjectRef | None:
        """The object as the source lists it; both are in order of name."""
        if self._source is None:
            return None
        try:
            if self._listing is None:
                self._listing = self._source.list()
            while self._ref is None or self._ref.name < name:
                self._ref = next(self._listing, None)
                if self._ref is None:
                    self._source = None
                    return None
        except (OSError, NerprocError):
            self._source = None
            return None
        return self._ref if self._ref.name == name else None
