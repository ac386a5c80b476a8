"""Faults in the middle of a scan: whatever dies, the report is the undisturbed one."""

from __future__ import annotations

import os
import random
import resource
import signal
import time
from pathlib import Path
from uuid import UUID

import pytest
from tests.worker.fleet import OBJECTS, Fleet, alive, family

from nerproc.schema.entity import Entity
from nerproc.schema.report import Report
from nerproc.worker.ending import SAME_SECONDS

pytestmark = pytest.mark.fault


def assert_same(fleet: Fleet, job: UUID, undisturbed: tuple[Report, list[Entity]]) -> None:
    report, calm = fleet.node.reports.get(job), undisturbed[0]
    assert report.state == "completed"
    for field in ("objects", "bytes", "total_bytes", "entities", "label_counts", "errors"):
        assert getattr(report, field) == getattr(calm, field), field
    assert [group.object_count for group in report.groups] == [OBJECTS]
    assert fleet.entities(job) == undisturbed[1]
    ends = [event.task for event in fleet.node.jobs.events(job) if event.kind == "task.completed"]
    assert len(ends) == len(set(ends))
    assert fleet.node.database.fetch_all("SELECT * FROM lease") == []
    assert fleet.node.jobs.quota.used() == report.bytes


def test_an_undisturbed_scan_finds_everything(undisturbed: tuple[Report, list[Entity]]) -> None:
    report, entities = undisturbed
    assert report.objects.succeeded == OBJECTS
    assert report.label_counts["EMAIL"] == 5 * OBJECTS
    assert len(entities) == report.entities


@pytest.mark.parametrize(
    "place",
    [
        *("child_ready", "manifest_written", "object_begun:{}:3", "part_full:{}:2", "part_written"),
        *("before_part_commit:{}:2", "after_part_commit", "before_complete", "after_complete"),
    ],
)
def test_a_kill_at_any_step_changes_nothing(
    place: str, troubled: Fleet, tmp_path: Path, undisturbed: tuple[Report, list[Entity]]
) -> None:
    job = troubled.submit()
    plan = place.format("kill") if "{}" in place else f"{place}:kill"
    troubled.worker(NERPROC_FAILPOINT=plan, NERPROC_FAILPOINT_ONCE=str(tmp_path / "once"))
    troubled.finish(job)
    assert (tmp_path / "once").exists(), "the failpoint was never reached"
    assert_same(troubled, job, undisturbed)


def test_an_error_in_the_middle_is_retried(
    troubled: Fleet, tmp_path: Path, undisturbed: tuple[Report, list[Entity]]
) -> None:
    job = troubled.submit()
    troubled.worker(NERPROC_FAILPOINT="part_written:raise", NERPROC_FAILPOINT_ONCE=str(tmp_path / "once"))
    troubled.finish(job)
    assert_same(troubled, job, undisturbed)


def test_an_error_that_nobody_foresaw_costs_a_slot_its_task_and_no_more(
    troubled: Fleet, tmp_path: Path, undisturbed: tuple[Report, list[Entity]]
) -> None:
    job = troubled.submit()
    troubled.worker(
        slots=1,
        NERPROC_FAILPOINT="before_part_commit:raise:2",
        NERPROC_FAILPOINT_ONCE=str(tmp_path / "once"),
    )
    troubled.finish(job)
    assert_same(troubled, job, undisturbed)
    reasons = [event.detail["reason"] for event in troubled.node.jobs.events(job) if "reason" in event.detail]
    assert reasons == ["its worker failed: FailpointError"]


