"""The supervisor: claims tasks for its slots, renews their leases, drains on request.

Threads: the caller's claims; one a slot talks to its child; one waits for permits; one renews leases on a
connection of its own, so that no commit and no parser can hold it up; one does the upkeep.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable
from uuid import UUID, uuid4

from nerproc.errors import Unreachable
from nerproc.job.claims import Claims
from nerproc.job.jobs import POOL
from nerproc.job.maintenance import TICK_SECONDS
from nerproc.license.watch import watch
from nerproc.node import Node, open_database
from nerproc.observe import log
from nerproc.queue.base import Permit
from nerproc.settings import Settings
from nerproc.worker.slot import Slot

RENEWALS_PER_LEASE = 6
PERMIT_SECONDS = 1.0  # how long one wait for a permit lasts; the wait is repeated


class Supervisor:
    """A worker: `slots` children and their tasks."""

    def __init__(self, settings: Settings, slots: int) -> None:
        """Start the children; they get ready while the caller opens the node."""
        self.settings = settings
        self.id = uuid4()
        self.drain_ends: float | None = None  # monotonic time at which busy children are killed
        self._closing = threading.Event()
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._permits: queue.SimpleQueue[Permit] = queue.SimpleQueue()
        self._slots = [Slot(self, number) for number in range(slots)]
        self._idle = list(self._slots)
        self._may_wait = threading.Event()
        self._may_wait.set()
        for slot in self._slots:
            slot.start()

    def run(self, node: Node, *, job: UUID | None = None, done: Callable[[], bool] = lambda: False) -> None:
        """Work until `drain` is called or `done` says so; only on `job`, if given."""
        self.node = node
        self.claims = Claims(node.database, self.id, lease_seconds=self.settings.lease_seconds)
        threads = [
            threading.Thread(target=self._renew, name="leases", daemon=True),
            threading.Thread(target=self._upkeep, name="upkeep", daemon=True),
        ]
        if job is None:  # the tasks of a single job are made here: nobody else has to wake us
            threads.append(threading.Thread(target=self._receive, name="permits", daemon=True))
            threads.append(
                threading.Thread(target=watch, args=(node.license, self._closing), name="license", daemon=True)
            )
        for thread in threads:
            thread.start()
        try:
            while self.drain_ends is None and not done():
                self._wake.clear()
                try:
                    self._fill(job)
                except Unreachable as error:
                    log().warning("claim_failed", reason=error.message)
                self._wake.wait(self.settings.poll_seconds * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
        finally:
            self._finish(threads)

    def _fill(self, job: UUID | None) -> None:
        """Give every idle slot a task, as long as there are tasks; then acknowledge the permits used."""
        while self.drain_ends is None and self._idle:
            # Who submits a single job has asked the licence a moment ago.
            begin = job is not None or self.node.jobs.quota.open
            claim = self.claims.claim([POOL], job=job, begin=begin)
            if claim is None:
                break
            self._take_idle().assign(claim)
        while not self._permits.empty():
            # Acknowledged only now that the claims are committed; no more are asked for when all are busy.
            self.node.queue.ack(self._permits.get(), more=bool(self._idle))
            self._may_wait.set()

    def _take_idle(self) -> Slot:
        with self._lock:
            return self._idle.pop()

    def idle(self, slot: Slot) -> None:
        """A slot has ended its task."""
        with self._lock:
            self._idle.append(slot)
        self._wake.set()

    def drain(self) -> None:
        """Claim no more; let the objects in hand finish, then end. A second call ends at once."""
        now = time.monotonic()
        if self.drain_ends is None:
            self.drain_ends = now + self.settings.drain_seconds
        else:
            self.drain_ends = now
            self._closing.set()
        self._wake.set()

    def close(self) -> None:
        """End the children of a supervisor that did not come to run; after `run` there is nothing to do."""
        self._finish([])

    def wake_workers(self, pool: str, count: int) -> None:
        """Tell workers of new tasks; if that fails they find them by themselves."""
        self._wake.set()
        try:
            self.node.queue.publish(pool, count)
        except Unreachable as error:
            log().warning("publish_failed", reason=error.message)

    def wait_for_database(self, lost: threading.Event) -> bool:
        """Pause before a move is tried again; False when there is no point in trying."""
        lost.wait(random.uniform(0.2, 2.0))  # noqa: S311 - jitter
        return not (lost.is_set() or self._closing.is_set())

    def _receive(self) -> None:
        while not self._closing.is_set():
            if not self._may_wait.wait(PERMIT_SECONDS) or not self._idle:
                self._closing.wait(0.02)
                continue
            permit = self.node.queue.wait([POOL], PERMIT_SECONDS)
            if permit is not None:
                self._may_wait.clear()
                self._permits.put(permit)
                self._wake.set()

    def _renew(self) -> None:
        with open_database(self.settings) as database:
            claims = Claims(database, self.id, lease_seconds=self.settings.lease_seconds)
            while not self._closing.wait(self.settings.lease_seconds / RENEWALS_PER_LEASE):
                held = [hand for slot in self._slots if (hand := slot.hand) is not None]
                if not held:
                    continue
                try:
                    kept = claims.renew([hand.claim for hand in held])
                except Unreachable as error:
                    # A late renewal counts while nobody else has the task: the children go on.
                    log().warning("renewal_failed", reason=error.message)
                    continue
                for hand in held:
                    if hand.claim.task not in kept:
                        hand.lost.set()

    def _upkeep(self) -> None:
        every = min(TICK_SECONDS, self.settings.lease_seconds / 2)
        self.node.maintenance.run(self._closing, every=every)

    def _finish(self, threads: list[threading.Thread]) -> None:
        """Let every slot end its task, then every thread its loop."""
        for slot in self._slots:
            slot.finish()
        for slot in self._slots:
            slot.join()
        self._closing.set()
        self._may_wait.set()
        for thread in threads:
            thread.join()
