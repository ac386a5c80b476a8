"""Workers as processes: that they are listed while they live, take their pools, and refuse foreign schemas."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.worker.fleet import SMALL_STEPS, Fleet, family

import nerproc
from nerproc.errors import ExitCode
from nerproc.job.activity import activity
from nerproc.job.workers import Workers
from nerproc.schema.service import Worker


def listed(fleet: Fleet, pid: int) -> Worker | None:
    """The entry of the worker with that process id."""
    return next((worker for worker in Workers(fleet.node.database).all() if worker.pid == pid), None)


def test_a_worker_is_listed_from_its_start_to_its_end(troubled: Fleet) -> None:
    process = troubled.worker("--pool", "infer", slots=3)
    troubled.until(lambda: listed(troubled, process.pid), "the worker is listed")
    worker = listed(troubled, process.pid)
    assert worker is not None
    assert (worker.version, worker.pools, worker.slots) == (nerproc.__version__, ["infer"], 3)
    assert (worker.alive, worker.draining, worker.tasks) == (True, False, [])
    troubled.until(lambda: listed(troubled, process.pid) != worker, "it is seen again")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    assert Workers(troubled.node.database).all() == []


def test_what_a_worker_has_in_hand_shows_and_so_does_its_drain(troubled: Fleet, tmp_path: Path) -> None:
    job = troubled.submit()
    hanging = tmp_path / "hanging"
    process = troubled.worker(
        slots=1,
        NERPROC_FAILPOINT="object_begun@0030.txt:hang",
        NERPROC_FAILPOINT_ONCE=str(hanging),
        NERPROC_DRAIN_SECONDS="5",
    )
    troubled.until(hanging.exists, "the object that hangs is reached")
    [task] = activity(troubled.node.database, job).running
    assert (task.kind, task.attempt) == ("infer", 1)
    worker = listed(troubled, process.pid)
    assert worker is not None
    assert worker.tasks == [task]
    assert (task.worker, task.host) == (worker.id, worker.host)
    process.send_signal(signal.SIGTERM)
    troubled.until(lambda: (found := listed(troubled, process.pid)) and found.draining, "the drain is shown", 5)
    assert process.wait(timeout=30) == 0
    reasons = [line.reason for line in activity(troubled.node.database, job).timeline]
    assert "its worker is shutting down" in reasons


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_worker_that_says_nothing_is_lost_after_its_lease(troubled: Fleet, number: signal.Signals) -> None:
    process = troubled.worker()
    troubled.until(lambda: listed(troubled, process.pid), "the worker is listed")
    for pid in [process.pid, *family(process.pid)]:
        os.kill(pid, number)
    troubled.until(lambda: (found := listed(troubled, process.pid)) and not found.alive, "it is lost", 6)
    if number == signal.SIGSTOP:
        for pid in [process.pid, *family(process.pid)]:
            os.kill(pid, signal.SIGCONT)
        troubled.until(lambda: (found := listed(troubled, process.pid)) and found.alive, "it is back", 6)


def test_a_worker_of_another_pool_leaves_the_tasks_alone(troubled: Fleet) -> None:
    job = troubled.submit()
    other = troubled.worker("--pool", "train")
    troubled.until(lambda: listed(troubled, other.pid), "the worker is listed")
    time.sleep(2)  # ten looks for work
    assert troubled.kinds(job) == ["job.submitted"]
    troubled.worker("--pool", "train,infer")
    assert troubled.finish(job).state == "completed"
    worker = listed(troubled, other.pid)
    assert worker is not None
    claimers = {event.detail["worker"] for event in troubled.node.jobs.events(job) if "worker" in event.detail}
    assert str(worker.id) not in claimers


def test_a_scan_is_a_worker_that_takes_no_other_work(troubled: Fleet) -> None:
    scan = subprocess.Popen(
        [sys.executable, "-m", "nerproc", "scan", str(troubled.files), "--workers", "1"],
        env={**os.environ, **SMALL_STEPS, "NERPROC_FAILPOINT": "object_begun@0030.txt:hang"},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    troubled.workers.append(scan)
    troubled.until(lambda: listed(troubled, scan.pid), "the scan is listed")
    worker = listed(troubled, scan.pid)
    assert worker is not None
    assert (worker.pools, worker.slots, worker.alive) == ([], 1, True)


def test_a_worker_refuses_a_newer_database_at_once(troubled: Fleet) -> None:
    troubled.node.database.execute(
        "INSERT INTO migration (number, name, sha256) VALUES (9999, 'of_tomorrow', '')"
    )
    assert troubled.worker().wait(timeout=15) == ExitCode.CONFLICT


def test_a_worker_waits_for_an_older_database_to_be_migrated(troubled: Fleet) -> None:
    forgotten = troubled.node.database.fetch_one("DELETE FROM migration WHERE number = 2 RETURNING *")
    assert forgotten is not None
    process = troubled.worker()
    time.sleep(3)
    assert process.poll() is None
    assert Workers(troubled.node.database).all() == []
    troubled.node.database.execute(
        "INSERT INTO migration VALUES (%(number)s, %(name)s, %(sha256)s, %(applied_at)s)", forgotten
    )
    troubled.until(lambda: listed(troubled, process.pid), "the worker begins")
