"""Jobs through the calls that users make."""

from __future__ import annotations

import io
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from tests.job.board import Board, claim_one, written

from nerproc.db.database import Database
from nerproc.db.embedded import EmbeddedServer
from nerproc.errors import Conflict, IllegalMove, InvalidRequest, NotFound
from nerproc.job.jobs import Jobs
from nerproc.job.state import State
from nerproc.job.task import PlannedTask, artifacts
from nerproc.schema.report import LocalSource, ReportRequest


def test_a_submitted_job_waits_and_wakes_a_worker(board: Board) -> None:
    job = board.submit("letters")
    record = board.jobs.get(job)
    assert (record.name, record.state, record.paused, record.total_objects) == (
        "letters",
        State.QUEUED,
        False,
        0,
    )
    assert record.seconds is None
    assert board.queue.published == 1
    assert [event.kind for event in board.jobs.events(job)] == ["job.submitted"]


def test_an_idempotency_key_makes_one_job(board: Board) -> None:
    first = board.submit(key="k")
    assert board.submit(key="k") == first
    assert len(board.jobs.page()) == 1
    with pytest.raises(Conflict, match="another request"):
        board.submit("another", key="k")


def test_an_unknown_job_is_not_found(board: Board) -> None:
    for call in (board.jobs.get, board.jobs.stop, board.jobs.pause, board.jobs.resume, board.jobs.retry):
        with pytest.raises(NotFound):
            call(uuid4())
    board.jobs.delete(uuid4())  # no error: it is not there


def test_an_id_is_found_by_its_prefix(board: Board) -> None:
    job = board.submit()
    assert board.jobs.find(str(job)) == job
    assert board.jobs.find(str(job)[:8].upper()) == job
    with pytest.raises(NotFound, match="no job") as missing:
        board.jobs.find("0000" if str(job)[0] != "0" else "ffff")
    assert str(job) in str(missing.value.hint)
    for bad in ("abc", "zzzz", "%%%%"):
        with pytest.raises(InvalidRequest):
            board.jobs.find(bad)


def test_pages_are_newest_first(board: Board) -> None:
    jobs = [board.submit(str(number)) for number in range(5)]
    first = board.jobs.page(limit=2)
    assert [record.id for record in first] == [jobs[4], jobs[3]]
    rest = board.jobs.page(before=(first[-1].created_at, first[-1].id))
    assert [record.id for record in rest] == [jobs[2], jobs[1], jobs[0]]
    board.jobs.stop(jobs[2])
    assert [record.id for record in board.jobs.page(state=State.STOPPED)] == [jobs[2]]


def test_totals_are_sums_over_tasks_and_parts(board: Board) -> None:
    job = board.sharded(tasks=2)
    record = board.jobs.get(job)
    assert (record.total_objects, record.total_bytes, record.succeeded) == (20, 2_000, 0)
    worker = board.worker()
    for _ in range(2):
        claim = claim_one(worker, ["infer"])
        assert claim is not None
        assert worker.commit(claim, written(claim, failed=3))
        assert worker.complete(claim)
    board.maintenance.close(job)
    record = board.jobs.get(job)
    assert (record.state, record.succeeded, record.failed, record.bytes) == (State.COMPLETED, 14, 6, 2_000)
    assert board.jobs.counts(job) == ({"EMAIL": 20}, {"all": 20})
    assert [(part.task, part.seq) for part in board.jobs.parts(job)] == [(1, 0), (2, 0)]
    assert record.seconds is not None
    assert record.seconds >= 0


def test_stop_ends_queued_and_running_tasks_and_keeps_what_is_committed(board: Board) -> None:
    job = board.sharded(tasks=3)
    worker = board.worker()
    claim = claim_one(worker, ["infer"])
    assert claim is not None
    assert worker.commit(claim, written(claim))
    board.jobs.stop(job)
    assert board.jobs.get(job).state is State.STOPPED
    assert worker.renew([claim]) == set()
    assert not worker.commit(claim, written(claim, seq=1))
    assert not worker.complete(claim)
    assert claim_one(worker, ["infer"]) is None
    assert board.jobs.get(job).succeeded == 10
    with pytest.raises(IllegalMove, match="is stopped"):
        board.jobs.stop(job)


