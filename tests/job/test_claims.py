"""Claims: who holds a task, and what those who do not may write (nothing)."""

from __future__ import annotations

import threading
from collections import Counter
from uuid import UUID

from tests.job.board import Board, claim_one, written

from nerproc.job import sql
from nerproc.job.claims import CRASH_BUDGET, ERROR_BUDGET
from nerproc.job.state import State
from nerproc.job.task import Claim


def test_a_claim_holds_until_someone_else_has_the_task(board: Board) -> None:
    board.sharded()
    first, second = board.worker(lease_seconds=0), board.worker()
    zombie = claim_one(first, ["infer"])
    assert zombie is not None
    assert claim_one(second, ["infer"]) is None
    assert first.renew([zombie]) == {zombie.task}  # late, but nobody else has it
    board.maintenance.tick()
    successor = claim_one(second, ["infer"])
    assert successor is not None
    assert (successor.task, successor.attempt) == (zombie.task, zombie.attempt + 1)
    assert first.renew([zombie]) == set()
    assert not first.commit(zombie, written(zombie))
    for ending in (first.complete, lambda claim: first.fail(claim, "no")):
        assert not ending(zombie)
    assert not first.release(zombie, "no")
    assert not first.retry(zombie, "no")
    assert not first.crash(zombie, "no", ordinal=1)
    assert second.commit(successor, written(successor))
    assert second.complete(successor)


def test_a_part_is_committed_once_however_often_it_is_sent(board: Board) -> None:
    job = board.sharded()
    worker = board.worker()
    claim = claim_one(worker, ["infer"])
    assert claim is not None
    assert worker.commit(claim, written(claim))
    assert worker.commit(claim, written(claim))  # its outcome was unknown
    assert board.jobs.get(job).succeeded == 10


def test_fair_share_comes_before_age(board: Board) -> None:
    large = board.sharded(tasks=5)
    worker = board.worker()
    assert [_job(claim_one(worker, ["infer"])) for _ in range(2)] == [large, large]
    small = board.sharded(tasks=1)
    assert _job(claim_one(worker, ["infer"])) == small
    assert _job(claim_one(worker, ["infer"], job=small)) is None
    assert _job(claim_one(worker, ["infer"])) == large
    assert claim_one(worker, ["train"]) is None


def test_with_a_single_slot_jobs_take_turns(board: Board) -> None:
    large, worker = board.sharded(tasks=5), board.worker()

    def serve() -> UUID | None:
        claim = claim_one(worker, ["infer"])
        if claim is not None:
            worker.complete(claim)
        return _job(claim)

    assert [serve(), serve()] == [large, large]
    small = board.sharded(tasks=2)
    assert sorted([serve(), serve()]) == sorted([large, small])
    new = board.submit()
    assert serve() == new
    assert sorted([serve(), serve(), serve()]) == sorted([large, large, small])
    assert serve() is None


def test_many_claims_at_once_are_dealt_out_among_jobs(board: Board) -> None:
    large, small, tiny = board.sharded(tasks=9), board.sharded(tasks=3), board.sharded(tasks=1)
    worker = board.worker()
    claims = worker.claim(["infer"], limit=5)
    assert Counter(claim.job for claim in claims) == {large: 2, small: 2, tiny: 1}
    assert sorted(claim.number for claim in claims if claim.job == large) == [1, 2]
    for claim in claims:
        if claim.job == small:
            worker.complete(claim)
    # `large` runs two, `small` none: what is left of `small` comes first.
    assert [claim.job for claim in worker.claim(["infer"])] == [small]
    assert Counter(claim.job for claim in worker.claim(["infer"], limit=100)) == {large: 7}
    assert worker.claim(["infer"], limit=100) == []


def test_what_is_bound_to_a_host_is_left_to_it(board: Board) -> None:
    bound, free = board.submit(host="one"), board.submit()
    assert [claim.job for claim in board.worker(host="two").claim(["infer"], limit=9)] == [free]
    assert board.worker().claim(["infer"], limit=9) == []
    assert [claim.job for claim in board.worker(host="one").claim(["infer"], limit=9)] == [bound]


