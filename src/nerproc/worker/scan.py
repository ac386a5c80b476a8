"""One object: bytes of a source in, entities in a part's writer, and a row that says how it went."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from nerproc.detection.scan import Scanner
from nerproc.errors import NerprocError, NotFound
from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.extract import open_document
from nerproc.extraction.segment import Document, Segment
from nerproc.extraction.text import TextSegment
from nerproc.failpoint import failpoint
from nerproc.model.cache import ModelCache
from nerproc.model.registry import load
from nerproc.model.scanner import scanner_for
from nerproc.report.query.parse import parse
from nerproc.report.query.predicate import GroupMatcher
from nerproc.result.earlier import Earlier, Kept
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

    def __init__(self, folder: Path, models: ModelCache) -> None:
        """`folder` is for compiled patterns, shared by the processes of a home."""
        self._folder = folder
        self._models = models
        self._made_for: tuple[dict[str, Any], str | None] | None = None
        self._scanner: Scanner | None = None

    def warm(self) -> None:
        """Make the scanner that most requests ask for, while there is nothing else to do."""
        scanner = self.get(ReportRequest(source=LocalSource(paths=["/"])))
        # Patterns are compiled when a text first needs them: nearly all have digits and dots. Those that need a
        # word beside them wait for it.
        for _ in scanner.scan([TextSegment("3 May 2024, example.org, 212-555-0147")], ""):
            pass

    def get(self, request: ReportRequest, imported: str | None = None) -> Scanner:
        """The scanner that `request` asks for; requests of equal searches share it.

        `imported` is the id of its model, if that was imported.
        """
        wanted = request.search, imported
        if self._scanner is None or self._made_for != wanted:
            name = request.model
            model = load(name) if imported is None else self._models.open(imported, name)
            self._scanner = scanner_for(request, model, cache=self._folder)
            self._made_for = wanted
        return self._scanner


# Reads a document of an object of some version, and says how that went.
_Use = Callable[[Document, ObjectRef, str], ObjectRow]


class ObjectScan:
    """The scan that a request asks for, ready to run on any objects."""

    def __init__(self, scanner: Scanner, request: ReportRequest, writer: PartWriter, beacon: Beacon) -> None:
        """What is found goes to `writer`; `beacon` shows progress."""
        self._scanner = scanner
        self._groups = GroupMatcher({group.name: parse(group.query) for group in request.groups})
        self._writer = writer
        self._beacon = beacon

    def run(self, source: Source, ref: ObjectRef) -> ObjectRow:
        """Read one object into the writer, which holds it as begun and not yet ended on return.

        Whatever is wrong with the object is in the row; other objects are not affected.
        """
        return self._read(source, ref, self._detect)

    def hold(self, source: Source, ref: ObjectRef) -> Held:
        """Read one small object into memory, to be scanned together with others."""
        texts: list[Segment] = []

        def keep(document: Document, ref: ObjectRef, version: str) -> ObjectRow:
            measured = Measured(document.segments(), self._beacon)
            texts.clear()
            texts.extend(measured)
            return measured.row(document, ref, version)

        row = self._read(source, ref, keep)
        return Held(row, texts if row.status == "succeeded" else [])

    def settle(self, held: Sequence[Held]) -> Iterator[ObjectRow]:
        """Scan what was held, and put it object by object into the writer as `run` does, in the same order."""
        for (row, _), entities in zip(held, self._found(held), strict=True):
            self._writer.begin(row.object)
            if row.status != "succeeded":
                yield row
            elif isinstance(entities, str):
                yield replace(row, status="failed", reason=entities)
            else:
                groups = self._write(iter(entities))
                yield replace(row, groups=groups) if groups else row

    def take_over(self, earlier: Earlier, kept: Kept) -> ObjectRow | None:
        """Copy what an earlier report says of an object, as `run` would put it; None if it must be read."""
        self._writer.begin(kept.object)
        try:
            row, entities = earlier.read(kept)
            return replace(row, groups=self._write(entity for batch in entities for entity in batch))
        except NotFound:  # the report was deleted meanwhile
            return None

    def _found(self, held: Sequence[Held]) -> list[list[Entity] | str]:
        """The entities of each object, or the reason why they were not found."""
        try:
            for row, _ in held:
                failpoint("object_scanned", row.object)
            return [*self._scanner.scan_all([(texts, row.object) for row, texts in held])]
        except (MemoryError, NerprocError):
            raise
        except Exception as error:  # noqa: BLE001 - see _read
            if len(held) == 1:
                return [surprise(error)]
            return [found for each in held for found in self._found([each])]

    def _read(self, source: Source, ref: ObjectRef, use: _Use) -> ObjectRow:
        """Open an object and `use` its document; once more if it changed meanwhile."""
        self._writer.begin(ref.name)
        if ref.problem is not None:
            return ObjectRow(ref.name, ref.size, ref.version, "skipped", ref.problem)
        reason = ""
        for _ in range(READS):
            try:
                with source.open(ref) as opened:
                    # It may be another than was listed: what is counted is what is read.
                    now = replace(ref, size=opened.file.seek(0, io.SEEK_END))
                    opened.file.seek(0)
                    row = self._use(opened.file, now, opened.version, use)
                    opened.check()
            except Unreadable as error:
                self._writer.begin(ref.name)
                reason = str(error)
                if not isinstance(error, Changed):
                    break
            else:
                return row
        return ObjectRow(ref.name, ref.size, ref.version, "failed", reason)

    def _use(self, stream: BinaryIO, ref: ObjectRef, version: str, use: _Use) -> ObjectRow:
        status: ObjectStatus = "failed"
        try:
            return use(open_document(stream, ref.name), ref, version)
        except Skipped as skipped:
            status, reason = "skipped", str(skipped)
        except Broken as broken:
            reason = str(broken)
        except OSError as error:
            reason = f"it cannot be read: {error.strerror or type(error).__name__}"
        except (MemoryError, NerprocError):  # the process or the store is in trouble, not the object
            raise
        except Exception as error:  # noqa: BLE001 - a parser's surprise is this object's, not the job's
            reason = surprise(error)
        self._writer.begin(ref.name)
        return ObjectRow(ref.name, ref.size, version, status, reason)

    def _detect(self, document: Document, ref: ObjectRef, version: str) -> ObjectRow:
        """Scan a document while it is read."""
        failpoint("object_scanned", ref.name)
        measured = Measured(document.segments(), self._beacon)
        groups = self._write(self._scanner.scan(measured, ref.name))
        return measured.row(document, ref, version, groups, self._scanner.warnings)

    def _write(self, entities: Iterator[Entity]) -> tuple[str, ...]:
        """Put the entities of an object into the writer; the groups that they make it match."""
        self._groups.begin()
        while batch := list(islice(entities, BATCH)):
            for entity in batch:
                self._groups.see(entity.label, entity.text)
            self._writer.extend(batch)
            self._beacon.tick()
        return tuple(self._groups.matches())


class Held(NamedTuple):
    """A small object that was read and is still to be scanned."""

    row: ObjectRow
    texts: list[Segment]


def surprise(error: Exception) -> str:
    """Why an object failed whose parser raised what it should not."""
    # Its message may hold text of the document, so only its type is told.
    return f"its parser failed: {type(error).__name__}"


class Measured:
    """Segments on their way to the detectors: counted, and the first words kept."""

    def __init__(self, segments: Iterable[Segment], beacon: Beacon) -> None:
        self._segments = segments
        self._beacon = beacon
        self.characters = 0
        self.tokens = 0
        self.preview = ""

    def row(
        self,
        document: Document,
        ref: ObjectRef,
        version: str,
        groups: tuple[str, ...] = (),
        warnings: Sequence[str] = (),
    ) -> ObjectRow:
        """The row of the document once all of it was read."""
        return ObjectRow(
            ref.name,
            ref.size,
            version,
            "succeeded",
            "; ".join([*document.warnings, *warnings]) or None,
            document.media_type,
            self.characters,
            self.tokens,
            groups,
            self.preview,
        )

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
