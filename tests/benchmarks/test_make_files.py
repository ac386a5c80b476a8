"""The writer of benchmark files: exact sizes, the same bytes again, line lengths, and counts that are true."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "make_files.py"
PROSE = "It was a bright cold day in April.\n\n" + "The clocks were striking thirteen, once more. " * 60


def make(folder: Path, name: str, *arguments: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    prose = folder / "prose"
    prose.mkdir(exist_ok=True)
    (prose / "book.txt").write_text(PROSE, encoding="utf-8")
    out = folder / name
    command = [sys.executable, str(SCRIPT), "--prose", str(prose), "--out", str(out), *arguments]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(printed), {file.name: file.read_bytes() for file in sorted(out.iterdir())}


def test_many_files_share_the_bytes_exactly(tmp_path: Path):
    said, files = make(tmp_path, "many", "--bytes", "100003", "--files", "7")

    assert sum(map(len, files.values())) == said["bytes"] == 100_003
    assert len(files) == said["files"] == 7
    assert max(map(len, files.values())) - min(map(len, files.values())) <= 1
    assert 150 < sum(said["planted"].values()) < 250
    assert sum(data.count(b".example.com") for data in files.values()) == said["planted"]["EMAIL"]


def test_the_seed_decides_the_bytes(tmp_path: Path):
    first = make(tmp_path, "first", "--bytes", "30000", "--seed", "5")[1]

    assert make(tmp_path, "again", "--bytes", "30000", "--seed", "5")[1] == first
    assert make(tmp_path, "other", "--bytes", "30000", "--seed", "6")[1] != first


@pytest.mark.parametrize("size", [50_000, 9_000_000])
def test_short_lines_are_short_and_count_true(tmp_path: Path, size: int):
    said, files = make(tmp_path, "short", "--bytes", str(size), "--lines", "short")
    data = files["lines.txt"]

    assert len(data) == size
    assert all(1 <= len(line) <= 200 for line in data.rstrip(b"\n").split(b"\n"))
    assert data.count(b".example.com") == said["planted"]["EMAIL"]


def test_one_line_has_no_line_feed(tmp_path: Path):
    said, files = make(tmp_path, "one", "--bytes", "9000000", "--lines", "one")
    data = files["lines.txt"]

    assert len(data) == 9_000_000
    assert b"\n" not in data
    assert data.count(b"IBAN DE") == said["planted"]["IBAN"]
