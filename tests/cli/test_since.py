"""Scans that build upon an earlier one: only what changed is read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Shell

from nerproc.errors import ExitCode

Scan = Callable[..., dict[str, Any]]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("changed", "gone", "same"):
        (folder / f"{name}.txt").write_text(f"Write to {name}@example.org.\n")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    return folder


@pytest.fixture
def scan(warm_home: Path, shell: Shell, files: Path) -> Scan:
    def call(*options: str) -> dict[str, Any]:
        done = shell("scan", files, "--model", "patterns", "--json", *options, home=warm_home)
        assert done.returncode == 0, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        found = shell("report", "entities", report["id"], "--format", "jsonl", home=warm_home)
        entities = [json.loads(line) for line in found.stdout.splitlines()]
        report["found"] = {(entity["object"], entity["text"]) for entity in entities}
        return report

    return call


def rewrite(path: Path, text: str) -> None:
    """Another text of the same length, behind the back of everyone who looks at sizes and times."""
    status = path.stat()
    assert len(text) == status.st_size
    path.write_text(text)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_only_what_changed_is_read(scan: Scan, files: Path) -> None:
    first = scan()
    assert first["unchanged"] == 0
    (files / "changed.txt").write_text("Write to another@example.org.\n")
    (files / "gone.txt").unlink()
    (files / "new.txt").write_text("Write to new@example.org.\n")
    rewrite(files / "same.txt", "Write to SAME@example.org.\n")
    second = scan("--since", first["id"][:8], "--group", 'same=EMAIL CONTAINS "same@"')
    assert second["since"] == first["id"]
    assert second["found"] == {
        ("changed.txt", "another@example.org"),
        ("new.txt", "new@example.org"),
        ("same.txt", "same@example.org"),
    }
    assert second["objects"] == {"total": 4, "succeeded": 3, "skipped": 1, "failed": 0}
    assert second["unchanged"] == 2
    assert (
        second["bytes"]
        == second["total_bytes"]
        == len("Write to another@example.org.\nWrite to new@example.org.\n")
    )
    assert [group["object_count"] for group in second["groups"]] == [1]
    assert second["errors"] == first["errors"]
    third = scan("--since", second["id"])
    assert third["unchanged"] == 4
    assert third["found"] == second["found"]


def test_another_search_reads_everything(scan: Scan, files: Path) -> None:
    first = scan("--label", "EMAIL")
    rewrite(files / "same.txt", "Write to SAME@example.org.\n")
    second = scan("--since", first["id"], "--label", "EMAIL", "--label", "URL")
    assert second["unchanged"] == 0
    assert ("same.txt", "SAME@example.org") in second["found"]


def test_without_the_limit_what_was_too_large_is_read(scan: Scan) -> None:
    first = scan("--max-size", "28B")
    assert first["objects"] == {"total": 4, "succeeded": 2, "skipped": 2, "failed": 0}
    assert {error["object"] for error in first["errors"]} == {"changed.txt", "picture.png"}
    second = scan("--since", first["id"])
    assert second["objects"]["succeeded"] == 3
    assert second["unchanged"] == 2


def test_an_earlier_report_that_is_not_there_is_an_error(warm_home: Path, shell: Shell, files: Path) -> None:
    done = shell("scan", files, "--since", "00000000-0000-4000-8000-000000000000", home=warm_home)
    assert done.returncode == ExitCode.NOT_FOUND
