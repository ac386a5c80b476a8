"""Entities on their way into a file, in memory of a fixed size.

The entities of the object in hand are loose: they can be dropped until they are kept. Beyond the limits,
entities move to chunk files, each of which holds either kept ones or loose ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path
from uuid import uuid4

import duckdb

from nerproc.result import engine
from nerproc.result.columns import write_entities
from nerproc.result.table import ENTITY_COLUMNS, column_names
from nerproc.schema.entity import Entity

MOST_ENTITIES = 50_000  # in memory
MOST_BYTES = 16 * 1024 * 1024  # in memory, about
OVERHEAD = 200  # bytes of an entity besides its text, about
_TEXT = attrgetter("text")


class EntitySpool:
    """Entities in the order in which they were added."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
        self._connection = connection
        self._scratch = scratch
        # In order: kept chunks, kept, loose chunks, loose. `kept` is empty while there are loose chunks.
        self._kept_chunks: list[Path] = []
        self._kept: list[Entity] = []
        self._loose_chunks: list[Path] = []
        self._loose: list[Entity] = []
        self._in_memory = 0  # bytes, about
        self._row_group = engine.ROW_GROUP_ROWS  # rows that suit the longest entities so far
        self.size = 0  # bytes of all that were added, about, with those that were dropped

    def add(self, entities: Sequence[Entity]) -> None:
        """Append entities to the loose ones."""
        self._loose.extend(entities)
        weight = _weigh(entities)
        self._in_memory += weight
        self.size += weight
        if len(self._kept) + len(self._loose) >= MOST_ENTITIES or self._in_memory >= MOST_BYTES:
            self._spill()

    def keep(self) -> None:
        """Make the loose entities stay."""
        self._kept_chunks += self._loose_chunks
        self._kept += self._loose
        self._loose_chunks, self._loose = [], []

    def drop(self) -> None:
        """Forget the loose entities."""
        if not (self._loose or self._loose_chunks):
            return
        for chunk in self._loose_chunks:
            chunk.unlink(missing_ok=True)
        self._loose_chunks, self._loose = [], []
        self._in_memory = _weigh(self._kept)

    def write(self, path: Path) -> None:
        """Write the kept entities into a new Parquet file. The spool is done then.

        Raises:
            StorageUnreachable: the file cannot be written.
        """
        if not self._kept_chunks:
            write_entities(self._connection, self._kept, path, row_group=self._fitting(self._kept))
            return
        if self._kept:
            self._kept_chunks.append(self._chunk(self._kept))
        query = f"SELECT {column_names(ENTITY_COLUMNS)} FROM {engine.read_parquet(self._kept_chunks)}"
        engine.copy_to(self._connection, query, path, row_group=self._row_group)
        self.discard()

    def discard(self) -> None:
        """Forget everything and remove the chunk files."""
        self.drop()
        for chunk in self._kept_chunks:
            chunk.unlink(missing_ok=True)
        self._kept_chunks, self._kept = [], []

    def _spill(self) -> None:
        if self._kept:
            self._kept_chunks.append(self._chunk(self._kept))
            self._kept = []
        if self._loose:
            self._loose_chunks.append(self._chunk(self._loose))
            self._loose = []
        self._in_memory = 0

    def _chunk(self, entities: list[Entity]) -> Path:
        path = self._scratch / f"chunk-{uuid4().hex}.parquet"
        row_group = self._fitting(entities)
        write_entities(self._connection, entities, path, row_group=row_group)
        self._row_group = min(self._row_group, row_group)
        return path

    @staticmethod
    def _fitting(entities: Sequence[Entity]) -> int:
        return engine.row_group_rows(_weigh(entities) / max(len(entities), 1))


def _weigh(entities: Sequence[Entity]) -> int:
    return sum(map(len, map(_TEXT, entities))) + OVERHEAD * len(entities)