def test_a_host_that_has_no_room_for_a_child_waits_for_it(
    troubled: Fleet, tmp_path: Path, undisturbed: tuple[Report, list[Entity]]
) -> None:
    job = troubled.submit()
    hanging = tmp_path / "hanging"
    worker = troubled.worker(
        slots=1, NERPROC_FAILPOINT="object_begun:hang", NERPROC_FAILPOINT_ONCE=str(hanging)
    )
    troubled.until(hanging.exists, "an object in hand")
    files, most = resource.prlimit(worker.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(worker.pid, resource.RLIMIT_NOFILE, (3, most))
    (child,) = family(worker.pid)
    os.kill(child, signal.SIGKILL)
    time.sleep(2)
    assert family(worker.pid) == []
    resource.prlimit(worker.pid, resource.RLIMIT_NOFILE, (files, most))
    troubled.finish(job)
    assert len(troubled.workers) == 1
    assert_same(troubled, job, undisturbed)


def test_a_frozen_worker_comes_back_as_a_zombie_and_writes_nothing(
    troubled: Fleet, undisturbed: tuple[Report, list[Entity]]
) -> None:
    job = troubled.submit()
    frozen = troubled.worker()
    troubled.until(lambda: troubled.committed(job) > 0, "the first part")
    stopped = [frozen.pid, *family(frozen.pid)]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    troubled.worker()
    troubled.finish(job)
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)
    time.sleep(1)
    assert frozen.poll() is None
    assert_same(troubled, job, undisturbed)


def test_a_drained_worker_ends_with_0_and_costs_nothing(
    troubled: Fleet, undisturbed: tuple[Report, list[Entity]]
) -> None:
    job = troubled.submit()
    for _ in range(3):
        worker = troubled.worker()
        before = troubled.committed(job)
        troubled.until(
            lambda before=before: troubled.committed(job) > before or troubled.node.jobs.get(job).state.ended,
            "another part",
        )
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=30) == 0
    troubled.finish(job)
    assert_same(troubled, job, undisturbed)
    assert not {"task.crashed", "task.retried"} & set(troubled.kinds(job))


def test_a_second_signal_ends_at_once(troubled: Fleet, tmp_path: Path) -> None:
    hanging = tmp_path / "hanging"
    troubled.submit()
    worker = troubled.worker(
        slots=1, NERPROC_FAILPOINT="object_begun:hang", NERPROC_FAILPOINT_ONCE=str(hanging)
    )
    troubled.until(hanging.exists, "an object in hand")
    worker.send_signal(signal.SIGTERM)
    time.sleep(SAME_SECONDS + 0.5)  # a second signal that comes sooner is the same request
    assert worker.poll() is None, "it did not wait for the object in hand"
    worker.send_signal(signal.SIGTERM)
    worker.wait(timeout=5)


def test_an_object_that_kills_its_child_fails_alone(troubled: Fleet) -> None:
    job = troubled.submit()
    troubled.worker(NERPROC_FAILPOINT="object_begun@0007.txt:kill")
    report = troubled.finish(job)
    assert [(error.object, error.reason) for error in report.errors] == [("0007.txt", "crashed the worker")]
    assert (report.state, report.objects.succeeded, report.objects.failed) == ("completed", OBJECTS - 1, 1)
    assert troubled.kinds(job).count("task.crashed") == 3


def test_an_object_that_kills_its_child_in_a_batch_fails_alone(troubled: Fleet) -> None:
    job = troubled.submit()
    troubled.worker(NERPROC_FAILPOINT="object_scanned@0007.txt:kill")
    report = troubled.finish(job)
    assert [(error.object, error.reason) for error in report.errors] == [("0007.txt", "crashed the worker")]
    assert (report.objects.succeeded, report.objects.failed) == (OBJECTS - 1, 1)
    assert troubled.kinds(job).count("task.crashed") <= 4  # the first may be put down to another object


def test_an_error_of_a_detector_in_a_batch_is_that_of_its_object(troubled: Fleet) -> None:
    job = troubled.submit()
    troubled.worker(NERPROC_FAILPOINT="object_scanned@0007.txt:raise")
    report = troubled.finish(job)
    reason = "its parser failed: FailpointError"
    assert [(error.object, error.reason) for error in report.errors] == [("0007.txt", reason)]
    assert (report.objects.succeeded, report.objects.failed) == (OBJECTS - 1, 1)
    assert "task.crashed" not in troubled.kinds(job)


