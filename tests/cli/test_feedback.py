"""`nerproc model feedback`, on a home and on a head."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Answer

from nerproc.errors import ExitCode

Cli = Callable[..., Answer]
LINES = [
    {"text": "Ada wrote to Bob.", "spans": [{"start": 0, "end": 3, "label": "PER"}], "document": "a letter"},
    {"text": "Nobody\u001b[31m wrote.", "spans": []},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "samples.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return path


@pytest.fixture(params=["cli", "remote"])
def nerproc(request: pytest.FixtureRequest) -> Cli:
    """Runs `nerproc model feedback`; at the end, there is none left."""
    call: Cli = request.getfixturevalue(request.param)
    return lambda *arguments: call("model", "feedback", *arguments)


def test_feedback_is_added_listed_exported_and_deleted(nerproc: Cli, file: Path, tmp_path: Path) -> None:
    added = nerproc("add", "patterns", file, "--map", "PER=NAME", "--json")
    assert added.code == 0, added.err
    first, second = added.json()["ids"]
    listed = nerproc("list", "patterns", "--json").json()
    assert [item["id"] for item in listed] == [first, second]
    assert listed[0]["spans"] == [{"start": 0, "end": 3, "label": "NAME"}]
    table = nerproc("list", "patterns").out
    assert first[:8] in table
    assert "\x1b" not in table
    assert nerproc("list", "patterns", "--limit", 1, "--format", "csv").out.count("Nobody") == 0

    exported = tmp_path / "exported.jsonl"
    assert nerproc("export", "patterns", "-o", exported).code == 0
    assert exported.read_text() == nerproc("export", "patterns").out
    written = [json.loads(line) for line in exported.read_text().splitlines()]
    assert [line["text"] for line in written] == [line["text"] for line in LINES]
    assert written[0]["document"].endswith("/a letter")
    again = nerproc("add", "patterns", exported, "--json").json()["ids"]

    assert nerproc("delete", "patterns", first[:8], again[0], again[1], "--yes").code == 0
    assert [item["id"] for item in nerproc("list", "patterns", "--json").json()] == [second]
    for _ in range(2):
        assert nerproc("delete", "patterns", second, "--yes").code == 0
    answer = nerproc("list", "patterns")
    assert (answer.code, answer.out, answer.err) == (0, "", "There is no feedback on patterns.\n")


def test_samples_come_from_standard_input(nerproc: Cli, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    added = nerproc("add", "patterns", "-")
    assert (added.code, added.out, added.err) == (0, "", "Kept 2 samples as feedback on patterns.\n")
    ids = [item["id"] for item in nerproc("list", "patterns", "--json").json()]
    assert len(ids) == 2
    assert nerproc("delete", "patterns", *ids, "--yes").code == 0


def test_bad_input_is_explained_and_nothing_is_kept(nerproc: Cli, file: Path) -> None:
    bad = file.with_name("bad.jsonl")
    bad.write_text('{"text": "Ada", "spans": [{"start": 0, "end": 4, "label": "NAME"}]}\n')
    refused = nerproc("add", "patterns", file, bad)
    assert (refused.code, "bad.jsonl:1: span 0 to 4" in refused.err) == (ExitCode.USAGE, True)
    assert nerproc("add", "patterns", file.with_name("none")).code == ExitCode.NOT_FOUND
    assert nerproc("add", "nothing", file).code == ExitCode.NOT_FOUND
    assert nerproc("list", "nothing").code == ExitCode.NOT_FOUND
    assert nerproc("delete", "patterns", "abc", "--yes").code == ExitCode.USAGE
    assert nerproc("delete", "patterns", "abcd", "--yes").code == ExitCode.NOT_FOUND
    assert nerproc("delete", "patterns", "abcd").code == ExitCode.NOT_FOUND
    assert nerproc("list", "patterns", "--json").json() == []


def test_deleting_is_not_asked_about_without_a_terminal(nerproc: Cli, file: Path) -> None:
    [ident, other] = nerproc("add", "patterns", file, "--json").json()["ids"]
    refused = nerproc("delete", "patterns", ident)
    assert (refused.code, "Add --yes" in refused.err) == (ExitCode.USAGE, True)
    assert len(nerproc("list", "patterns", "--json").json()) == 2
    assert nerproc("delete", "patterns", ident, other, "--yes").code == 0
