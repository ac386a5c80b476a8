"""The quota of the free licence: exact, whoever comes at the same time, and whatever becomes of a job."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest
from tests.job.board import Board, written

from nerproc.db.database import Database
from nerproc.errors import IllegalMove, LicenseExpired, QuotaExceeded
from nerproc.job.jobs import Jobs
from nerproc.job.quota import Quota
from nerproc.job.state import State
from nerproc.job.task import Claim, PlannedTask
from nerproc.schema.license import LicenseStatus

LIMIT = 10_000
Crowd = Callable[[Callable[[Board, UUID], None]], Board]


@pytest.fixture
def limited(database: Database, tmp_path: Path) -> Board:
    """A board whose licence covers LIMIT bytes; a task of `sharded` needs 1,000."""
    return Board(database, tmp_path / "artifacts", limit_bytes=LIMIT)


def billed(board: Board) -> int:
    """Bytes of the jobs that are still there."""
    row = board.database.fetch_one("SELECT coalesce(sum(billed), 0)::bigint AS bytes FROM job")
    assert row
    return int(row["bytes"])


def shard(board: Board, job: UUID, *sizes: int, kind: Literal["shard", "infer"] = "infer") -> None:
    """Plan tasks of so many bytes, as a worker with the board's licence does."""
    worker = board.worker()
    [claim] = worker.claim(["infer"], job=job)
    first = 1_000 * claim.number + 1
    plan = [
        PlannedTask(number, f"manifest-{number}", 10, size, kind)
        for number, size in enumerate(sizes, start=first)
    ]
    assert worker.complete_shard(claim, plan, limit=board.jobs.quota.limit)
    board.maintenance.close(job)


def infer(board: Board, job: UUID) -> Claim:
    [claim] = board.worker().claim(["infer"], job=job)
    return claim


def test_bytes_are_reserved_when_a_report_is_sharded_and_settled_at_its_end(limited: Board) -> None:
    job = limited.sharded(tasks=3)
    assert limited.jobs.quota.used() == billed(limited) == 3_000
    worker = limited.worker()
    for _ in range(3):
        [claim] = worker.claim(["infer"])
        worker.commit(claim, written(claim, objects=4, failed=1))  # 400 bytes; the other objects were skipped
        worker.complete(claim)
    limited.maintenance.close(job)
    assert limited.jobs.get(job).state is State.COMPLETED
    assert limited.jobs.quota.used() == billed(limited) == 1_200
    limited.maintenance.close(job)  # as every tick may
    assert limited.jobs.quota.used() == 1_200


def test_a_report_that_does_not_fit_fails_with_all_that_one_needs_to_know(limited: Board) -> None:
    shard(limited, limited.submit(), 7_000)
    job = limited.submit()
    shard(limited, job, 2_000, 1_001)
    record = limited.jobs.get(job)
    assert (record.state, record.failure_slug, record.total_bytes) == (State.FAILED, "quota-exceeded", 0)
    assert record.failure == (
        "The free licence covers 10,000 bytes over all reports: 7,000 bytes are used, "
        "and this report needs 3,001 more."
    )
    kinds = [event.kind for event in limited.jobs.events(job)]
    assert kinds[-2:] == ["task.failed", "job.failed"]
    assert "task.completed" not in kinds
    assert limited.jobs.quota.used() == 7_000
    shard(limited, limited.submit(), 3_000)
    assert limited.jobs.quota.used() == LIMIT


def test_a_refused_report_can_be_tried_again_when_there_is_room(limited: Board) -> None:
    running, refused = limited.submit(), limited.submit()
    shard(limited, running, 7_000)
    shard(limited, refused, 4_000)
    limited.jobs.stop(running)
    assert limited.jobs.retry(refused) == 1
    record = limited.jobs.get(refused)
    assert (record.state, record.failure, record.failure_slug) == (State.QUEUED, None, None)
    shard(limited, refused, 4_000)
    assert limited.jobs.quota.used() == 4_000


