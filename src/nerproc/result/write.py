"""Writes the two Parquet files of a part: what a worker found, object by object.

Memory does not grow with the number of entities (see `EntitySpool`). Committing a written part is
`nerproc.job`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from nerproc.job.part import PartSummary
from nerproc.result import engine
from nerproc.result.columns import write_objects
from nerproc.result.spool import EntitySpool
from nerproc.result.table import PREVIEW_LENGTH, ObjectRow, PreviewSpan, summarize
from nerproc.schema.entity import Entity
from nerproc.storage.base import Storage

MEMORY_MIB = 128  # of DuckDB, while a part is written
_LABEL = attrgetter("label")


class PartFiles(NamedTuple):
    """Two files in the artifact store, and what is in them."""

    entities_key: str
    objects_key: str
    summary: PartSummary


class PartWriter:
    """Writes one part after another: `begin`, `add`, `end` for each object, then `close`.

    Not thread-safe. Entities of an object are added in the order in which they are to be read.
    """

    def __init__(self, scratch: Path) -> None:
        """`scratch` is a local folder for files on their way into the artifact store (`Storage.scratch`)."""
        self._scratch = scratch
        self._connection = engine.connect(scratch=scratch, threads=1, memory_mib=MEMORY_MIB)
        self._begin_part()

    def _begin_part(self) -> None:
        self._spool = EntitySpool(self._connection, self._scratch)
        self._rows: list[ObjectRow] = []
        self._begin_object(None)

    def _begin_object(self, name: str | None) -> None:
        self._object = name
        self._label_counts: Counter[str] = Counter()
        self._spans: list[PreviewSpan] = []

    def begin(self, name: str) -> None:
        """Start an object. What was added for an object that did not end is dropped."""
        self.abandon()
        self._begin_object(name)

    def add(self, entity: Entity) -> None:
        """Add an entity of the object in hand."""
        self.extend((entity,))

    def extend(self, entities: Sequence[Entity]) -> None:
        """Add entities of the object in hand.

        Raises:
            StorageUnreachable: the scratch folder cannot be written.
        """
        self._label_counts.update(map(_LABEL, entities))
        for entity in entities:
            if entity.start >= PREVIEW_LENGTH:
                break
            self._spans.append(PreviewSpan(entity.start, min(entity.end, PREVIEW_LENGTH), entity.label))
        self._spool.add(entities)

    def end(self, row: ObjectRow) -> None:
        """End the object in hand; its label counts and preview spans are those of the entities added."""
        if row.object != self._object:
            raise ValueError("An object ends that was not begun.")
        self._spool.keep()
        preview = row.preview_text[:PREVIEW_LENGTH]
        self._rows.append(
            replace(
                row,
                label_counts=dict(self._label_counts),
                preview_text=preview,
                preview_spans=tuple(span for span in self._spans if span.end <= len(preview)),
            )
        )
        self._begin_object(None)

    def abandon(self) -> None:
        """Drop what was added since `begin`: the object failed midway, or is to be read again."""
        self._spool.drop()
        self._begin_object(None)

    @property
    def objects(self) -> int:
        """Objects that ended in this part."""
        return len(self._rows)

    @property
    def size(self) -> int:
        """Bytes that the part's entities take in memory, about (in its files: a tenth)."""
        return self._spool.size

    @property
    def summary(self) -> PartSummary:
        """What the part holds so far; counted anew by each call."""
        return summarize(self._rows)

    def close(self, storage: Storage, key_prefix: str) -> PartFiles:
        """Put the part's two files under `key_prefix` and start the next part.

        Both files are there, also for a part without entities or objects. When this fails, the part is lost,
        and its objects must be read again.

        Raises:
            StorageUnreachable: a file cannot be written or put.
        """
        self.abandon()
        entities = self._scratch / f"entities-{uuid4().hex}.parquet"
        objects = self._scratch / f"objects-{uuid4().hex}.parquet"
        files = PartFiles(f"{key_prefix}/entities.parquet", f"{key_prefix}/objects.parquet", self.summary)
        try:
            self._spool.write(entities)
            write_objects(self._connection, self._rows, objects)
            storage.put_file(files.entities_key, entities)
            storage.put_file(files.objects_key, objects)
        finally:
            self.discard()
            entities.unlink(missing_ok=True)
            objects.unlink(missing_ok=True)
        return files

    def discard(self) -> None:
        """Drop the part in hand and start the next."""
        self._spool.discard()
        self._begin_part()