def test_a_stop_that_waits_for_a_listing_stops_what_it_has_made(board: Board) -> None:
    job = board.submit()
    worker = board.worker()
    claim = claim_one(worker, ["infer"])
    assert claim is not None
    plan = [PlannedTask(number, f"manifest-{number}", 10, 1_000) for number in (1, 2)]
    blocked = (
        "SELECT count(*) AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'test'"
    )

    def until_blocked(count: int) -> None:
        while board.database.fetch_one(blocked) != {"count": count}:
            time.sleep(0.02)

    with ThreadPoolExecutor(2) as threads:
        with board.database.transaction() as connection:
            connection.execute("SELECT FROM quota FOR UPDATE")
            listing = threads.submit(worker.complete_shard, claim, plan, limit=None)
            until_blocked(1)
            stop = threads.submit(board.jobs.stop, job)
            until_blocked(2)
        assert listing.result()
        stop.result()
    assert board.jobs.get(job).state is State.STOPPED
    assert board.jobs.quota.used() == 0
    assert board.jobs.retry(job) == 2
    assert len(worker.claim(["infer"], limit=5)) == 2


def test_a_paused_job_starts_no_task(board: Board) -> None:
    job = board.sharded(tasks=2)
    worker = board.worker()
    running = claim_one(worker, ["infer"])
    assert running is not None
    board.jobs.pause(job)
    board.jobs.pause(job)  # again is no error
    assert board.jobs.get(job).paused
    assert claim_one(worker, ["infer"]) is None
    assert worker.commit(running, written(running))
    board.jobs.resume(job)
    assert claim_one(worker, ["infer"]) is not None
    board.jobs.stop(job)
    with pytest.raises(IllegalMove):
        board.jobs.pause(job)


def test_retry_goes_on_behind_what_is_committed(board: Board) -> None:
    job = board.sharded(tasks=2)
    worker = board.worker()
    claim = claim_one(worker, ["infer"])
    assert claim is not None
    worker.commit(claim, written(claim, objects=4))
    with pytest.raises(IllegalMove):
        board.jobs.retry(job)
    board.jobs.stop(job)
    assert board.jobs.retry(job) == 2
    assert board.jobs.get(job).state is State.QUEUED
    again = claim_one(worker, ["infer"])
    assert again is not None
    assert (again.task, again.attempt) == (claim.task, claim.attempt + 1)
    assert (again.next_ordinal, again.next_seq) == (4, 1)
    assert board.jobs.get(job).state is State.RUNNING


def test_a_delete_may_take_longer_than_a_statement(board: Board, server: Path) -> None:
    job = board.sharded()
    tarry = "BEGIN PERFORM pg_sleep(0.5); RETURN OLD; END"
    board.database.execute(f"CREATE FUNCTION tarry() RETURNS trigger AS '{tarry}' LANGUAGE plpgsql")
    board.database.execute("CREATE TRIGGER slow BEFORE DELETE ON task FOR EACH ROW EXECUTE FUNCTION tarry()")
    hasty = {"dbname": "test", "options": "-c statement_timeout=400ms"}
    with Database(hasty, server=EmbeddedServer(server / "postgres")) as database:
        Jobs(database, board.queue, board.storage, board.jobs.quota).delete(job)
    assert board.database.fetch_all("SELECT * FROM task") == []


def test_of_a_report_that_is_deleted_under_its_worker_nothing_is_taken_over(board: Board) -> None:
    request = ReportRequest(source=LocalSource(paths=["/data"]), since=board.sharded())
    job = board.jobs.submit(request, name="again", model_version="1", roots=["/data"])
    claim = claim_one(board.worker(), ["infer"], job=job)
    assert claim is not None
    board.jobs.delete(job)
    assert board.jobs.parts_for(claim) == []


def test_delete_removes_rows_and_artifacts(board: Board) -> None:
    job = board.sharded()
    board.storage.put(f"{artifacts(job)}/task-0/attempt-1/manifest-1.jsonl", io.BytesIO(b"x"))
    board.jobs.delete(job)
    with pytest.raises(NotFound):
        board.jobs.get(job)
    assert list(board.storage.list("reports/")) == []
    assert claim_one(board.worker(), ["infer"]) is None
