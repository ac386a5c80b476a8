"""One object: bytes of a source in, entities in a part's writer, and a row that says how it went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from nerproc.detection.scan import Scanner
from nerproc.errors import NerprocError, NotFound
from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.extract import open_document
from nerproc.extraction.segment import Document, Segment
from nerproc.extraction.text import TextSegment
from nerproc.model.scanner import scanner_for
from nerproc.report.query.parse import parse
from nerproc.report.query.predicate import GroupMatcher
from nerproc.result.earlier import Earlier
from nerproc.result.table import PREVIEW_LENGTH, ObjectRow
from nerproc.result.write import PartWriter
from nerproc.schema.entity import Entity
from nerproc.schema.report import LocalSource, ObjectStatus, ReportRequest
from nerproc.source.base import Changed, ObjectRef, Source, Unreadable
from nerproc.worker.beacon import Beacon

BATCH = 1_024  # entities handed to the writer at once
READS = 2  # an object that changes while it is read is read once more
_SPACE = 32  # ASCII characters up to this one separate tokens


class ScannerCache:
    """The scanner of the last request; making one costs more than scanning many small objects."""

    def __init__(self, folder: Path) -> None:
        """`folder` is for compiled patterns, shared by the processes of a home."""
        self._folder = folder
        self._search: dict[str, Any] | None = None
        self._scanner: Scanner | None = None

    def warm(self) -> None:
        """Make the scanner that most requests ask for, while there is nothing else to do."""
        scanner = self.get(ReportRequest(source=LocalSource(paths=["/"])))
        # Patterns are compiled when a text first needs them: nearly all have digits, a date, a site.
        for _ in scanner.scan([TextSegment("Since 3 May 2024 at www.example.org, call 212-555-0147")], ""):
            pass

    def get(self, request: ReportRequest) -> Scanner:
        """The scanner that `request` asks for; requests of equal searches share it."""
        search = request.search
        if self._scanner is None or self._search != search:
            self._search, self._scanner = search, scanner_for(request, cache=self._folder)
        return self._scanner


class ObjectScan:
    """The scan that a request asks for, ready to run on any object."""

    def __init__(self, scanner: Scanner, request: ReportRequest) -> None:
        self._scanner = scanner
        self._groups = GroupMatcher({group.name: parse(group.query) for group in request.groups})

    def run(self, source: Source, ref: ObjectRef, writer: PartWriter, beacon: Beacon) -> ObjectRow:
        """Read one object into `writer`, which holds it as begun and not yet ended on return.

        Whatever is wrong with the object is in the row; other objects are not affected.
        """
        writer.begin(ref.name)
        if ref.problem is not None:
            return ObjectRow(ref.name, ref.size, ref.version, "skipped", ref.problem)
        reason = ""
        for _ in range(READS):
            try:
                with source.open(ref) as opened:
                    row = self._read(opened.file, ref, writer, beacon)
                    opened.check()
                return replace(row, version=opened.version)
            except Unreadable as error:
                writer.begin(ref.name)
                reason = str(error)
                if not isinstance(error, Changed):
                    break
        return ObjectRow(ref.name, ref.size, ref.version, "failed", reason)

    def take_over(self, earlier: Earlier, ref: ObjectRef, writer: PartWriter) -> ObjectRow | None:
        """Copy what an earlier report says of the object, as `run` would; None if it must be read."""
        kept = earlier.find(ref)
        if kept is None:
            return None
        writer.begin(ref.name)
        self._groups.begin()
        try:
            row, entities = earlier.read(kept)
            for batch in entities:
                self._keep(batch, writer)
        except NotFound:  # the report was deleted meanwhile
            return None
        return replace(row, groups=tuple(self._groups.matches()))

    def _keep(self, entities: list[Entity], writer: PartWriter) -> None:
        for entity in entities:
            self._groups.see(entity.label, entity.text)
        writer.extend(entities)

    def _read(self, stream: BinaryIO, ref: ObjectRef, writer: PartWriter, beacon: Beacon) -> ObjectRow:
        row = ObjectRow(ref.name, ref.size, ref.version, "succeeded")
        status: ObjectStatus = "failed"
        try:
            document = open_document(stream, ref.name)
            return self._detect(document, row, writer, beacon)
        except Skipped as skipped:
            status, reason = "skipped", str(skipped)
        except Broken as broken:
            reason = str(broken)
        except OSError as error:
            reason = f"it cannot be read: {error.strerror or type(error).__name__}"
        except (MemoryError, NerprocError):  # the process or the store is in trouble, not the object
            raise
        except Exception as error:  # noqa: BLE001 - a parser's surprise is this object's, not the job's
            # Its message may hold text of the document, so only its type is told.
            reason = f"its parser failed: {type(error).__name__}"
        writer.begin(ref.name)
        return replace(row, status=status, reason=reason)

    def _detect(self, document: Document, row: ObjectRow, writer: PartWriter, beacon: Beacon) -> ObjectRow:
        measured = _Measured(document.segments(), beacon)
        self._groups.begin()
        entities = self._scanner.scan(measured, row.object)
        while batch := list(islice(entities, BATCH)):
            self._keep(batch, writer)
            beacon.tick()
        return replace(
            row,
            reason="; ".join([*document.warnings, *self._scanner.warnings]) or None,
            media_type=document.media_type,
            characters=measured.characters,
            tokens=measured.tokens,
            groups=tuple(self._groups.matches()),
            preview_text=measured.preview,
        )


class _Measured:
    """Segments on their way to the detectors: counted, and the first words kept."""

    def __init__(self, segments: Iterable[Segment], beacon: Beacon) -> None:
        self._segments = segments
        self._beacon = beacon
        self.characters = 0
        self.tokens = 0
        self.preview = ""

    def __iter__(self) -> Iterator[Segment]:
        after_space = True
        for segment in self._segments:
            text = segment.text
            if text:
                self.characters += len(text)
                starts, ends_in_space = _count_tokens(text)
                self.tokens += starts - (0 if after_space or text[0] <= " " else 1)
                after_space = ends_in_space
                if len(self.preview) < PREVIEW_LENGTH:
                    self.preview += text[: PREVIEW_LENGTH - len(self.preview)]
            self._beacon.tick()
            yield segment


def _count_tokens(text: str) -> tuple[int, bool]:
    """Runs without ASCII white space in `text`, and whether it ends in white space."""
    data = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
    word = data > _SPACE
    return int(np.count_nonzero(word[1:] & ~word[:-1])) + int(word[0]), not word[-1]
