"""The timeline of a job in a few lines."""

from __future__ import annotations

from tests.job.board import Board, claim_one

from nerproc.job.activity import MOST_HAPPENINGS, activity


def test_events_of_one_kind_and_reason_are_one_line(board: Board) -> None:
    job = board.sharded(tasks=30)
    worker = board.worker()
    for reason in ("the store is full", "the store is full", "the disk is gone"):
        claim = claim_one(worker, ["infer"])
        assert claim is not None
        worker.retry(claim, reason)
    for ordinal in (7, 8):
        claim = claim_one(worker, ["infer"])
        assert claim is not None
        worker.crash(claim, "it was ended by SIGKILL", ordinal=ordinal)
    claim = claim_one(worker, ["infer"])
    assert claim is not None
    worker.complete(claim)
    running = claim_one(worker, ["infer"])
    assert running is not None

    found = activity(board.database, job)
    assert found.tasks == {"queued": 28, "running": 1, "completed": 2, "failed": 0, "stopped": 0}
    assert [(task.task, task.attempt) for task in found.running] == [(running.number, running.attempt)]
    assert [(line.kind, line.reason, line.count, line.task) for line in found.timeline] == [
        ("job.submitted", None, 1, None),
        ("task.claimed", None, 8, running.number),
        ("task.completed", None, 2, claim.number),
        ("task.retried", "the store is full", 2, 2),
        ("task.retried", "the disk is gone", 1, 3),
        ("task.crashed", "it was ended by SIGKILL", 2, 4),
    ]
    claims = found.timeline[1]
    assert claims.first_at < claims.last_at


def test_of_too_many_lines_the_latest_are_shown(board: Board) -> None:
    job = board.submit()
    board.database.execute(
        "INSERT INTO event (job_id, task_number, kind, detail) SELECT %s, 0, 'task.retried', "
        "jsonb_build_object('reason', 'reason ' || n) FROM generate_series(1, 300) n",
        [job],
    )
    lines = activity(board.database, job).timeline
    assert len(lines) == MOST_HAPPENINGS
    assert [lines[0].reason, lines[-1].reason] == ["reason 201", "reason 300"]
