"""A slot: one thread of the supervisor that keeps one child busy with one task at a time.

It turns what the child says into moves of the task. Whatever becomes of the child, the task is completed, given
back, retried or found lost; a move that the database cannot take yet is tried until it can.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from nerproc.errors import NerprocError, Unreachable
from nerproc.failpoint import failpoint
from nerproc.job.account import ended, of
from nerproc.job.part import PartSummary
from nerproc.job.task import OBJECT_CRASHES, POOL, Claim, PlannedTask, WrittenPart, artifacts
from nerproc.model.folder import Description
from nerproc.model.row import values
from nerproc.observe import bound, log
from nerproc.worker import account
from nerproc.worker.copies import tidy
from nerproc.worker.process import ChildProcess

if TYPE_CHECKING:
    from nerproc.worker.supervisor import Supervisor

WATCH_SECONDS = 0.1


class Hand:
    """A task in hand; `lost` is set when it is no longer ours, and what the child has of it is thrown away."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.since = time.monotonic()
        self.lost = threading.Event()


class Slot(threading.Thread):
    """One child and its tasks; `assign` gives it one, and it tells the supervisor when it is idle again."""

    def __init__(self, supervisor: Supervisor, number: int) -> None:
        super().__init__(name=f"slot-{number}", daemon=True)
        self._supervisor = supervisor
        self._inbox: queue.SimpleQueue[Hand | None] = queue.SimpleQueue()
        self._child: ChildProcess | None = None
        self._lost = threading.Event()
        self._is_last = False  # the task in hand, if there is one
        self.hand: Hand | None = None

    def assign(self, claim: Claim) -> None:
        """Give an idle slot a task; it counts as busy, and its lease is renewed, from now on."""
        self.hand = Hand(claim)
        self._inbox.put(self.hand)

    def finish(self) -> None:
        """Let the thread end when it has no task."""
        self._is_last = True
        self._inbox.put(None)

    def run(self) -> None:
        """Work until `finish`."""
        # Later ones follow a crash: they need not wait, there is a task for them.
        self._get_ready(warm=POOL in self._supervisor.pools)
        while (hand := self._inbox.get()) is not None:
            self._lost = hand.lost
            with bound(kind=hand.claim.kind, **of(hand.claim)):
                try:
                    self._work(hand.claim)
                except Exception as error:  # noqa: BLE001 - a slot without its thread would hold tasks for ever
                    self._failed(hand.claim, error)
            account.SECONDS.observe(hand.claim.kind, value=time.monotonic() - hand.since)
            self.hand = None
            self._get_ready()
            self._supervisor.idle(self)
        self._end_child()

    def _get_ready(self, *, warm: bool = False) -> None:
        """Start a child if there is none, as soon as this host has room for it: idle slots are given tasks."""
        while self._child is None and not self._is_last:
            try:
                self._start_child(warm=warm)
            except OSError as error:
                log().warning("child_not_started", reason=error.strerror or type(error).__name__)
                self._supervisor.pause()

    def _start_child(self, *, warm: bool = False) -> ChildProcess:
        self._child = ChildProcess(self._supervisor.settings, self._supervisor.id, warm=warm)
        return self._child

    def _end_child(self) -> None:
        """End the child at once, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            if child.alive:
                child.kill()
            child.reap()

    def _failed(self, claim: Claim, error: Exception) -> None:
        """Something happened here that nobody foresaw: the task is tried again, by whoever claims it next."""
        log().error("slot_failed", exc_info=error)
        # If this fails too, its lease runs out.
        with suppress(Exception):
            self._end_child()
            self._persist(
                lambda: self._supervisor.claims.retry(claim, f"its worker failed: {type(error).__name__}")
            )
            self._persist(lambda: self._supervisor.node.maintenance.close(claim.job))

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
        parts = self._persist(lambda: jobs.parts_for(claim))
        return {**asdict(claim), "job": str(claim.job), "parts": [asdict(part) for part in parts or []]}

    def _fresh_child(self, *, alone: bool) -> ChildProcess:
        """The child, or a new one if it is gone, or has a past and the next object is to be read alone."""
        if self._child is not None and (not self._child.alive or (alone and self._child.used)):
            self._end_child()
        return self._child or self._start_child()

    def _next_message(self, child: ChildProcess) -> dict[str, Any] | None:
        """The next message of the child, or None when it is gone; meanwhile it is watched."""
        told = False
        while not child.channel.waiting(WATCH_SECONDS):
            child.watch()
            if self._lost.is_set():
                child.kill("its task was taken away", "lost")
            elif self._supervisor.drain_ends is not None:
                if not told:
                    child.channel.send({"op": "drain"})
                    told = True
                if time.monotonic() > self._supervisor.drain_ends:
                    child.kill("its worker is shutting down", "drain")
        return child.channel.receive()

    def _handle(self, claim: Claim, message: dict[str, Any]) -> bool:
        """Turn a message into a move of the task; True when the child has ended its work on it."""
        claims = self._supervisor.claims
        match message["op"]:
            case "part":
                part = WrittenPart(**{**message["part"], "summary": PartSummary(**message["part"]["summary"])})
                failpoint("before_part_commit")
                if self._persist(lambda: claims.commit(claim, part)):
                    account.unread(message.get("causes", ()))
                else:
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
            case "model":
                failpoint("before_complete")
                self._complete_training(claim, message)
            case "yield":
                self._persist(lambda: claims.release(claim, message["reason"]))
                return True
            case "error":
                account.task_error(message["slug"])
                give_up = claims.fail if message["permanent"] else claims.retry
                self._persist(lambda: give_up(claim, message["reason"]))
            case _:
                self._note(claim, message)
                return False
        self._persist(lambda: self._supervisor.node.maintenance.close(claim.job))
        return True

    def _note(self, claim: Claim, message: dict[str, Any]) -> None:
        """Turn a message of a training into what is known of it; others are none of the task's."""
        match message["op"]:
            case "progress":
                with suppress(Unreachable):  # the next one will do
                    self._supervisor.claims.progress(claim, message["progress"])
            case "epoch":
                self._commit_epoch(claim, message)

    def _complete_training(self, claim: Claim, message: dict[str, Any]) -> None:
        if self._persist(lambda: self._supervisor.claims.complete_train(claim, _row(message))):
            self._tidy(artifacts(claim.job))
        self._end_child()  # it holds much that only trainings need

    def _commit_epoch(self, claim: Claim, message: dict[str, Any]) -> None:
        committed = self._persist(
            lambda: self._supervisor.claims.commit_epoch(claim, message["checkpoint"], message["progress"])
        )
        held, earlier = committed or (False, None)
        if not held:
            self._lost.set()
        elif earlier is not None:
            self._tidy(earlier)
        failpoint("after_epoch_commit")

    def _tidy(self, prefix: str) -> None:
        """Delete what nothing points at any more; if that fails, the collection does it."""
        with suppress(Unreachable):
            self._supervisor.node.storage.delete(prefix)

    def _tidy_copies(self, claim: Claim) -> None:
        """Remove the copy that a killed child was about to write."""
        with suppress(NerprocError):
            tidy(claim, self._supervisor.settings)

    def _ended_early(self, claim: Claim, child: ChildProcess) -> None:
        """The child is gone with the task in its hands."""
        ordinal, _ = child.beacon.read()
        self._child = None
        reason = child.reap()
        account.child_ended(claim, cause=child.cause, reason=reason, ordinal=ordinal)
        if self._lost.is_set():
            ended(claim, "lost")
            if claim.kind == "redact":
                self._tidy_copies(claim)
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


def _row(message: dict[str, Any]) -> dict[str, Any]:
    """The row of the model that a child has stored."""
    return values(UUID(message["id"]), Description(**message["description"]), message["files"], "trained")
