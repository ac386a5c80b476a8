"""The one renderer: data to stdout as table, JSON, JSON lines or CSV; words to stderr.

Items are wire types; a `Column` says how a table and CSV show one of their fields. JSON shows all of them.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TextIO

from nerproc.cli.table import Cell, layout
from nerproc.errors import UsageError

TABLE_ROWS = 50  # that a table has unless it is asked for more
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


@dataclass(frozen=True, slots=True)
class Column:
    """A field of an item, for table and CSV."""

    name: str  # of the field; the heading of the table is made of it
    value: Callable[[Any], Any]  # from the item
    show: Callable[[Any], str] | None = None  # from the value, for the table; None: as it is
    right: bool = False  # aligned to the right
    wide: bool = False  # may be cut off where the terminal is narrow
    only: Literal["table", "csv"] | None = None  # where it is shown; None: in both


def words(text: str = "") -> None:
    """Print words for people, to stderr."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def data(text: str) -> None:
    """Print data, to stdout."""
    print(text)  # noqa: T201


def data_bytes(pieces: Iterable[bytes]) -> None:
    """Write data as it is, to stdout."""
    sys.stdout.flush()
    sys.stdout.buffer.writelines(pieces)


def check_writable(path: Path) -> None:
    """See before the work that its result can be written.

    Raises:
        UsageError: the folder of `path` is not there, or cannot be written to.
    """
    folder = path.absolute().parent
    if path.is_dir() or not os.access(folder, os.W_OK):
        raise UsageError(f"{path} cannot be written.", hint=f"{folder} must be a folder that you may write to.")


def write_file(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file, whole or not at all.

    Raises:
        UsageError: it cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as file:
            file.writelines(pieces)
        unfinished.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def coloured(stream: TextIO) -> bool:
    """Whether to colour what goes to `stream`: NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, else if a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name, "0") not in {"", "0"} for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def paint(text: str, style: str, stream: TextIO | None = None) -> str:
    """`text` in a style, if `stream` (default: stdout) is coloured."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if text and coloured(stream or sys.stdout) else text


def terminal_width() -> int | None:
    """Columns of the terminal that stdout is, or None."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def printable(text: str) -> str:
    """`text` on one line and harmless to a terminal: control characters as escapes."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def plain(item: Any) -> Any:
    """A wire type, or a list or dict of them, as JSON knows it."""
    if hasattr(item, "model_dump"):
        return item.model_dump(mode="json")
    return item.to_dict() if hasattr(item, "to_dict") else item


def show_one(item: Any) -> None:
    """Print one item as a JSON object."""
    import json

    data(json.dumps(plain(item), indent=2, ensure_ascii=False))


def show(
    items: Iterable[Any],
    columns: Sequence[Column],
    form: str,
    *,
    limit: int | None = 0,
    empty: str = "Nothing found.",
) -> None:
    """Print items in the given format, as they come where the format allows it.

    `limit` is how many at most, 0 is all; None is all for programs, and TABLE_ROWS for people.
    """
    if form == "table":
        _table(items, [column for column in columns if column.only != "csv"], limit, empty)
        return
    items = islice(items, limit or None)
    match form:
        case "json":
            _json(items)
        case "jsonl":
            _json_lines(items)
        case _:
            _csv(items, [column for column in columns if column.only != "table"])


def _json(items: Iterable[Any]) -> None:
    import json
    import textwrap

    opened = False
    for item in items:
        text = json.dumps(plain(item), indent=2, ensure_ascii=False)
        data(("," if opened else "[") + "\n" + textwrap.indent(text, "  "))
        opened = True
    data("]" if opened else "[]")


def _json_lines(items: Iterable[Any]) -> None:
    import json

    for item in items:
        data(json.dumps(plain(item), ensure_ascii=False))


def _csv(items: Iterable[Any], columns: Sequence[Column]) -> None:
    import csv

    from nerproc.report.export import MARK, RISKY_STARTS

    def harmless(value: Any) -> Any:
        return f"{MARK}{value}" if isinstance(value, str) and value.startswith(tuple(RISKY_STARTS)) else value

    writer = csv.writer(sys.stdout)
    writer.writerow([column.name for column in columns])
    for item in items:
        writer.writerow([harmless(column.value(item)) for column in columns])


def _table(items: Iterable[Any], columns: Sequence[Column], limit: int | None, empty: str) -> None:
    most = TABLE_ROWS if limit is None else limit
    rest = iter(items)
    rows = [[_cell(column, column.value(item)) for column in columns] for item in islice(rest, most or None)]
    if not rows:
        words(empty)
        return
    names = [column.name.removesuffix("_at").replace("_", " ").upper() for column in columns]
    heading = [Cell(name, right=column.right) for name, column in zip(names, columns, strict=True)]
    wide = [number for number, column in enumerate(columns) if column.wide]
    head, *lines = layout([heading, *rows], width=terminal_width(), wide=wide)
    data(paint(head, "dim"))
    for line in lines:
        data(line)
    if most and next(rest, None) is not None:
        words(paint(f"The first {most:,}; --limit 0 shows all.", "dim", sys.stderr))


def _cell(column: Column, value: Any) -> Cell:
    text = "" if value is None else (column.show or str)(value)
    return Cell(printable(text), right=column.right)
