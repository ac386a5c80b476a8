"""Commands that talk to a head: found by NERPROC_API_URL, or because it runs on the home."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import INVOICE, LETTER, NERPROC, Answer, Shell
from tests.process import RunningHead, clean_environment, running_head

from nerproc.client import Client
from nerproc.errors import ExitCode

Cli = Callable[..., Answer]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "letter.txt").write_text(LETTER)
    (folder / "invoice.txt").write_text(INVOICE)
    return folder


def test_submit_and_wait(remote: Cli, folder: Path) -> None:
    answer = remote(
        *("submit", folder, "--model", "patterns", "--wait", "--json"),
        *("--group", "cards=COUNT(CARD_NUMBER) > 0"),
    )
    assert answer.code == 0, answer.err
    report = answer.json()
    assert report["name"] == "letters"
    assert report["state"] == "completed"
    assert report["objects"]["succeeded"] == 2
    assert report["groups"][0]["object_count"] == 1
    for command in ("status", "report show"):
        assert remote(*command.split(), report["id"][:8], "--json").json() == report
    entities = remote("report", "entities", report["id"], "--label", "EMAIL", "--format", "jsonl").out
    assert [json.loads(line)["text"] for line in entities.splitlines()] == [
        "bob@example.org",
        "ann@example.org",
    ]
    found = remote("report", "search", report["id"], "COUNT(PHONE_NUMBER) > 0", "--json").json()
    assert [match["object"] for match in found] == ["letter.txt"]
    assert len(remote("report", "export", report["id"]).out.splitlines()) == report["entities"]
    assert report["id"] in [job["id"] for job in remote("report", "list", "--json").json()]
    assert remote("report", "delete", report["id"], "--yes").code == 0
    assert remote("report", "show", report["id"]).code == ExitCode.NOT_FOUND


def test_submit_prints_the_id_and_what_to_do_next(remote: Cli, folder: Path) -> None:
    answer = remote("submit", folder)
    report = answer.out.strip()
    assert len(report) == 36
    assert f"nerproc status {report[:8]}" in answer.err
    watched = remote("status", report, "--watch", "--json")
    assert (watched.json()["state"], watched.json()["model"]) == ("completed", "basic")


def test_the_same_key_starts_nothing_twice(remote: Cli, folder: Path) -> None:
    first = remote("submit", folder, "--idempotency-key", "monday", "--json").json()
    assert remote("submit", folder, "--idempotency-key", "monday", "--json").json() == first
    other = remote("submit", folder, "--idempotency-key", "monday", "--label", "SSN")
    assert other.code == ExitCode.CONFLICT


def test_a_dry_run_uploads_nothing_and_starts_nothing(
    remote: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Client, "upload")
    before = remote("report", "list", "--json").json()
    (folder / "link").symlink_to("nowhere")
    plan = remote("submit", folder, "--exclude", "in*", "--dry-run", "--json").json()
    assert [plan[name] for name in ("objects", "bytes", "skipped", "whole")] == [1, len(LETTER), 1, True]
    os.truncate(folder / "letter.txt", 1 << 31)
    large = remote("submit", folder, "--dry-run")
    assert (large.code, large.out.splitlines()[0]) == (ExitCode.REFUSED, "objects  2")
    assert "more" in large.err
    for wrong, code in {
        ("--label", "COLOUR"): ExitCode.USAGE,
        ("--group", "x=COUNT(SSN) >"): ExitCode.USAGE,
        ("--model", "gpt"): ExitCode.NOT_FOUND,
        ("--since", "00000000"): ExitCode.NOT_FOUND,
        ("--wait",): ExitCode.USAGE,
    }.items():
        assert remote("submit", folder, "--dry-run", *wrong).code == code, wrong
    bucket = remote("submit", "s3://bucket/prefix", "--connection", "lab", "--dry-run")
    assert (bucket.code, "no S3 connection 'lab'" in bucket.err) == (ExitCode.NOT_FOUND, True)
    assert remote("report", "list", "--json").json() == before


def test_a_query_that_the_head_refuses(remote: Cli, folder: Path) -> None:
    answer = remote("submit", folder, "--group", "x=COUNT(SSN) >")
    assert answer.code == ExitCode.USAGE
    assert "  COUNT(SSN) >\n              ^" in answer.err


def test_what_can_be_submitted(remote: Cli, tmp_path: Path) -> None:
    assert remote("submit", tmp_path / "nowhere").code == ExitCode.NOT_FOUND
    ftp = remote("submit", "ftp://host/file")
    assert ftp.code == ExitCode.USAGE
    assert "ftp://host/file" in ftp.err
    assert remote("submit", tmp_path, "--connection", "lab").code == ExitCode.USAGE
    unknown = remote("submit", "s3://bucket/prefix", "--connection", "lab")
    assert unknown.code == ExitCode.NOT_FOUND
    assert "no S3 connection 'lab'" in unknown.err


def test_without_a_head(folder: Path, tmp_path: Path, shell: Shell) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    done = shell("submit", folder, "--json", home=tmp_path, environment={"NERPROC_API_URL": url})
    assert (done.returncode, done.stdout) == (ExitCode.UNREACHABLE, "")
    problem = json.loads(done.stderr)
    assert problem["slug"] == "head-unreachable"
    assert "nerproc serve" in problem["hint"]


def test_a_head_without_workers(folder: Path, tmp_path: Path, shell: Shell) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with running_head(home, workers=0):
        late = shell("submit", folder, "--wait", "--timeout", "0.2", "--json", home=home)
        assert late.returncode == ExitCode.WAIT_TIMED_OUT
        assert json.loads(late.stderr)["slug"] == "wait-timed-out"
        [job] = _queued(home, shell)
        for move, code in (("pause", 0), ("resume", 0), ("stop", 0), ("stop", ExitCode.CONFLICT)):
            assert shell(move, job[:8], home=home).returncode == code, move

        waiting = _waiting(folder, home, shell)
        waiting.send_signal(signal.SIGINT)  # detaches
        _, err = waiting.communicate(timeout=30)
        assert waiting.returncode == ExitCode.INTERRUPTED
        assert "--watch" in err
        [job] = _queued(home, shell)
        assert shell("report", "delete", job, "--yes", home=home).returncode == 0

        waiting = _waiting(folder, home, shell)
        assert shell("stop", *_queued(home, shell), home=home).returncode == 0
        out, _ = waiting.communicate(timeout=30)
        assert waiting.returncode == ExitCode.FAILED
        assert out.startswith("● stopped")


def _queued(home: Path, shell: Shell) -> list[str]:
    return [job["id"] for job in json.loads(shell("status", "--json", "--state", "queued", home=home).stdout)]


def _waiting(folder: Path, home: Path, shell: Shell) -> subprocess.Popen[str]:
    """`submit --wait`, from the moment its job is there."""
    process = subprocess.Popen(
        [NERPROC, "submit", str(folder), "--wait"],
        env=clean_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not _queued(home, shell):
        assert time.monotonic() < deadline
    return process


def test_serving_others_is_refused_unless_told(tmp_path: Path, shell: Shell) -> None:
    done = shell("serve", "--host", "0.0.0.0", "--port", "0", home=tmp_path)
    assert done.returncode == ExitCode.REFUSED
    assert "--insecure" in done.stderr


def test_a_port_in_use(head: RunningHead, tmp_path: Path, shell: Shell) -> None:
    port = head.url.rpartition(":")[2]
    done = shell("serve", "--port", port, home=tmp_path)
    assert done.returncode == ExitCode.CONFLICT
    assert port in done.stderr


def test_a_pipe_that_closes(tmp_path: Path) -> None:
    command = f"{{ sleep 0.3; '{NERPROC}' help environment; }} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], env=clean_environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (ExitCode.BROKEN_PIPE, "")
