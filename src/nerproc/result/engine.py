"""DuckDB as nerproc uses it: in memory, with bounded memory, nothing downloaded, nothing left behind.

Files are named by the caller, one by one, as parameters or as literals made here; never by a pattern.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import duckdb

from nerproc.errors import StorageUnreachable

# Small row groups: a page reads one of them (7 ms against 32 ms with DuckDB's 122,880, in a file of 10 M rows).
ROW_GROUP_ROWS = 16_384
# What a row group may take uncompressed while it is written: rows of long texts make row groups of fewer rows.
ROW_GROUP_BYTES = 16 * 1024 * 1024
SMALLEST_ROW_GROUP = 2_048  # rows; DuckDB's vector


def connect(*, scratch: Path, threads: int, memory_mib: int) -> duckdb.DuckDBPyConnection:
    """A database in memory that spills to `scratch` beyond `memory_mib`."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": f"{memory_mib}MiB",
            "temp_directory": str(scratch / f"duckdb-{uuid4().hex}"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    # The type of an object column would be guessed from a sample of its rows; without one it is VARCHAR.
    connection.execute("SET GLOBAL pandas_analyze_sample = 0")
    connection.execute("SET GLOBAL parquet_metadata_cache = true")
    # In 2.0.0 it ends a sorted query with a filter on file_row_number in an internal error.
    connection.execute("SET GLOBAL disabled_optimizers = 'late_materialization'")
    return connection


def literal(text: str) -> str:
    """`text` as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def read_parquet(paths: Iterable[Path]) -> str:
    """A table function over the files in their order; its `file_index` and `file_row_number` count from 0."""
    return f"read_parquet([{', '.join(literal(str(path)) for path in paths)}])"


def row_group_rows(row_bytes: float) -> int:
    """How many rows of about that many bytes go into a row group."""
    return max(SMALLEST_ROW_GROUP, min(ROW_GROUP_ROWS, int(ROW_GROUP_BYTES / max(row_bytes, 1))))


def no_rows(columns: Mapping[str, str]) -> str:
    """A table without rows of these columns, in the place of files."""
    nulls = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in columns.items())
    return f"(SELECT {nulls}, 0::BIGINT AS file_index, 0::BIGINT AS file_row_number LIMIT 0)"


def copy_to(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    path: Path,
    *,
    row_group: int = ROW_GROUP_ROWS,
    parameters: Sequence[object] = (),
) -> None:
    """Write the rows of `query`, in their order, into a new Parquet file.

    Raises:
        StorageUnreachable: the file cannot be written.
    """
    options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {row_group}"
    try:
        connection.execute(f"COPY ({query}) TO {literal(str(path))} ({options})", parameters)
    except duckdb.IOException as error:
        path.unlink(missing_ok=True)
        raise StorageUnreachable(
            f"The results cannot be written to {path.parent}: {reason(error)}.",
            hint="See that the disk is not full and that the folder can be written.",
        ) from error


def reason(error: duckdb.Error) -> str:
    """What DuckDB says went wrong, without the statement."""
    return str(error).splitlines()[0].rstrip(".")
