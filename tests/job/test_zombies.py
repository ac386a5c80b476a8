"""Exactly once under any order of claims, late workers, crashes, drains and reaps: a randomised storm."""

from __future__ import annotations

import random
import threading
import time

from tests.job.board import Board, claim_one, written

from nerproc.job.state import State

TASKS = 45
OBJECTS = 4  # of a task, each a part of its own
WORKERS = 6
LEASE_SECONDS = 0.05


def test_a_storm_of_zombies_loses_and_doubles_nothing(board: Board) -> None:
    jobs = [board.sharded(tasks=TASKS // 3, objects=OBJECTS) for _ in range(3)]
    refused = threading.Semaphore(0)
    done = threading.Event()
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            _work(board, random.Random(seed), refused, done)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(WORKERS)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not all(board.jobs.get(job).state.ended for job in jobs):
        # The reaper alone: `tick` would spare late workers after a gap that a loaded machine makes.
        board.upkeep(lease_seconds=LEASE_SECONDS).tick()
        time.sleep(0.02)
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    for job in jobs:
        record = board.jobs.get(job)
        assert (record.state, record.succeeded) == (State.COMPLETED, TASKS // 3 * OBJECTS)
        parts = [(part.task, part.seq) for part in board.jobs.parts(job)]
        assert parts == [(task, seq) for task in range(1, TASKS // 3 + 1) for seq in range(OBJECTS)]
        ends = [event.task for event in board.jobs.events(job, limit=100_000) if event.kind == "task.completed"]
        assert sorted(ends) == list(range(TASKS // 3 + 1))
    assert board.database.fetch_all("SELECT * FROM lease") == []
    assert refused.acquire(blocking=False), "no zombie tried to write: the storm was too mild"


def _work(board: Board, dice: random.Random, refused: threading.Semaphore, done: threading.Event) -> None:
    worker = board.worker(lease_seconds=LEASE_SECONDS)
    while not done.is_set():
        claim = claim_one(worker, ["infer"])
        if claim is None:
            time.sleep(0.01)
            continue
        seq = claim.next_seq
        for _ in range(OBJECTS - claim.next_ordinal):
            if dice.random() < 0.1:
                time.sleep(LEASE_SECONDS * 3)  # and then go on as a zombie
            if dice.random() < 0.05:
                break  # die without a word
            if not worker.commit(claim, written(claim, seq=seq, objects=1, last_ordinal=seq)):
                refused.release()
            seq += 1
        else:
            if dice.random() < 0.1:
                worker.release(claim, "drained")
            elif worker.complete(claim):
                board.maintenance.close(claim.job)
