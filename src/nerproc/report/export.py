"""A report as a stream of bytes, in the form that is asked for.

- `jsonl`: one entity a line, as `Entity.to_dict` has it.
- `csv`: UTF-8, a header, CRLF; the location in the columns page, sheet, row and member; what is absent is
  empty. A text that a spreadsheet could take for a formula, or that begins with an apostrophe, gets an
  apostrophe in front.
- `parquet`: the columns of `nerproc.result.table.ENTITY_COLUMNS`.
- `sarif`, `html`, `label-studio`, `doccano`: see the modules of that name, and `samples`.

`nerproc.report.imports` reads the first three back, `nerproc.train.read` the last two.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath

from nerproc.errors import InvalidRequest
from nerproc.report import html, samples, sarif
from nerproc.report.found import Found
from nerproc.result.engine import literal
from nerproc.result.table import ENTITY_COLUMNS
from nerproc.schema.name import ExportFormat

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


def export(found: Found, form: ExportFormat) -> Iterator[bytes]:
    """What was found, in order, a few thousand entities to a chunk, in memory that does not grow with them."""
    return _FORMATS[form](found)


def format_of(file_name: str) -> ExportFormat:
    """The format that a file's name asks for.

    Raises:
        InvalidRequest: its ending is none that is known.
    """
    ending = PurePath(file_name).suffix.lower()
    if ending not in _ENDINGS:
        raise InvalidRequest(
            f"{file_name!r} does not say which format to write.",
            hint=f"End the name with one of {', '.join(_ENDINGS)}; other formats have to be named.",
        )
    return _ENDINGS[ending]


def _jsonl(found: Found) -> Iterator[bytes]:
    for rows in found.reader.rows(found.parts, _JSON_LINE, labels=found.labels):
        yield "".join([f"{line}\n" for (line,) in rows]).encode()


def _csv(found: Found) -> Iterator[bytes]:
    yield _csv_lines([tuple(ENTITY_COLUMNS)])
    cells = ", ".join(_defused(name) if name in FREE_TEXT else f'"{name}"' for name in ENTITY_COLUMNS)
    for rows in found.reader.rows(found.parts, cells, labels=found.labels):
        yield _csv_lines(rows)


def _csv_lines(rows: Sequence[Sequence[object]]) -> bytes:
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows(rows)
    return lines.getvalue().encode()


def _defused(column: str) -> str:
    starts = " OR ".join(f"starts_with({column}, {literal(start)})" for start in RISKY_STARTS)
    return f"CASE WHEN {starts} THEN {literal(MARK)} || {column} ELSE {column} END"


def _parquet(found: Found) -> Iterator[bytes]:
    with found.reader.joined(found.parts, labels=found.labels) as path, path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


_FORMATS: Mapping[ExportFormat, Callable[[Found], Iterator[bytes]]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
    "sarif": sarif.write,
    "html": html.write,
    "label-studio": samples.label_studio,
    "doccano": samples.doccano,
}
_ENDINGS: Mapping[str, ExportFormat] = {
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".sarif": "sarif",
    ".html": "html",
}
