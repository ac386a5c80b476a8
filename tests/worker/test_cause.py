"""Every reason that the code gives for not reading an object has a class."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from nerproc.extraction.limits import BOMB
from nerproc.source import local
from nerproc.worker.cause import CAUSES, cause_of

SOURCE = Path(__file__).parents[2] / "src" / "nerproc"


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("crashed the worker", "crashed"),
        ("its parser failed: ValueError", "parser"),
        ("encrypted PDF", "encrypted"),
        ("nothing in it can be read: a.zip: encrypted zip member", "encrypted"),
        (BOMB, "limit"),
        ("larger than the 1,000 bytes asked for (2,000)", "limit"),
        ("a PDF of more than 5,000 pages", "limit"),
        ("nested more than 8 levels deep", "limit"),
        ("damaged PDF: none of its pages can be read", "damaged"),
        ("not well-formed XML, line 3", "damaged"),
        ("it changed while it was read", "changed"),
        ("the file is gone", "changed"),
        ("not a text format: image/png", "unsupported"),
        ("legacy Word format (.doc): save it as .docx to have it read", "unsupported"),
        ("permission denied", "unreadable"),
        (local.OUTSIDE, "unreadable"),
        (local.NOT_A_FILE, "unreadable"),
        (local.LINK_TO_FOLDER, "unreadable"),
        ("it cannot be read: Input/output error", "unreadable"),
        ("it is archived (GLACIER)", "unreadable"),
        ("something new", "other"),
        (None, "other"),
    ],
)
def test_reasons_have_classes(reason: str | None, cause: str) -> None:
    assert cause in CAUSES
    assert cause_of(reason) == cause


def test_no_reason_in_the_code_is_left_out() -> None:
    reasons = [
        reason
        for folder in ("extraction", "source")
        for path in (SOURCE / folder).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if (reason := _reason(node))
    ]
    assert len(reasons) > 25
    assert [reason for reason in reasons if cause_of(reason) == "other"] == []


def _reason(node: ast.AST) -> str | None:
    """The text of a `Skipped`, `Broken` or `Unreadable` that is made here, with "7" for what is filled in."""
    if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Skipped", "Broken", "Unreadable"}):
        return None
    [text] = node.args
    if isinstance(text, ast.Constant):
        return str(text.value)
    if isinstance(text, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in text.values)
    return None  # a constant of its module