def test_an_object_that_takes_all_memory_fails_alone(troubled: Fleet) -> None:
    job = troubled.submit()
    troubled.worker(NERPROC_FAILPOINT="object_begun@0007.txt:grow", NERPROC_CHILD_MEMORY_BYTES=str(400 << 20))
    report = troubled.finish(job)
    assert [error.object for error in report.errors] == ["0007.txt"]
    assert report.objects.succeeded == OBJECTS - 1


def test_an_object_that_hangs_fails_alone(troubled: Fleet) -> None:
    job = troubled.submit()
    troubled.worker(NERPROC_FAILPOINT="object_begun@0007.txt:hang", NERPROC_STALL_SECONDS="1")
    report = troubled.finish(job)
    assert [error.object for error in report.errors] == ["0007.txt"]
    crashes = [event for event in troubled.node.jobs.events(job) if event.kind == "task.crashed"]
    assert {event.detail["reason"] for event in crashes} == {
        "a worker process ended: it made no progress for 1 s"
    }


def test_a_stop_takes_effect_inside_an_object(troubled: Fleet) -> None:
    job = troubled.submit()
    worker = troubled.worker(slots=1, NERPROC_FAILPOINT="object_begun@0007.txt:hang")
    # Between two tasks nobody would have to be killed: 0007.txt is in the second that scans.
    second = "SELECT FROM task WHERE number = 2 AND state = 'running'"
    looking = troubled.node.database
    troubled.until(lambda: looking.fetch_one(second) is not None, "the second task")
    children = family(worker.pid)
    began = time.monotonic()
    troubled.node.jobs.stop(job)
    troubled.until(lambda: not all(alive(pid) for pid in children), "the child is killed", 15)
    assert time.monotonic() - began < 15
    report = troubled.node.reports.get(job)
    assert report.state == "stopped"
    assert 0 < report.objects.succeeded < OBJECTS
    assert len(troubled.entities(job)) == report.entities


def test_the_database_is_killed_in_the_middle(
    troubled: Fleet, undisturbed: tuple[Report, list[Entity]]
) -> None:
    job = troubled.submit()
    troubled.worker()
    for target in (10, 60):
        troubled.until(lambda target=target: troubled.committed(job) >= target, f"{target} objects")
        os.kill(int((troubled.home / "postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    troubled.finish(job)
    assert_same(troubled, job, undisturbed)


def test_a_store_that_takes_no_more_delays_the_task_with_that_reason(troubled: Fleet) -> None:
    job = troubled.submit()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, hard))  # no file of the worker may grow beyond that
    try:
        troubled.worker()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    troubled.until(lambda: "task.retried" in troubled.kinds(job), "a retry")
    assert troubled.committed(job) == 0
    assert troubled.entities(job) == []
    event = next(e for e in troubled.node.jobs.events(job) if e.kind == "task.retried")
    assert "File too large" in event.detail["reason"]


def test_random_kills_of_everything_change_nothing(
    troubled: Fleet, undisturbed: tuple[Report, list[Entity]]
) -> None:
    dice = random.Random(20_261_123)
    job = troubled.submit()
    deadline = time.monotonic() + 25
    while time.monotonic() < deadline and not troubled.node.jobs.get(job).state.ended:
        living = [worker for worker in troubled.workers if worker.poll() is None]
        if len(living) < 2:
            troubled.worker(slots=1)
        time.sleep(dice.uniform(0.2, 0.8))
        victim = dice.choice(["child", "child", "supervisor", "database"])
        pids = {
            "child": [pid for worker in living for pid in family(worker.pid)],
            "supervisor": [worker.pid for worker in living],
            "database": [int((troubled.home / "postgres/data/postmaster.pid").read_text().split()[0])],
        }[victim]
        if pids:
            os.kill(dice.choice(pids), signal.SIGKILL)
    troubled.finish(job)
    assert_same(troubled, job, undisturbed)
