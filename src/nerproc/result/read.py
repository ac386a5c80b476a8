"""Reads the parts of a report: pages by cursor, a search over objects, all of it as a stream.

Which parts a report has, and in which order, is for the caller to say; parts that were merged into others are
passed over. Their files come from the artifact store by key. Counts need no files: they are sums over the
summaries of the parts.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from uuid import uuid4

import duckdb

from nerproc.errors import StorageUnreachable
from nerproc.job.part import PartRef
from nerproc.result import engine
from nerproc.result.condition import Condition
from nerproc.result.cursor import Stretch, Table, stretches
from nerproc.result.filter import Filter, ended, every, explained, grouped, labelled, named, prefixed, sure
from nerproc.result.page import MANY_FILES, PLACE, Enough, Row, batches, collect
from nerproc.result.table import (
    ENTITY_COLUMNS,
    OBJECT_COLUMNS,
    ObjectRow,
    column_names,
    entity_from,
    object_from,
)
from nerproc.schema.entity import Entity
from nerproc.schema.report import ObjectStatus
from nerproc.storage.base import Storage

MEMORY_MIB = 512  # of DuckDB, for all queries together; a query of usual rows takes some tens
MOST_THREADS = 4
STREAM_ROWS = 2_048
_COLUMNS: dict[Table, dict[str, str]] = {"entities": ENTITY_COLUMNS, "objects": OBJECT_COLUMNS}


class ResultReader:
    """Reads results. Thread-safe: every call has a connection of its own to one small database in memory."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        threads = min(MOST_THREADS, os.cpu_count() or 1)
        self._turns = BoundedSemaphore(threads)  # more queries at a time would take memory and gain nothing
        self._connection = engine.connect(scratch=storage.scratch(), threads=threads, memory_mib=MEMORY_MIB)

    def close(self) -> None:
        """Free the memory."""
        self._connection.close()

    def entities(
        self,
        parts: Sequence[PartRef],
        *,
        cursor: str | None = None,
        limit: int = 100,
        objects: Collection[str] = (),
        labels: Collection[str] = (),
        min_score: float = 0,
    ) -> tuple[list[Entity], str | None]:
        """A page of entities, of these objects and labels only if any are given, and the next page's cursor.

        `min_score` is the least score of theirs.

        Raises:
            InvalidRequest: the cursor is not valid.
        """
        passing = every(named(objects), labelled(labels), sure(min_score))
        rows, following = self._page("entities", parts, cursor, limit, passing)
        return list(map(entity_from, rows)), following

    def objects(
        self,
        parts: Sequence[PartRef],
        *,
        cursor: str | None = None,
        limit: int = 100,
        objects: Collection[str] = (),
        prefix: str = "",
        status: ObjectStatus | None = None,
        group: str | None = None,
    ) -> tuple[list[ObjectRow], str | None]:
        """A page of objects that pass every filter that is given, and the next page's cursor.

        Raises:
            InvalidRequest: the cursor is not valid.
        """
        passing = every(named(objects), prefixed(prefix), ended(status), grouped(group))
        rows, following = self._page("objects", parts, cursor, limit, passing)
        return list(map(object_from, rows)), following

    def errors(self, parts: Sequence[PartRef], *, limit: int = 1_000) -> list[ObjectRow]:
        """The first objects that have a reason: failed, skipped, or read but for some of their content."""
        rows, _ = self._page("objects", parts, None, limit, explained())
        return list(map(object_from, rows))

    def search(
        self,
        parts: Sequence[PartRef],
        condition: Condition,
        *,
        cursor: str | None = None,
        limit: int = 100,
        enough: Enough = lambda _: False,
    ) -> tuple[list[tuple[str, dict[str, int]]], str | None]:
        """A page of the succeeded objects that satisfy `condition`: name, counts per label; the next cursor.

        The page is shorter, and the next one may be empty, if there is `enough` before all was looked at.

        Raises:
            InvalidRequest: the cursor is not valid.
        """

        def query(batch: Sequence[Stretch], most: int) -> list[Row]:
            joined, parameters = self._tested(batch, condition)
            sql = f"""
                SELECT object, label_counts, {PLACE} FROM {self._source(batch, "objects")} {joined}
                 WHERE file_row_number >= ? AND status = 'succeeded' AND ({condition.expression})
                 {f"ORDER BY {PLACE}" if joined else ""} LIMIT {most}"""
            return self._fetch(sql, [*parameters, batch[0].row, *condition.parameters])

        left = ended("succeeded").left(stretches(parts, cursor, "objects"))
        rows, following = collect("objects", left, limit, query, enough)
        return [(name, counts) for name, counts in rows], following

    def rows(
        self, parts: Sequence[PartRef], select: str, *, labels: Collection[str] = ()
    ) -> Iterator[list[Row]]:
        """All entities in order, a few thousand at a time, in memory that does not grow with their number.

        `select` is what to make of each: an SQL select list over ENTITY_COLUMNS.
        """
        passing = labelled(labels)
        for batch in batches(passing.left(stretches(parts, None, "entities")), MANY_FILES):
            sql = f"SELECT {select} FROM {self._source(batch, 'entities')} WHERE {passing.clause}"
            yield from self._stream(sql, passing.parameters)

    def iterate(self, parts: Sequence[PartRef], *, labels: Collection[str] = ()) -> Iterator[Entity]:
        """All entities in order, in memory that does not grow with their number."""
        for rows in self.rows(parts, column_names(ENTITY_COLUMNS), labels=labels):
            yield from map(entity_from, rows)

    def each_object(self, parts: Sequence[PartRef]) -> Iterator[ObjectRow]:
        """All objects in order, in memory that does not grow with their number."""
        for batch in batches(stretches(parts, None, "objects"), MANY_FILES):
            sql = f"SELECT {column_names(OBJECT_COLUMNS)} FROM {self._source(batch, 'objects')}"
            for rows in self._stream(sql, ()):
                yield from map(object_from, rows)

    def heaviest(
        self, parts: Sequence[PartRef], *, limit: int, labels: Collection[str] = ()
    ) -> list[tuple[str, dict[str, int]]]:
        """The objects with most entities, of these labels if any are given: name, counts per label."""
        values = f"[{', '.join('label_counts[?]' for _ in labels)}]" if labels else "map_values(label_counts)"
        top: list[Row] = []
        for batch in batches(labelled(labels).left(stretches(parts, None, "objects")), MANY_FILES):
            sql = f"""
                SELECT object, label_counts, list_sum({values}) AS total
                  FROM {self._source(batch, "objects")} WHERE total > 0
                 ORDER BY total DESC, object LIMIT {limit}"""
            found = [*top, *self._fetch(sql, tuple(labels))]
            top = sorted(found, key=lambda row: (-row[2], row[0]))[:limit]
        return [
            (name, {label: count for label, count in counts.items() if not labels or label in labels})
            for name, counts, _ in top
        ]

    @contextmanager
    def joined(self, parts: Sequence[PartRef], *, labels: Collection[str] = ()) -> Iterator[Path]:
        """A Parquet file with all entities in order, there for as long as the context is entered.

        Raises:
            StorageUnreachable: the file cannot be written.
        """
        passing = labelled(labels)
        source = self._source(passing.left(stretches(parts, None, "entities")), "entities")
        query = f"SELECT {column_names(ENTITY_COLUMNS)} FROM {source} WHERE {passing.clause}"
        path = self._storage.scratch() / f"joined-{uuid4().hex}.parquet"
        try:
            with closing(self._connection.cursor()) as connection:
                engine.copy_to(connection, query, path, parameters=passing.parameters)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _page(
        self, table: Table, parts: Sequence[PartRef], cursor: str | None, limit: int, passing: Filter
    ) -> tuple[list[Row], str | None]:
        columns = column_names(_COLUMNS[table])

        def query(batch: Sequence[Stretch], most: int) -> list[Row]:
            source = self._source(batch, table)
            where = f"file_row_number >= ? AND {passing.clause}"
            sql = f"SELECT {columns}, {PLACE} FROM {source} WHERE {where} LIMIT {most}"
            return self._fetch(sql, [batch[0].row, *passing.parameters])

        return collect(table, passing.left(stretches(parts, cursor, table)), limit, query)

    def _tested(self, batch: Sequence[Stretch], condition: Condition) -> tuple[str, list[Any]]:
        """A join that adds `test_0`, `test_1`, … to the objects of `batch`, and its parameters.

        The entities are read once for all tests, and only those that pass one take part in the join.
        """
        if not condition.tests:
            return "", []
        passed = [f"(label = ? AND {test.expression})" for test in condition.tests]
        values = [value for test in condition.tests for value in (test.label, test.parameter)]
        flags = ", ".join(f"bool_or{test} AS test_{number}" for number, test in enumerate(passed))
        passing = labelled({test.label for test in condition.tests})
        source = self._source(passing.left(batch), "entities")
        found = f"""
            SELECT object, {flags} FROM {source}
             WHERE {passing.clause} AND ({" OR ".join(passed)}) GROUP BY object"""
        return f"LEFT JOIN ({found}) USING (object)", [*values, *passing.parameters, *values]

    def _source(self, batch: Sequence[Stretch], table: Table) -> str:
        """A table function over the files of a batch, in their order; over no rows if there are none."""
        if not batch:
            return engine.no_rows(_COLUMNS[table])
        keys = [s.part.entities_key if table == "entities" else s.part.objects_key for s in batch]
        return engine.read_parquet(self._storage.fetch(key) for key in keys)

    def _fetch(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        with self._turns:
            return [row for rows in self._stream(sql, parameters) for row in rows]

    def _stream(self, sql: str, parameters: Sequence[Any]) -> Iterator[list[Row]]:
        with closing(self._connection.cursor()) as connection, _readable():
            connection.execute(sql, parameters)
            while rows := connection.fetchmany(STREAM_ROWS):
                yield rows


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise StorageUnreachable(
            f"The results cannot be read: {engine.reason(error)}.",
            hint="See that the artifact store is whole and can be read.",
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise StorageUnreachable(
            f"Reading the results takes more than {MEMORY_MIB} MiB at the moment.",
            hint="Try again, with fewer queries at a time.",
        ) from error
