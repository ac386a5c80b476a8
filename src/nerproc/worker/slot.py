"""A slot: one thread of the supervisor that keeps one child busy with one task at a time.

It turns what the child says into moves of the task. Whatever becomes of the child, the task is completed, given
back, retried or found lost; a move that the database cannot take yet is tried until it can.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nerproc.errors import Unreachable
from nerproc.failpoint import failpoint
from nerproc.job.jobs import POOL
from nerproc.job.part import PartSummary
from nerproc.job.task import OBJECT_CRASHES, Claim, PlannedTask, WrittenPart
from nerproc.worker.process import ChildProcess

if TYPE_CHECKING:
    from nerproc.worker.supervisor import Supervisor

WATCH_SECONDS = 0.1


class Hand:
    """A task in hand; `lost` is set when it is no longer ours, and what the child has of it is thrown away."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.lost = threading.Event()


class Slot(threading.Thread):
    """One child and its tasks; `assign` gives it one, and it tells the supervisor when it is idle again."""

    def __init__(self, supervisor: Supervisor, number: int) -> None:
        super().__init__(name=f"slot-{number}", daemon=True)
        self._supervisor = supervisor
        self._inbox: queue.SimpleQueue[Hand | None] = queue.SimpleQueue()
        self._child: ChildProcess | None = None
        self._lost = threading.Event()
        self.hand: Hand | None = None

    def assign(self, claim: Claim) -> None:
        """Give an idle slot a task; it counts as busy, and its lease is renewed, from now on."""
        self.hand = Hand(claim)
        self._inbox.put(self.hand)

    def finish(self) -> None:
        """Let the thread end when it has no task."""
        self._inbox.put(None)

    def run(self) -> None:
        """Work until `finish`."""
        self._child = ChildProcess(self._supervisor.settings)
        while (hand := self._inbox.get()) is not None:
            self._lost = hand.lost
            try:
                self._work(hand.claim)
            finally:
                self.hand = None
                self._supervisor.idle(self)
        self._child.kill()
        self._child.reap()

    def _work(self, claim: Claim) -> None:
        child = self._fresh_child(alone=claim.suspects.get(claim.next_ordinal) == OBJECT_CRASHES - 1)
        child.used = True
        child.begin()
        message: dict[str, Any] | None = {"op": "none"}
        try:
            child.channel.send({"op": "task", **self._task(claim)})
            while message is not None:
                message = self._next_message(child)
                if message is not None and self._handle(claim, message):
                    return
        except OSError:
            message = None
        self._ended_early(claim, child)

    def _task(self, claim: Claim) -> dict[str, Any]:
        jobs = self._supervisor.node.jobs
        parts = self._persist(
            lambda: jobs.parts(claim.job) if claim.kind == "compact" else jobs.earlier_parts(claim)
        )
        return {**asdict(claim), "job": str(claim.job), "parts": [asdict(part) for part in parts or []]}

    def _fresh_child(self, *, alone: bool) -> ChildProcess:
        """The child, or a new one if it is gone, or has a past and the next object is to be read alone."""
        assert self._child is not None
        if alone and self._child.used:
            self._child.kill()
        if not self._child.alive or (alone and self._child.used):
            self._child.reap()
            self._child = ChildProcess(self._supervisor.settings)
        return self._child

    def _next_message(self, child: ChildProcess) -> dict[str, Any] | None:
        """The next message of the child, or None when it is gone; meanwhile it is watched."""
        told = False
        while not child.channel.waiting(WATCH_SECONDS):
            child.watch()
            if self._lost.is_set():
                child.kill("its task was taken away")
            elif self._supervisor.drain_ends is not None:
                if not told:
                    child.channel.send({"op": "drain"})
                    told = True
                if time.monotonic() > self._supervisor.drain_ends:
                    child.kill("its worker is shutting down")
        return child.channel.receive()

    def _handle(self, claim: Claim, message: dict[str, Any]) -> bool:
        """Turn a message into a move of the task; True when the child has ended its work on it."""
        claims = self._supervisor.claims
        match message["op"]:
            case "part":
                part = WrittenPart(**{**message["part"], "summary": PartSummary(**message["part"]["summary"])})
                failpoint("before_part_commit")
                if not self._persist(lambda: claims.commit(claim, part)):
                    self._lost.set()
                failpoint("after_part_commit")
                return False
            case "plan":
                plan = [PlannedTask(**task) for task in message["tasks"]]
                quota = self._supervisor.node.jobs.quota
                self._persist(lambda: claims.complete_shard(claim, plan, limit=quota.limit))
                self._supervisor.wake_workers(POOL, len(plan))
            case "merged":
                self._persist(lambda: claims.complete_compact(claim, message["files"], message["moves"]))
            case "done":
                failpoint("before_complete")
                self._persist(lambda: claims.complete(claim))
                failpoint("after_complete")
            case "yield":
                self._persist(lambda: claims.release(claim, message["reason"]))
                return True
            case "error" if message["permanent"]:
                self._persist(lambda: claims.fail(claim, message["reason"]))
            case "error":
                self._persist(lambda: claims.retry(claim, message["reason"]))
            case _:
                return False  # ready
        self._persist(lambda: self._supervisor.node.maintenance.close(claim.job))
        return True

    def _ended_early(self, claim: Claim, child: ChildProcess) -> None:
        """The child is gone with the task in its hands."""
        ordinal, _ = child.beacon.read()
        reason = child.reap()
        self._child = ChildProcess(self._supervisor.settings)
        if self._lost.is_set():
            return
        claims = self._supervisor.claims
        if self._supervisor.drain_ends is not None:
            self._persist(lambda: claims.release(claim, "its worker is shutting down"))
            return
        self._persist(lambda: claims.crash(claim, f"a worker process ended: {reason}", ordinal=ordinal))
        self._persist(lambda: self._supervisor.node.maintenance.close(claim.job))

    def _persist(self, move: Callable[[], Any]) -> Any:
        """Make a move, however long the database is away; give up only when the task is lost or we must end."""
        while True:
            try:
                return move()
            except Unreachable:
                if self._supervisor.wait_for_database(self._lost):
                    continue
                return None
