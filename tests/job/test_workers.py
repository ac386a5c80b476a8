"""The list of workers: who is alive, who is lost, and what each has in hand."""

from __future__ import annotations

from uuid import uuid4

import pytest
from tests.job.board import Board, claim_one

from nerproc.errors import NotFound
from nerproc.job.claims import Claims
from nerproc.job.statistics import Statistics
from nerproc.job.workers import Registration, Workers


def registration() -> Registration:
    return Registration(uuid4(), "a-host", 4_711, "1.2.3", ("infer", "train"), 2)


def test_a_worker_is_listed_with_the_tasks_in_its_hands(board: Board) -> None:
    job = board.sharded(tasks=3)
    me = registration()
    workers = Workers(board.database)
    workers.renew(me, lease_seconds=30)
    mine = Claims(board.database, me.id, lease_seconds=30)
    board.worker().claim(["infer"])  # somebody else's
    first, second = claim_one(mine, ["infer"]), claim_one(mine, ["infer"])
    assert first is not None
    assert second is not None
    [worker] = workers.all()
    assert (worker.id, worker.host, worker.pid, worker.version) == (me.id, "a-host", 4_711, "1.2.3")
    assert (worker.pools, worker.slots, worker.alive, worker.draining) == (["infer", "train"], 2, True, False)
    assert worker.state == "busy"
    assert [(task.job, task.task, task.attempt, task.host) for task in worker.tasks] == [
        (job, first.number, 1, "a-host"),
        (job, second.number, 1, "a-host"),
    ]
    mine.complete(first)
    assert [task.task for task in workers.all()[0].tasks] == [second.number]
    workers.rest(me.id, resting=True)
    assert workers.all()[0].state == "draining"
    assert len(workers.running()) == 2
    assert [task.host for task in workers.running(limit=1)] == [None]  # who does not register has no host
    assert workers.running(uuid4()) == []


def test_a_worker_lives_as_long_as_its_last_lease(board: Board) -> None:
    lost, alive = registration(), registration()
    workers = Workers(board.database)
    workers.renew(lost, lease_seconds=0)
    workers.renew(alive, lease_seconds=30)
    assert [(worker.id, worker.alive) for worker in workers.all()] == [(alive.id, True), (lost.id, False)]
    assert [worker.state for worker in workers.all()] == ["idle", "lost"]
    assert Statistics(board.database).metrics().workers == 1
    workers.renew(lost, lease_seconds=30, draining=True)
    ending = next(worker for worker in workers.all() if worker.id == lost.id)
    assert (ending.draining, ending.state) == (True, "ending")
    assert Statistics(board.database).metrics().workers == 2
    workers.remove(lost.id)
    assert [worker.id for worker in workers.all()] == [alive.id]


def test_the_upkeep_forgets_workers_that_were_not_seen_for_a_day(board: Board) -> None:
    gone, silent = registration(), registration()
    workers = Workers(board.database)
    for worker in (gone, silent):
        workers.renew(worker, lease_seconds=30)
    board.database.execute("UPDATE worker SET seen_at = now() - interval '25 hours' WHERE id = %s", [gone.id])
    board.database.execute("UPDATE worker SET seen_at = now() - interval '23 hours' WHERE id = %s", [silent.id])
    board.maintenance.tick()
    assert [worker.id for worker in workers.all()] == [silent.id]
    workers.renew(gone, lease_seconds=30)  # it was only cut off
    assert {worker.id for worker in workers.all()} == {gone.id, silent.id}


def test_a_worker_that_is_to_rest_hears_of_it_when_it_is_seen_next(board: Board) -> None:
    me, other = registration(), registration()
    workers = Workers(board.database)
    assert [workers.renew(worker, lease_seconds=30) for worker in (me, other)] == [False, False]
    workers.rest(me.id, resting=True)
    assert [workers.renew(worker, lease_seconds=30) for worker in (me, other)] == [True, False]
    assert {worker.id: worker.resting for worker in workers.all()} == {me.id: True, other.id: False}
    workers.rest(me.id, resting=False)
    assert workers.renew(me, lease_seconds=30) is False
    with pytest.raises(NotFound, match="There is no worker"):
        workers.rest(uuid4(), resting=True)
