"""The scan of a copy: what the same model still finds, but for what was put there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import BinaryIO

from nerproc.detection.scan import Scanner
from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.extract import open_document
from nerproc.redaction.document import Copy
from nerproc.redaction.operator import Operators
from nerproc.result.table import ObjectRow
from nerproc.result.write import PartWriter
from nerproc.schema.entity import Entity
from nerproc.worker.beacon import Beacon
from nerproc.worker.scan import BATCH, Measured


class Residual:
    """Scans copies."""

    def __init__(self, scanner: Scanner, operators: Operators, writer: PartWriter, beacon: Beacon) -> None:
        """What is found goes to `writer`; `beacon` shows progress."""
        self._scanner = scanner
        self._operators = operators
        self._writer = writer
        self._beacon = beacon

    def scan(self, row: ObjectRow, copy: Copy, content: BinaryIO) -> ObjectRow:
        """Scan the copy of the object of `row`, which the writer has begun; the row with what is known of it.

        Raises:
            Broken: the copy cannot be read.
        """
        content.seek(0)
        document = open_document(content, copy.name)
        measured = Measured(document.segments(), self._beacon)
        places = _Places(copy.places)
        try:
            found = (
                entity
                for entity in self._scanner.scan(measured, row.object)
                if not (self._operators.keeps(entity.label) or places.hold(entity))
            )
            self._add(found)
        except (Skipped, Broken) as error:
            raise Broken(f"its copy cannot be read: {error}") from error
        return replace(
            row,
            media_type=document.media_type,
            characters=measured.characters,
            tokens=measured.tokens,
            preview_text=measured.preview,
        )

    def _add(self, entities: Iterator[Entity]) -> None:
        while batch := list(islice(entities, BATCH)):
            self._writer.extend(batch)
            self._beacon.tick()


class _Places:
    """Where stand-ins are in a text."""

    def __init__(self, places: Sequence[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in places]
        self._ends = [end for _, end in places]

    def hold(self, entity: Entity) -> bool:
        """Whether every letter and digit of an entity is of stand-ins: it may reach over several."""
        at = entity.start
        while at < entity.end:
            number = bisect_right(self._starts, at) - 1
            if number >= 0 and self._ends[number] > at:
                at = self._ends[number]
            elif entity.text[at - entity.start].isalnum():
                return False
            else:
                at += 1
        return True
