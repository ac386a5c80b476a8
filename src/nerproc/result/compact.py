"""Merges the files of many small parts into few large ones, rows in their order.

Swapping the merged parts in is `nerproc.job`'s; it needs to know where in the new files each old part begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import duckdb

from nerproc.job.part import PartRef
from nerproc.result import engine
from nerproc.result.table import ENTITY_COLUMNS, OBJECT_COLUMNS, column_names, total
from nerproc.result.write import PartFiles
from nerproc.storage.base import Storage

TARGET_BYTES = 256 * 1024 * 1024  # of the two files of a merged part together
MEMORY_MIB = 256  # of DuckDB


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a part's rows are now."""

    part: int  # id of the part that was merged
    entity_offset: int  # row of its first entity in the new file
    object_offset: int  # row of its first object in the new file


@dataclass(frozen=True, slots=True)
class MergedPart:
    """The files of a merged part, and the parts that they hold, in order."""

    files: PartFiles
    moved: tuple[Moved, ...]


def compact(
    storage: Storage, parts: Sequence[PartRef], key_prefix: str, *, target_bytes: int = TARGET_BYTES
) -> Iterator[MergedPart]:
    """Merge `parts`, in order, into files of about `target_bytes` under `key_prefix`; old files stay.

    Memory does not grow with the size of the parts. Parts that are merged already are passed over.

    Raises:
        StorageUnreachable: a file cannot be read or written.
    """
    connection = engine.connect(scratch=storage.scratch(), threads=1, memory_mib=MEMORY_MIB)
    try:
        for number, run in enumerate(_runs(storage, parts, target_bytes)):
            yield _merge(connection, storage, run, f"{key_prefix}/{number:06}")
    finally:
        connection.close()


def _runs(storage: Storage, parts: Sequence[PartRef], target_bytes: int) -> Iterator[list[PartRef]]:
    """Neighbours whose files reach the target together."""
    run: list[PartRef] = []
    size = 0
    for part in parts:
        if part.merged_into is not None:
            continue
        run.append(part)
        size += sum(storage.fetch(key).stat().st_size for key in (part.entities_key, part.objects_key))
        if size >= target_bytes:
            yield run
            run, size = [], 0
    if run:
        yield run


def _merge(
    connection: duckdb.DuckDBPyConnection, storage: Storage, run: Sequence[PartRef], key_prefix: str
) -> MergedPart:
    summary = total([part.summary for part in run])
    files = PartFiles(f"{key_prefix}/entities.parquet", f"{key_prefix}/objects.parquet", summary)
    for key, columns, sources in (
        (files.entities_key, ENTITY_COLUMNS, [part.entities_key for part in run]),
        (files.objects_key, OBJECT_COLUMNS, [part.objects_key for part in run]),
    ):
        path = storage.scratch() / f"merged-{uuid4().hex}.parquet"
        paths = [storage.fetch(source) for source in sources]
        query = f"SELECT {column_names(columns)} FROM {engine.read_parquet(paths)}"
        try:
            engine.copy_to(connection, query, path, row_group=_row_group(connection, paths))
            storage.put_file(key, path)
        finally:
            path.unlink(missing_ok=True)
    return MergedPart(files, tuple(_moved(run)))


def _row_group(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> int:
    """Rows of a row group that suit the longest rows of the sources, as their row groups show them."""
    names = ", ".join(engine.literal(str(path)) for path in paths)
    row_bytes = connection.execute(
        "SELECT max(size / rows) FROM ("
        "SELECT sum(total_uncompressed_size) AS size, any_value(row_group_num_rows) AS rows"
        f"  FROM parquet_metadata([{names}]) GROUP BY file_name, row_group_id)"
    ).fetchall()[0][0]
    return engine.row_group_rows(row_bytes or 1)


def _moved(run: Sequence[PartRef]) -> Iterator[Moved]:
    entities = objects = 0
    for part in run:
        yield Moved(part.id, entities, objects)
        entities += part.summary.entities
        objects += part.summary.objects
