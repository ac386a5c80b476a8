"""The notebook-style script runs against a head, and its cells show something."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.process import RunningHead

EXAMPLES = Path(__file__).parents[2] / "examples"


def cells() -> list[str]:
    """The cells of code."""
    pieces = (EXAMPLES / "notebook.py").read_text().split("\n# %%")
    return [piece for piece in pieces[1:] if not piece.startswith(" [markdown]")]


def run(cell: str, names: dict[str, Any]) -> Any:
    """Run a cell; its last expression, if it ends with one."""
    tree = ast.parse(cell)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "notebook.py", "exec"), names)
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), "notebook.py", "eval"), names)


def test_its_cells(head: RunningHead, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("letters", "invoices", "spreadsheets"):
        shutil.copytree(EXAMPLES / "documents" / folder, tmp_path / "examples" / "documents" / folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NERPROC_API_URL", head.url)
    names: dict[str, Any] = {}

    report, page, letter, frame, shared, written = [run(cell, names) for cell in cells()]

    assert report.state == "completed"
    assert report.groups[0].object_count > 0
    assert {entity.label for entity in page} == {"EMAIL", "IBAN"}
    for shown in (report, page, letter):
        assert "<" in shown._repr_html_()
    assert frame.to_numpy().sum() == report.entities
    assert shared.fetchall()[0][1] > 1
    assert written is None
    assert "Entities by label" in (tmp_path / "report.html").read_text()
