"""`status` of one job and its events, on a home and through a head; `workers` while they work."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from tests.cli.conftest import Answer, Scanned

from nerproc.errors import ExitCode

Cli = Callable[..., Answer]


def test_status_shows_tasks_and_timeline_below_the_report(cli: Cli, scanned: Scanned) -> None:
    report = cli("report", "show", scanned.id).out
    status = cli("status", scanned.id).out
    assert status.startswith(report)
    lines = [line.split() for line in status.removeprefix(report).splitlines()]
    assert ["tasks", "2", "completed"] in lines
    assert ["FIRST", "LAST", "TIMES", "EVENT", "TASK", "REASON"] in lines
    assert [line[2:] for line in lines if "job.submitted" in line] == [["job.submitted"]]
    [claims] = [line for line in lines if "task.claimed" in line]
    assert claims[3:] == ["2", "task.claimed", "1"]


def test_the_events_of_a_job(cli: Cli, scanned: Scanned) -> None:
    found = cli("status", scanned.id[:6], "--events", "--json").json()
    assert [event["kind"] for event in found] == [
        "job.submitted",
        *("task.claimed", "task.completed") * 2,
        "job.completed",
    ]
    lines = cli("status", scanned.id, "--events", "--format", "jsonl", "--limit", 3).out.splitlines()
    assert [json.loads(line) for line in lines] == found[:3]
    rows = list(csv.DictReader(io.StringIO(cli("status", scanned.id, "--events", "--format", "csv").out)))
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert json.loads(rows[1]["detail"]) == found[1]["detail"]
    assert len(cli("status", scanned.id, "--events").out.splitlines()) == len(found) + 1


@pytest.mark.parametrize("flag", ["--events", "--watch"])
def test_what_needs_a_job(cli: Cli, flag: str) -> None:
    answer = cli("status", flag)
    assert (answer.code, answer.out) == (ExitCode.USAGE, "")
    assert f"{flag} needs the ID" in answer.err


def test_the_workers_and_the_status_that_a_head_knows(remote: Cli, scanned: Scanned) -> None:
    assert remote("submit", scanned.files, "--model", "patterns", "--wait").code == 0
    [worker] = remote("workers", "--json").json()
    assert (worker["alive"], worker["slots"], worker["pools"]) == (True, 1, ["infer", "train", "redact"])
    [heading, line] = remote("workers").out.splitlines()
    assert heading.split() == [
        "ID",
        "HOST",
        "PID",
        "STATE",
        "VERSION",
        "POOLS",
        "SLOTS",
        "BUSY",
        "TASKS",
        "SEEN",
    ]
    assert line.split()[:4] == [worker["id"][:8], worker["host"], str(worker["pid"]), "idle"]
    try:
        assert remote("drain", worker["id"][:8], "--json").json()["resting"] is True
        assert remote("workers").out.splitlines()[1].split()[3] == "drained"
    finally:
        assert remote("undrain", worker["id"]).code == 0
    job = remote("status", "--json").json()[0]["id"]
    assert "tasks     2 completed" in remote("status", job).out.splitlines()
    assert remote("status", job, "--json").json() == remote("report", "show", job, "--json").json()
    assert remote("status", job, "--events", "--json").json()[-1]["kind"] == "job.completed"


def test_a_pool_that_there_is_not(cli: Cli) -> None:
    answer = cli("worker", "--pool", "infer,trian")
    assert answer.code == ExitCode.USAGE
    assert "trian" in answer.err
    assert "infer, train" in answer.err