def test_a_report_whose_listing_was_divided_fails_as_a_whole(limited: Board) -> None:
    job = limited.submit()
    shard(limited, job, 0, 0, 0, kind="shard")
    shard(limited, job, 4_000, 4_000)
    section = limited.worker()
    [listing] = section.claim(["infer"], job=job)
    worker = limited.worker()
    database = limited.database
    database.execute("UPDATE task SET ready_at = 'infinity' WHERE kind = 'shard' AND job_id = %s", [job])
    [claim] = worker.claim(["infer"], job=job)
    assert worker.commit(claim, written(claim, objects=2))
    database.execute("UPDATE task SET ready_at = '-infinity' WHERE kind = 'shard' AND job_id = %s", [job])
    shard(limited, job, 2_001)
    record = limited.jobs.get(job)
    assert (record.state, record.failure_slug, record.bytes) == (State.FAILED, "quota-exceeded", 200)
    assert "8,000 bytes are used, and this report needs 2,001 more" in str(record.failure)
    assert not worker.commit(claim, written(claim, seq=1))
    assert not section.complete_shard(listing, [], limit=LIMIT)
    assert database.fetch_all("SELECT * FROM lease") == []
    assert limited.jobs.quota.used() == billed(limited) == 200


def test_a_report_that_reads_nothing_always_fits(limited: Board) -> None:
    first, second = limited.submit(), limited.submit()
    shard(limited, first, LIMIT)
    shard(limited, second, 0)  # all is unchanged, or will be skipped
    assert limited.jobs.get(second).state is State.RUNNING


def test_without_a_limit_bytes_are_counted_all_the_same(board: Board) -> None:
    shard(board, board.submit(), 1 << 40)
    assert board.jobs.quota.used() == 1 << 40


def test_a_stopped_report_costs_what_was_read_and_reserves_the_rest_again(limited: Board) -> None:
    job = limited.sharded(tasks=4)
    claim = infer(limited, job)
    assert limited.worker().commit(claim, written(claim, objects=3))
    limited.jobs.stop(job)
    assert limited.jobs.quota.used() == billed(limited) == 300
    assert limited.jobs.retry(job) == 4
    assert limited.jobs.quota.used() == billed(limited) == 4_000
    limited.jobs.stop(job)
    assert limited.jobs.quota.used() == billed(limited) == 300


def test_a_retry_that_does_not_fit_changes_nothing(limited: Board) -> None:
    job = limited.sharded(tasks=4)
    limited.jobs.stop(job)
    shard(limited, limited.submit(), 6_001)
    with pytest.raises(QuotaExceeded, match=r"6,001 bytes are used, and this report needs 4,000"):
        limited.jobs.retry(job)
    assert limited.jobs.get(job).state is State.STOPPED
    assert limited.worker().claim(["infer"], job=job) == []
    assert limited.jobs.quota.used() == 6_001


def test_a_report_that_fails_costs_what_was_read(limited: Board) -> None:
    job = limited.sharded(tasks=2)
    claim = infer(limited, job)
    worker = limited.worker()
    worker.commit(claim, written(claim, objects=5))
    worker.fail(claim, "its source is gone")
    claim = infer(limited, job)
    worker.fail(claim, "its source is gone")
    limited.maintenance.close(job)
    record = limited.jobs.get(job)
    assert (record.state, record.failure_slug) == (State.FAILED, None)
    assert limited.jobs.quota.used() == billed(limited) == 500


def test_deleting_a_report_gives_nothing_back(limited: Board) -> None:
    job = limited.sharded(tasks=2)
    claim = infer(limited, job)
    limited.worker().commit(claim, written(claim))
    limited.jobs.delete(job)
    assert billed(limited) == 0
    assert limited.jobs.quota.used() == 1_000


def test_a_submit_is_refused_when_nothing_is_left_or_too_little_is_known_to_be(limited: Board) -> None:
    early = limited.submit("early", key="early")
    shard(limited, early, 9_000)
    with pytest.raises(QuotaExceeded, match="9,000 bytes are used, and this report needs 1,001 more"):
        limited.jobs.quota.check(1_001)
    limited.jobs.quota.check(1_000)
    shard(limited, limited.submit(), 1_000)
    with pytest.raises(QuotaExceeded, match=r"10,000 bytes are used, and this report needs more"):
        limited.submit()
    limited.jobs.quota.check(0)
    assert limited.submit("early", key="early") == early, "what was accepted before is not refused now"


