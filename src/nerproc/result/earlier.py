"""What an earlier report says of objects that did not change since, to be taken over without reading them.

Both listings are in order of name, so one pass over the earlier report serves one over the new one. What cannot
be found, for whatever reason, is read: taking over saves time, and never decides what a report says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

import duckdb

from nerproc.errors import NotFound
from nerproc.job.part import PartRef
from nerproc.result import engine
from nerproc.result.table import (
    ENTITY_COLUMNS,
    OBJECT_COLUMNS,
    ObjectRow,
    column_names,
    entity_from,
    object_from,
)
from nerproc.schema.entity import Entity
from nerproc.source.base import ObjectRef
from nerproc.storage.base import Storage

MEMORY_MIB = 256  # of DuckDB
BATCH = 1_024  # rows fetched at once
NEAR = 4 * BATCH  # rows that are read over rather than sought

Row = tuple[Any, ...]

# The objects from a name on, each with the row of its first entity and the number of its entities.
_OBJECTS = """
SELECT object, size, version, status, file_row_number, last - entities, entities
  FROM (SELECT *, sum(entities) OVER (ORDER BY file_row_number)::BIGINT AS last
          FROM (SELECT object, size, version, status, file_row_number,
                       coalesce(list_sum(map_values(label_counts)), 0)::BIGINT AS entities FROM {file}))
 WHERE object >= ? ORDER BY file_row_number"""


class Kept(NamedTuple):
    """An object that did not change: where its rows are in the earlier report."""

    object: str  # its name
    part: PartRef
    row: int  # of the object
    first_entity: int  # row of it
    entities: int
    status: str
    size: int  # bytes
    version: str  # that was read


class Earlier:
    """The results of an earlier report, looked up in ascending order of name. Not thread-safe."""

    def __init__(self, storage: Storage, parts: Sequence[PartRef]) -> None:
        """`parts` are those of the earlier report, in order; nothing is read until it is needed."""
        self._files = _Files(storage)
        self.parts = parts
        self._objects = _Rows(self._files, OBJECT_COLUMNS)
        self._entities = _Rows(self._files, ENTITY_COLUMNS)
        self._listed = self._list()
        self._next: tuple[PartRef, Row] | None = None
        self._wanted = ""

    def find(self, ref: ObjectRef) -> Kept | None:
        """The same object in the earlier report: of its name, size and version, and not failed then."""
        try:
            found = self._seek(ref.name)
        except NotFound:  # the earlier report was deleted
            self._listed, found = iter(()), None
        if found is None or ref.problem is not None:
            return None
        kept = _kept(*found)
        same = (kept.object, kept.size, kept.version) == (ref.name, ref.size, ref.version)
        return kept if same and kept.status != "failed" else None

    def named(self, name: str) -> Kept | None:
        """The object of that name, however it ended and whether or not it changed since.

        Raises:
            NotFound: the report was deleted meanwhile.
        """
        found = self._seek(name)
        kept = None if found is None else _kept(*found)
        return kept if kept is not None and kept.object == name else None

    def _seek(self, name: str) -> tuple[PartRef, Row] | None:
        """The first object from `name` on; None if there are no more."""
        self._wanted = name
        while self._next is None or self._next[1][0] < name:
            following = next(self._listed, None)
            if following is None:
                self._listed = iter(())
                return None
            self._next = following
        return self._next

    def read(self, kept: Kept) -> tuple[ObjectRow, Iterator[list[Entity]]]:
        """The object's row, and its entities in order, some at a time; to be read before the next one is.

        Raises:
            NotFound: the earlier report was deleted meanwhile; also while the entities are read.
        """
        ((row,),) = self._objects.take(kept.part.objects_key, kept.row, 1)
        batches = self._entities.take(kept.part.entities_key, kept.first_entity, kept.entities)
        return replace(object_from(row), unchanged=True), (list(map(entity_from, rows)) for rows in batches)

    def _list(self) -> Iterator[tuple[PartRef, Row]]:
        for part in self.parts:
            last = part.summary.last_object
            if last is None or last >= self._wanted:
                query = _OBJECTS.format(file=self._files.table(part.objects_key))
                for row in self._files.rows(query, [self._wanted]):
                    yield part, row


def _kept(part: PartRef, listed: Row) -> Kept:
    name, size, version, status, row, first_entity, entities = listed
    return Kept(name, part, row, first_entity, entities, status, size, version)


class _Files:
    """Files of the artifact store as tables of a small database in memory."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._connection: duckdb.DuckDBPyConnection | None = None

    def table(self, key: str) -> str:
        """A table function over the file."""
        return engine.read_parquet([self._storage.fetch(key)])

    def rows(self, query: str, parameters: Sequence[Any]) -> Iterator[Row]:
        """The rows of a query in order, in memory that does not grow with their number."""
        if self._connection is None:
            scratch = self._storage.scratch()
            self._connection = engine.connect(scratch=scratch, threads=1, memory_mib=MEMORY_MIB)
        with closing(self._connection.cursor()) as cursor:
            try:
                cursor.execute(query, parameters)
                while rows := cursor.fetchmany(BATCH):
                    yield from rows
            except duckdb.IOException as error:
                raise NotFound(f"The earlier report cannot be read: {engine.reason(error)}.") from error


class _Rows:
    """The rows of one kind of file; those that are taken lie behind one another mostly."""

    def __init__(self, files: _Files, columns: Mapping[str, str]) -> None:
        self._files = files
        self._columns = column_names(columns)
        self._key, self._row = "", 0  # of the stream
        self._stream: Iterator[Row] = iter(())

    def take(self, key: str, row: int, count: int) -> Iterator[list[Row]]:
        """`count` rows of the file from `row` on, some at a time."""
        if count == 0:
            return
        if key != self._key or not self._row <= row < self._row + NEAR:
            query = f"SELECT {self._columns} FROM {self._files.table(key)} WHERE file_row_number >= ?"
            self._stream, self._key, self._row = self._files.rows(query, [row]), key, row
        unwanted = row - self._row
        self._row = row + count
        for _ in islice(self._stream, unwanted):
            pass
        while count:
            rows = list(islice(self._stream, min(count, BATCH)))
            if not rows:
                raise NotFound("The earlier report cannot be read: rows are missing.")
            count -= len(rows)
            yield rows
