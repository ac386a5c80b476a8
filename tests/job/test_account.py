"""What becomes of claims is counted once, where it happens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.job.board import Board, claim_one, written

from nerproc.job import account
from nerproc.job.claims import ERROR_BUDGET
from nerproc.job.maintenance import REAPED

Said = list[tuple[str, dict[str, object]]]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """The events that are logged."""
    events: Said = []
    monkeypatch.setattr(
        "nerproc.observe.logs.Log._write", lambda _self, _level, event, values: events.append((event, values))
    )
    return events


@pytest.fixture
def outcomes() -> Callable[[], dict[str, float]]:
    """How claims on tasks that scan ended since the test began."""
    before = account.TASKS.values()
    return lambda: {
        outcome: count - before["infer", outcome]
        for (kind, outcome), count in account.TASKS.values().items()
        if kind == "infer" and count != before["infer", outcome]
    }


def test_a_committed_part_is_counted_as_it_is(board: Board, said: Said) -> None:
    board.sharded()
    claim = claim_one(board.worker(), ["infer"])
    assert claim is not None
    meters = (account.PARTS, account.BYTES, account.OBJECTS, account.ENTITIES)
    before = [meter.values() for meter in meters]
    worker = board.worker()
    assert worker.commit(claim, written(claim, objects=10, failed=2))
    new = [
        {key: count - then[key] for key, count in meter.values().items() if count != then[key]}
        for meter, then in zip(meters, before, strict=True)
    ]
    assert new == [
        {(): 1.0},
        {(): 1_000.0},
        {("succeeded",): 8.0, ("failed",): 2.0},
        {("EMAIL",): 10.0},
    ]
    told = dict(said)["part_committed"]
    assert (told["job"], told["task"], told["attempt"]) == (str(claim.job), 1, 1)


def test_a_late_renewal_is_counted_when_the_lease_is_kept(board: Board, said: Said) -> None:
    board.sharded()
    worker = board.worker(lease_seconds=30)
    claim = claim_one(worker, ["infer"])
    assert claim is not None
    before = account.LATE.value()
    assert worker.renew([claim]) == {claim.task}
    assert account.LATE.value() == before
    board.database.execute("UPDATE lease SET expires_at = clock_timestamp() - interval '1 second'")
    assert worker.renew([claim]) == {claim.task}
    assert account.LATE.value() == before + 1
    assert dict(said)["lease_late"]["task"] == 1
    assert worker.renew([claim]) == {claim.task}
    assert account.LATE.value() == before + 1


def test_a_zombie_is_refused_and_counted(
    board: Board, said: Said, outcomes: Callable[[], dict[str, float]]
) -> None:
    board.sharded()
    zombie = board.worker(lease_seconds=0)
    claim = claim_one(zombie, ["infer"])
    assert claim is not None
    before, reaped = account.REFUSED.values(), REAPED.value("infer")
    board.maintenance.tick()
    assert REAPED.value("infer") == reaped + 1
    assert dict(said)["tasks_reaped"] == {"pool": "infer", "tasks": 1}
    heir = board.worker()
    assert claim_one(heir, ["infer"]) is not None
    assert zombie.renew([claim]) == set()
    assert not zombie.commit(claim, written(claim))
    assert not zombie.complete(claim)
    assert not zombie.release(claim, "drained")
    now = account.REFUSED.values()
    assert {key: now[key] - before[key] for key in now} == {
        ("part",): 1,
        ("end",): 1,
        ("give_back",): 1,
        ("progress",): 0,
    }
    assert [event for event, _ in said].count("write_refused") == 3
    assert outcomes() == {"lost": 2}


def test_each_way_to_end_is_counted(board: Board, said: Said, outcomes: Callable[[], dict[str, float]]) -> None:
    board.sharded(tasks=5)
    worker = board.worker()
    ends = (
        worker.complete,
        lambda claim: worker.fail(claim, "no hope"),
        lambda claim: worker.retry(claim, "no answer"),
        lambda claim: worker.crash(claim, "killed", ordinal=0),
        lambda claim: worker.release(claim, "drained"),
    )
    claims = worker.claim(["infer"], limit=5)
    assert len(claims) == 5
    for claim, end in zip(claims, ends, strict=True):
        assert end(claim)
    assert outcomes() == {"completed": 1, "failed": 1, "retried": 1, "crashed": 1, "released": 1}
    assert {event for event, _ in said} >= {f"task_{outcome}" for outcome in outcomes()}
    assert dict(said)["task_retried"]["reason"] == "no answer"


def test_the_last_error_is_a_failure(board: Board, outcomes: Callable[[], dict[str, float]]) -> None:
    board.sharded()
    for _ in range(ERROR_BUDGET):
        worker = board.worker()
        claim = claim_one(worker, ["infer"])
        assert claim is not None
        assert worker.retry(claim, "no answer")
        board.database.execute("UPDATE task SET ready_at = clock_timestamp()")
    assert outcomes() == {"retried": ERROR_BUDGET - 1, "failed": 1}


def test_the_labels_are_those_of_the_built_in_models() -> None:
    from nerproc.model.registry import load

    assert set(account.LABELS) == {*load("basic").labels, *load("patterns").labels}
