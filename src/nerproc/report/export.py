"""All entities of a report as a stream of bytes: JSON lines, CSV or Parquet.

- `jsonl`: one entity a line, as `Entity.to_dict` has it.
- `csv`: UTF-8, a header, CRLF; the location in the columns page, sheet, row and member; what is absent is
  empty. A text that a spreadsheet could take for a formula, or that begins with an apostrophe, gets an
  apostrophe in front.
- `parquet`: the columns of `nerproc.result.table.ENTITY_COLUMNS`.

`nerproc.report.imports` reads each of them back.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Literal, cast

from nerproc.errors import InvalidRequest
from nerproc.job.part import PartRef
from nerproc.result.engine import literal
from nerproc.result.read import ResultReader
from nerproc.result.table import ENTITY_COLUMNS

ExportFormat = Literal["jsonl", "csv", "parquet"]
CHUNK_BYTES = 1024 * 1024

# A cell that begins with one of these is marked: spreadsheets take it for a formula (OWASP, "CSV Injection"),
# or it looks marked already.
RISKY_STARTS = "=+-@\t\r\n'"
MARK = "'"
# Columns that hold text of documents, or names that come with them.
FREE_TEXT = frozenset({"object", "text", "left_context", "right_context", "sheet", "member"})

# The line of an entity, made by DuckDB: several times as fast as making it here.
_JSON_LINE = """
to_json({
    'object': object, 'start': "start", 'end': "end", 'label': label, 'kind': kind, 'text': text,
    'score': score, 'source': source, 'left_context': left_context, 'right_context': right_context,
    'location': CASE WHEN coalesce(page::VARCHAR, sheet, "row"::VARCHAR, member) IS NOT NULL
                     THEN {'page': page, 'sheet': sheet, 'row': "row", 'member': member} END
})::VARCHAR"""


def export(
    reader: ResultReader, parts: Sequence[PartRef], form: ExportFormat, *, labels: Collection[str] = ()
) -> Iterator[bytes]:
    """The entities of `parts` in order, of these labels if any are given, a few thousand to a chunk."""
    return _FORMATS[form](reader, parts, labels)


def format_of(file_name: str) -> ExportFormat:
    """The format that a file's name asks for.

    Raises:
        InvalidRequest: its ending is none that is known.
    """
    ending = PurePath(file_name).suffix.lower().removeprefix(".")
    if ending not in _FORMATS:
        endings = ", ".join(f".{name}" for name in _FORMATS)
        raise InvalidRequest(
            f"{file_name!r} does not say which format to write.", hint=f"End the name with one of {endings}."
        )
    return cast("ExportFormat", ending)


def _jsonl(reader: ResultReader, parts: Sequence[PartRef], labels: Collection[str]) -> Iterator[bytes]:
    for rows in reader.rows(parts, _JSON_LINE, labels=labels):
        yield "".join([f"{line}\n" for (line,) in rows]).encode()


def _csv(reader: ResultReader, parts: Sequence[PartRef], labels: Collection[str]) -> Iterator[bytes]:
    yield _csv_lines([tuple(ENTITY_COLUMNS)])
    cells = ", ".join(_defused(name) if name in FREE_TEXT else f'"{name}"' for name in ENTITY_COLUMNS)
    for rows in reader.rows(parts, cells, labels=labels):
        yield _csv_lines(rows)


def _csv_lines(rows: Sequence[Sequence[object]]) -> bytes:
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows(rows)
    return lines.getvalue().encode()


def _defused(column: str) -> str:
    starts = " OR ".join(f"starts_with({column}, {literal(start)})" for start in RISKY_STARTS)
    return f"CASE WHEN {starts} THEN {literal(MARK)} || {column} ELSE {column} END"


def _parquet(reader: ResultReader, parts: Sequence[PartRef], labels: Collection[str]) -> Iterator[bytes]:
    with reader.joined(parts, labels=labels) as path, path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


_FORMATS: Mapping[
    ExportFormat, Callable[[ResultReader, Sequence[PartRef], Collection[str]], Iterator[bytes]]
] = {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet}
