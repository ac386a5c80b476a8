"""The renderer: tables that fit, colours where they are wanted, nothing that harms who reads them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerproc.cli import output
from nerproc.cli.output import Column, printable, show
from nerproc.cli.summary import ago
from nerproc.cli.table import Cell, columns_of, cut, layout
from nerproc.schema.words import duration, size

COLUMNS = [
    Column("name", lambda row: row["name"], wide=True),
    Column("entities", lambda row: row["entities"], show="{:,}".format, right=True),
]
ROWS = [{"name": "a.txt", "entities": 1_234}, {"name": "日本語.txt", "entities": 5}]


def test_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, COLUMNS, "table")
    assert capsys.readouterr().out == "NAME        ENTITIES\na.txt          1,234\n日本語.txt         5\n"


def test_the_other_formats(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, COLUMNS, "json")
    assert json.loads(capsys.readouterr().out) == ROWS
    show(iter([]), COLUMNS, "json")
    assert json.loads(capsys.readouterr().out) == []
    show(ROWS, COLUMNS, "jsonl")
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == ROWS
    show(ROWS, COLUMNS, "csv")
    assert capsys.readouterr().out == "name,entities\r\na.txt,1234\r\n日本語.txt,5\r\n"


def test_programs_get_everything_people_a_table_that_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    many = [{"name": str(number), "entities": number} for number in range(output.TABLE_ROWS + 1)]
    show(many, COLUMNS, "jsonl", limit=None)
    assert len(capsys.readouterr().out.splitlines()) == len(many)
    show(many, COLUMNS, "table", limit=None)
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 1 + output.TABLE_ROWS
    assert "--limit 0" in shown.err
    show(many, COLUMNS, "table", limit=0)
    shown = capsys.readouterr()
    assert (len(shown.out.splitlines()), shown.err) == (1 + len(many), "")


@given(st.text())
def test_what_is_printed_cannot_control_a_terminal(text: str) -> None:
    safe = printable(text)
    assert safe.isprintable()
    assert all(character in safe for character in text if character.isprintable())


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "'quoted"])
def test_a_spreadsheet_takes_no_cell_for_a_formula(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    show([{"name": text, "entities": -1}], COLUMNS, "csv")
    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out, newline=""))
    assert row == {"name": f"'{text}", "entities": "-1"}


cells = st.text(st.characters(codec="utf-8", categories=["L", "M", "N", "P", "Zs"]), max_size=60)


@given(st.lists(st.tuples(cells, cells, st.integers(0, 10**9)), min_size=1, max_size=8), st.integers(40, 200))
def test_rows_fit_into_the_width(rows: list[tuple[str, str, int]], width: int) -> None:
    table = [[Cell(first), Cell(second), Cell(f"{number:,}", right=True)] for first, second, number in rows]
    lines = layout(table, width=width, wide=(0, 1))
    assert len(lines) == len(rows)
    assert all(columns_of(line) <= width for line in lines)
    assert len({columns_of(line) for line in lines}) == 1  # the last column is aligned to the right
    unbounded = layout(table, width=None)
    for line, (first, second, number) in zip(unbounded, rows, strict=True):
        assert first in line
        assert second in line
        assert line.endswith(f"{number:,}")


@given(cells, st.integers(1, 70))
def test_a_cut_text_begins_like_the_whole(text: str, columns: int) -> None:
    short = cut(text, columns)
    assert columns_of(short) <= columns
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@pytest.mark.parametrize(
    ("environment", "terminal", "coloured"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"CLICOLOR_FORCE": "0"}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_colours(
    environment: dict[str, str], terminal: bool, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    assert output.coloured(stream) is coloured
    assert (output.paint("x", "red", stream) == "x") is not coloured


def test_flags_for_colours(cli: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.setenv("FORCE_COLOR", "")
    assert re.search("\x1b", cli("--color", "model", "list").out)  # type: ignore[attr-defined]
    assert "\x1b" not in cli("--no-color", "model", "list").out  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (999_600, "1 MB"), (5.3e15, "5.3 PB")]
)
def test_sizes(count: float, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *((0.00001, "0 s"), (0.0412, "0.041 s"), (59.44, "59.4 s"), (59.94, "1 min")),
        *(
            (61.2, "1 min 1 s"),
            (3_599.7, "1 h"),
            (3_725, "1 h 2 min"),
            (86_399, "23 h 59 min"),
            (90_000, "1 d 1 h"),
        ),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(3, "just now"), (61, "1 min ago"), (7_300, "2 h ago"), (200_000, "2 d ago")]
)
def test_moments(seconds: float, text: str) -> None:
    assert ago((datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()) == text
