"""Real heads and workers, and signals: what they do and what they leave."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from tests.head.processes import WORKER, Running, catches, children, lives, wait_for

from nerproc.client import Client
from nerproc.client.address import address_file, find_head
from nerproc.schema.name import PATTERNS
from nerproc.schema.report import Report
from nerproc.settings import Settings

Run = Callable[[str], subprocess.Popen[bytes]]
StartHead = Callable[[int], Running]


@pytest.fixture
def documents(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.txt" for number in range(20)]
    for number, path in enumerate(paths):
        path.write_text(f"Write to person{number}@example.org, please")
    return paths


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """More than is read before somebody can pause it: 300 MB."""
    folder = tmp_path / "archive"
    folder.mkdir()
    first = folder / "0.txt"
    first.write_text("Nothing to see in here.\n" * 200_000)
    for number in range(1, 60):
        (folder / f"{number}.txt").hardlink_to(first)
    return folder


def scan(client: Client, documents: list[Path]) -> Report:
    report = client.wait(client.submit(documents, model=PATTERNS), timeout=60)
    assert (report.state, report.label_counts) == ("completed", {"EMAIL": len(documents)})
    return report


class Follower(threading.Thread):
    """Reads the events of a report until the stream ends."""

    def __init__(self, url: str, report: UUID) -> None:
        super().__init__(daemon=True)
        self._stream = urllib.request.urlopen(f"{url}/api/v1/reports/{report}/events", timeout=30)
        self.lines: list[bytes] = []
        self.start()

    def run(self) -> None:
        with self._stream:
            self.lines += self._stream.readlines()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_head_works_and_ends_cleanly(
    start_head: StartHead, home: Path, documents: list[Path], archive: Path, number: signal.Signals
) -> None:
    head = start_head(1)
    wait_for(lambda: head.worker)
    scan(head.client, documents)
    worker = head.worker
    assert worker is not None
    everyone = [worker, *children(worker), *children(head.process.pid)]
    waiting = head.client.submit([archive], model=PATTERNS)
    head.client.pause(waiting)
    follower = Follower(head.url, waiting)
    time.sleep(1)

    assert head.ends(number) == 0
    follower.join(5)
    assert not follower.is_alive()
    assert b"event: progress\n" in follower.lines
    assert b"event: end\n" not in follower.lines
    assert not address_file(home).exists()
    wait_for(lambda: not any(map(lives, everyone)))


def test_a_worker_that_dies_is_started_again(start_head: StartHead, documents: list[Path]) -> None:
    head = start_head(1)
    wait_for(lambda: head.worker)
    first = head.worker
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: head.worker not in (None, first))
    scan(head.client, documents)
    assert head.ends(signal.SIGTERM) == 0


def test_a_killed_head_leaves_no_worker_and_a_new_one_goes_on(
    start_head: StartHead, home: Path, documents: list[Path]
) -> None:
    head = start_head(1)
    wait_for(lambda: head.worker)
    worker = head.worker
    assert worker is not None
    report = head.client.submit(documents, model=PATTERNS)
    head.ends(signal.SIGKILL)
    assert address_file(home).exists()
    assert find_head(Settings(home=home)) is None
    wait_for(lambda: not lives(worker))

    head = start_head(1)
    found = head.client.wait(report, timeout=60)
    assert (found.state, found.entities) == ("completed", len(documents))
    assert head.ends(signal.SIGTERM) == 0


def test_a_second_signal_ends_at_once(
    start_head: StartHead, documents: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = tmp_path / "hanging"
    monkeypatch.setenv("NERPROC_FAILPOINT", "object_begun:hang")
    monkeypatch.setenv("NERPROC_FAILPOINT_ONCE", str(hanging))
    head = start_head(1)
    head.client.submit(documents, model=PATTERNS)
    wait_for(hanging.exists)
    head.process.send_signal(signal.SIGTERM)
    time.sleep(1.5)
    assert head.process.poll() is None  # the object in hand is waited for
    assert head.ends(signal.SIGTERM, 10) == 0


def test_a_worker_waits_for_the_head_that_makes_its_database(
    run: Run, start_head: StartHead, documents: list[Path]
) -> None:
    worker = run(WORKER)
    time.sleep(1.5)
    assert worker.poll() is None
    head = start_head(0)
    assert head.worker is None
    scan(head.client, documents)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert json.loads(urllib.request.urlopen(f"{head.url}/health").read())["status"] == "ok"
    assert head.ends(signal.SIGTERM) == 0


def test_a_worker_that_waits_can_be_ended(run: Run) -> None:
    worker = run(WORKER)
    wait_for(lambda: catches(worker.pid, signal.SIGTERM))
    time.sleep(0.5)  # it looks for its database now
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
