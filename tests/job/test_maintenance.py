"""The upkeep: what it puts back, closes, wakes and collects."""

from __future__ import annotations

import io
import time
from concurrent.futures import ThreadPoolExecutor

from tests.job.board import Board, claim_one, written

from nerproc.job.state import State
from nerproc.job.task import artifacts


def test_an_expired_lease_goes_back_and_wakes_a_worker(board: Board) -> None:
    job = board.sharded()
    claim_one(board.worker(lease_seconds=0), ["infer"])
    board.queue.published = 0
    board.maintenance.tick()
    assert board.queue.published == 1
    released = [event for event in board.jobs.events(job) if event.kind == "task.released"]
    assert [event.detail for event in released] == [{"reason": "its lease expired"}]
    again = claim_one(board.worker(), ["infer"])
    assert again is not None
    assert again.suspects == {}


def test_after_a_gap_in_its_own_ticks_nothing_is_reaped_for_one_lease(board: Board) -> None:
    board.sharded()
    upkeep = board.upkeep(lease_seconds=0.3)
    upkeep.tick()
    claim_one(board.worker(lease_seconds=0), ["infer"])
    time.sleep(0.35)  # the database was away
    upkeep.tick()
    assert claim_one(board.worker(), ["infer"]) is None
    for _ in range(4):
        time.sleep(0.1)
        upkeep.tick()
    assert claim_one(board.worker(), ["infer"]) is not None


def test_a_gap_that_one_node_saw_counts_for_all(board: Board) -> None:
    board.sharded()
    one, other = board.upkeep(lease_seconds=0.3), board.upkeep(lease_seconds=0.3)
    one.tick()
    board.worker(lease_seconds=0).claim(["infer"])
    time.sleep(0.35)
    one.tick()
    for upkeep in (other, board.upkeep(lease_seconds=0.3)):  # neither of them was there before the gap
        upkeep.tick()
        assert board.worker().claim(["infer"]) == []
    time.sleep(0.2)
    other.tick()
    time.sleep(0.15)
    one.tick()
    assert board.worker().claim(["infer"]) != []


def test_of_all_nodes_that_offer_a_tick_one_does_it(board: Board) -> None:
    job = board.sharded(tasks=0)
    nodes = [board.upkeep() for _ in range(8)]
    assert not any(node.tick(every=60) for node in nodes)  # the database was made a moment ago
    assert board.jobs.get(job).state is State.RUNNING
    for _ in range(5):
        board.database.execute("UPDATE upkeep SET at = at - interval '20 seconds' WHERE name = 'tick'")
        with ThreadPoolExecutor(len(nodes)) as threads:
            turns = list(threads.map(lambda node: node.tick(every=20), nodes))
        assert turns.count(True) == 1
    assert board.jobs.get(job).state is State.COMPLETED


def test_a_node_that_froze_in_its_turn_holds_up_nobody(board: Board) -> None:
    with board.database.transaction() as frozen:
        frozen.execute("SELECT FROM upkeep WHERE name = 'tick' FOR UPDATE")
        assert not board.maintenance.tick()
    assert board.maintenance.tick()


def test_collections_are_shared_too(board: Board) -> None:
    board.database.execute("UPDATE upkeep SET at = at - interval '1 hour' WHERE name = 'collection'")
    turns = [board.upkeep()._take_turn("collection", 3_600) is not None for _ in range(3)]
    assert turns == [True, False, False]


def test_a_job_without_live_tasks_is_closed(board: Board) -> None:
    job = board.sharded(tasks=0)
    assert board.jobs.get(job).state is State.RUNNING
    board.maintenance.tick()
    record = board.jobs.get(job)
    assert (record.state, record.total_objects, record.failure) == (State.COMPLETED, 0, None)


def test_a_job_fails_when_every_object_fails(board: Board) -> None:
    job = board.sharded()
    worker = board.worker()
    claim = claim_one(worker, ["infer"])
    assert claim is not None
    worker.commit(claim, written(claim, failed=10))
    worker.complete(claim)
    board.maintenance.close(job)
    assert board.jobs.get(job).failure == "every object failed"


def test_a_failed_shard_task_fails_the_job(board: Board) -> None:
    job = board.submit()
    worker = board.worker()
    claim = claim_one(worker, ["infer"])
    assert claim is not None
    assert claim.kind == "shard"
    worker.fail(claim, "There is nothing at /data.")
    board.maintenance.close(job)
    record = board.jobs.get(job)
    assert (record.state, record.failure) == (State.FAILED, "There is nothing at /data.")


def test_a_report_of_many_parts_is_compacted_once_before_it_is_closed(board: Board) -> None:
    job = board.sharded(tasks=1, objects=30)
    upkeep = board.upkeep(compact_parts=3)
    worker = board.worker()
    claim = claim_one(worker, ["infer"])
    assert claim is not None
    for seq in range(3):
        worker.commit(claim, written(claim, seq=seq))
    worker.complete(claim)
    upkeep.close(job)
    upkeep.close(job)
    assert board.jobs.get(job).state is State.RUNNING
    compact = claim_one(worker, ["infer"])
    assert compact is not None
    assert compact.kind == "compact"
    old = board.jobs.parts(job)
    file = {
        "seq": 0,
        "entities_key": "e",
        "objects_key": "o",
        "objects": 30,
        "succeeded": 30,
        "skipped": 0,
        "failed": 0,
        "unchanged": 0,
        "bytes": 3_000,
        "characters": 0,
        "entities": 30,
        "label_counts": {"EMAIL": 30},
        "group_counts": {},
        "first_object": None,
        "last_object": None,
        "reasons": 0,
    }
    moves = [
        {"part": part.id, "seq": 0, "entity_offset": 10 * n, "object_offset": 10 * n}
        for n, part in enumerate(old)
    ]
    assert worker.complete_compact(compact, [file], moves)
    upkeep.close(job)
    record = board.jobs.get(job)
    assert (record.state, record.succeeded, record.entities) == (State.COMPLETED, 30, 30)
    *merged, new = board.jobs.parts(job)
    assert [(part.merged_into, part.entity_offset) for part in merged] == [
        (new.id, 0),
        (new.id, 10),
        (new.id, 20),
    ]
    assert board.jobs.counts(job)[0] == {"EMAIL": 30}


def test_collection_minds_no_file_that_its_process_has_taken_away(board: Board) -> None:
    scratch = board.storage.scratch()
    (scratch / "a").symlink_to("gone")  # as one that is listed, and then not there
    (scratch / "b").touch()
    board.maintenance.collect(age_seconds=-1)
    assert [left.name for left in scratch.iterdir()] == ["a"]


def test_collection_takes_only_what_nothing_points_at(board: Board) -> None:
    job = board.sharded()
    worker = board.worker()
    claim = claim_one(worker, ["infer"])
    assert claim is not None
    kept = written(claim)
    worker.commit(claim, kept)
    stray = f"{artifacts(job)}/task-1/attempt-0/part-0/entities"
    orphan = "reports/00000000-0000-0000-0000-000000000000/task-1/attempt-1/part-0/entities"
    for key in (kept.entities_key, kept.objects_key, stray, orphan):
        board.storage.put(key, io.BytesIO(b"x"))
    assert board.maintenance.collect() == 0  # all too young
    time.sleep(0.01)
    assert board.maintenance.collect(age_seconds=0) == 2
    assert {stored.key for stored in board.storage.list("reports/")} == {kept.entities_key, kept.objects_key}
