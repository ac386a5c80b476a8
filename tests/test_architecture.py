"""What the page on the architecture says is what the code does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import nerproc
from nerproc.job.state import JOB_MOVES, TASK_MOVES, State

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/architecture.md").read_text()


def moves(of: str) -> dict[State, frozenset[State]]:
    """The table of moves on the page."""
    _, table = PAGE.split(f"| {of} may move | to |\n|---|---|\n")
    rows = re.match(r"(\|.*\|\n?)+", table)
    assert rows
    cells = [row.strip("|").split("|") for row in rows[0].splitlines()]
    return {
        State(start.strip()): frozenset(State(end.strip()) for end in ends.split(",") if end.strip())
        for start, ends in cells
    }


def test_the_moves_are_those_of_the_code() -> None:
    assert moves("task") == TASK_MOVES
    assert moves("job") == JOB_MOVES


def test_every_file_that_the_page_names_is_there() -> None:
    package = Path(nerproc.__file__).parent
    named = set(re.findall(r"`((?:[a-z_]+/)*[a-z_]+(?:\.py|/))`", PAGE))
    assert len(named) > 20
    assert {name for name in named - {"src/nerproc/"} if not (package / name).exists()} == set()


def test_the_layers_are_those_that_are_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    checked = [name for layer in contracts[0]["layers"] for name in re.findall(r"\w+", layer)]
    block = PAGE.split("`make lint` checks it.\n\n```\n")[1].split("```")[0]
    assert re.findall(r"\w+", block) == [name for name in checked if name != "__main__"]
