"""Reads an export back: the entities that it holds."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import duckdb

from nerproc.errors import InvalidRequest
from nerproc.report.export import FREE_TEXT, MARK
from nerproc.result import engine
from nerproc.result.table import ENTITY_COLUMNS, column_names, entity_from
from nerproc.schema.entity import Entity

MEMORY_MIB = 256  # of DuckDB
STREAM_ROWS = 4_096

TableFormat = Literal["jsonl", "csv", "parquet"]

_OPTIONAL = frozenset({"kind", "page", "sheet", "row", "member"})
_NUMBERS: Mapping[str, Callable[[str], Any]] = {"BIGINT": int, "INTEGER": int, "DOUBLE": float}


def read_export(path: Path, form: TableFormat) -> Iterator[Entity]:
    """The entities of a file that `export` wrote, in order, in memory that does not grow with their number.

    Raises:
        InvalidRequest: the file is no such export; it says in which line.
    """
    return _FORMATS[form](path)


def _jsonl(path: Path) -> Iterator[Entity]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield Entity.from_dict(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise _not_an_export(path, number, error) from error


def _csv(path: Path) -> Iterator[Entity]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, strict=True)
        if next(lines, None) != list(ENTITY_COLUMNS):
            raise InvalidRequest(
                f"{path.name} is no export: its header is another.",
                hint=f"The columns are {', '.join(ENTITY_COLUMNS)}.",
            )
        try:
            for cells in lines:
                row = zip(ENTITY_COLUMNS, cells, strict=True)
                yield entity_from([_value(name, cell) for name, cell in row])
        except (ValueError, csv.Error) as error:
            raise _not_an_export(path, lines.line_num, error) from error


def _value(name: str, cell: str) -> Any:
    if not cell and name in _OPTIONAL:
        return None
    if name in FREE_TEXT:
        return cell.removeprefix(MARK)
    return _NUMBERS.get(ENTITY_COLUMNS[name], str)(cell)


def _parquet(path: Path) -> Iterator[Entity]:
    with closing(engine.connect(scratch=path.parent, threads=1, memory_mib=MEMORY_MIB)) as connection:
        try:
            connection.execute(f"SELECT {column_names(ENTITY_COLUMNS)} FROM {engine.read_parquet([path])}")
            while rows := connection.fetchmany(STREAM_ROWS):
                yield from map(entity_from, rows)
        except duckdb.Error as error:
            raise InvalidRequest(f"{path.name} is no export in Parquet: {engine.reason(error)}.") from error


def _not_an_export(path: Path, line: int, error: Exception) -> InvalidRequest:
    return InvalidRequest(
        f"{path.name} is no export: line {line} is no entity ({type(error).__name__}).",
        hint="Read files that `nerproc report export` wrote, in the format that was asked for.",
    )


_FORMATS: Mapping[TableFormat, Callable[[Path], Iterator[Entity]]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
}