def test_what_is_bound_to_a_host_wakes_nobody_elsewhere(board: Board) -> None:
    board.submit(host="one")
    assert board.database.fetch_all(sql.READY) == []


def test_many_claims_at_once_go_on_where_parts_end(board: Board) -> None:
    board.sharded(tasks=3)
    worker = board.worker()
    for seq, claim in enumerate(worker.claim(["infer"], limit=2)):
        worker.commit(claim, written(claim, seq=0, objects=seq + 1))
        worker.release(claim, "its worker is shutting down")
    points = {claim.number: (claim.next_ordinal, claim.next_seq) for claim in worker.claim(["infer"], limit=9)}
    assert sorted(points.values()) == [(0, 0), (1, 1), (2, 1)]


def test_workers_that_claim_at_once_get_different_tasks_and_all_of_them(board: Board) -> None:
    jobs = [board.sharded(tasks=tasks) for tasks in (40, 25, 1, 14)]
    came: list[Claim] = []

    def work() -> None:
        worker = board.worker()
        while claims := worker.claim(["infer"], limit=7):
            came.extend(claims)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({claim.task for claim in came}) == len(came)
    left = board.worker().claim(["infer"], limit=100)
    assert len(came) + len(left) == 80
    assert {claim.job for claim in came} == set(jobs)


def _job(claim: object) -> object:
    return None if claim is None else claim.job


def test_errors_are_retried_later_and_then_fail_the_job(board: Board) -> None:
    job = board.sharded()
    worker = board.worker()
    for errors in range(1, ERROR_BUDGET + 1):
        claim = claim_one(worker, ["infer"])
        assert claim is not None
        assert worker.retry(claim, "the store is full")
        assert claim_one(worker, ["infer"]) is None, f"no delay after {errors} errors"
        board.database.execute("UPDATE task SET ready_at = now() WHERE job_id = %s", (job,))
    assert claim_one(worker, ["infer"]) is None
    board.maintenance.close(job)
    record = board.jobs.get(job)
    assert (record.state, record.failure) == (State.FAILED, "the store is full")


def test_a_crash_with_an_object_in_hand_is_that_objects(board: Board) -> None:
    job = board.sharded()
    worker = board.worker()
    for count in range(10):
        claim = claim_one(worker, ["infer"])
        assert claim is not None
        assert claim.suspects == ({7: count} if count else {})
        assert worker.crash(claim, "it was ended by SIGSEGV", ordinal=7)
    assert board.jobs.get(job).state is State.RUNNING
    assert [
        event.detail.get("ordinal") for event in board.jobs.events(job) if event.kind == "task.crashed"
    ] == [7] * 10


def test_crashes_without_an_object_fail_the_task(board: Board) -> None:
    job = board.sharded()
    worker = board.worker()
    for _ in range(CRASH_BUDGET):
        claim = claim_one(worker, ["infer"])
        assert claim is not None
        assert worker.crash(claim, "it was ended by SIGKILL", ordinal=None)
    assert claim_one(worker, ["infer"]) is None
    board.maintenance.close(job)
    assert board.jobs.get(job).state is State.FAILED


def test_crashes_between_parts_never_fail_the_task(board: Board) -> None:
    board.sharded(objects=100)
    worker = board.worker()
    for seq in range(2 * CRASH_BUDGET):
        claim = claim_one(worker, ["infer"])
        assert claim is not None
        worker.commit(claim, written(claim, seq=seq, objects=1))
        assert worker.crash(claim, "it was ended by SIGKILL", ordinal=None)


def test_a_drain_costs_nothing(board: Board) -> None:
    board.sharded()
    worker = board.worker()
    for attempt in range(1, 30):
        claim = claim_one(worker, ["infer"])
        assert claim is not None
        assert claim.attempt == attempt
        assert worker.release(claim, "its worker is shutting down")