class Expired:
    """A licence that is not valid any more."""

    def refresh(self) -> None: ...

    def status(self) -> LicenseStatus:
        return LicenseStatus(type="local", state="expired", reason="the licence expired on 2026-01-01")


def test_an_invalid_licence_begins_nothing_and_lets_running_reports_finish(board: Board) -> None:
    running, waiting = board.sharded(), board.submit()
    jobs = Jobs(board.database, board.queue, board.storage, Quota(board.database, Expired()))
    with pytest.raises(LicenseExpired, match=r"^The licence expired on 2026-01-01\.$"):
        jobs.submit(board.jobs.get(running).request, name="x", model_version="1", roots=[])
    with pytest.raises(LicenseExpired):
        jobs.retry(running)
    assert not jobs.quota.open
    worker = board.worker()
    assert [claim.job for claim in worker.claim(["infer"], limit=5, begin=False)] == [running]
    assert worker.claim(["infer"], limit=5, begin=False) == []
    assert [claim.job for claim in worker.claim(["infer"], limit=5)] == [waiting]


def test_an_invalid_licence_lists_no_section_and_lets_what_is_listed_finish(limited: Board) -> None:
    """What has no limit of its own may not stand in for the licence that has one."""
    job = limited.submit()
    shard(limited, job, 0, 0, kind="shard")
    worker = limited.worker()
    assert worker.claim(["infer"], limit=5, begin=False) == []
    shard(limited, job, 1_000)
    [claim] = worker.claim(["infer"], limit=5, begin=False)
    assert claim.kind == "infer"


@pytest.fixture
def crowd(database: Database, server: Path, tmp_path: Path) -> Iterator[Crowd]:
    """Does something to 200 jobs, 50 at a time, over 64 connections; the quota covers half of them."""
    databases = [Database.embedded(server, name="test").open() for _ in range(8)]

    def run(work: Callable[[Board, UUID], None]) -> Board:
        board = Board(database, tmp_path / "artifacts", limit_bytes=100 * 70 + 69)
        boards = [Board(opened, tmp_path / "artifacts", limit_bytes=100 * 70 + 69) for opened in databases]
        jobs = [board.submit() for _ in range(200)]
        start = threading.Barrier(50)

        def turn(number: int) -> None:
            start.wait()
            for job in jobs[number::50]:
                work(boards[number % 8], job)

        with ThreadPoolExecutor(50) as pool:
            list(pool.map(turn, range(50)))  # raises what they raise
        return board

    yield run
    for opened in databases:
        opened.close()


def test_of_200_submits_at_the_edge_exactly_as_many_pass_as_fit(crowd: Crowd) -> None:
    board = crowd(lambda board, job: shard(board, job, 30, 40))
    records = board.jobs.page(limit=200)
    assert [record.state for record in records].count(State.RUNNING) == 100
    assert [record.failure_slug for record in records].count("quota-exceeded") == 100
    assert all("7,000 bytes are used" in (record.failure or "7,000 bytes are used") for record in records)
    assert board.jobs.quota.used() == billed(board) == 100 * 70


def test_reports_that_end_and_go_on_while_others_begin_lose_no_byte_and_make_none(crowd: Crowd) -> None:
    seen = []

    def work(board: Board, job: UUID) -> None:
        shard(board, job, 30, 40)
        for _ in range(3):
            with suppress(IllegalMove, QuotaExceeded):
                board.jobs.stop(job)
                board.jobs.retry(job)
            seen.append(board.jobs.quota.used())

    board = crowd(work)
    assert max(seen) <= 100 * 70
    states = [record.state for record in board.jobs.page(limit=200)]
    assert board.jobs.quota.used() == billed(board)
    assert billed(board) % 70 == 0
    assert {State.FAILED} < set(states)
