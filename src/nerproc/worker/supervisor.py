"""The supervisor: claims tasks for its slots, renews their leases, drains on request.

Threads: the caller's claims; one a slot talks to its child; one waits for permits; one renews leases on a
connection of its own, so that no commit and no parser can hold it up; one does the upkeep.
"""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from uuid import UUID, uuid4

import nerproc
from nerproc.errors import Unreachable
from nerproc.job.account import of
from nerproc.job.claims import Claims
from nerproc.job.jobs import POOLS
from nerproc.job.maintenance import TICK_SECONDS
from nerproc.job.redaction import key_of
from nerproc.job.workers import Registration, Workers
from nerproc.license.watch import watch
from nerproc.node import Node, open_database
from nerproc.observe import log
from nerproc.queue.base import Permit, wake
from nerproc.settings import Settings
from nerproc.worker import account
from nerproc.worker.slot import Slot

RENEWALS_PER_LEASE = 6
ROOM_SECONDS = 1.0  # between attempts to start a child
PERMIT_SECONDS = 1.0  # how long one wait for a permit lasts; the wait is repeated


class Supervisor:
    """A worker: `slots` children and their tasks."""

    def __init__(self, settings: Settings, slots: int, pools: Sequence[str] = POOLS) -> None:
        """Start the children; they get ready while the caller opens the node.

        Raises:
            SettingsError: the key of redactions is none.
        """
        self.settings = settings
        self._key = key_of(settings)
        self.id = uuid4()
        self.pools = tuple(pools)
        self.drain_ends: float | None = None  # monotonic time at which busy children are killed
        self._resting = False  # an operator wants it to take no more tasks
        self._closing = threading.Event()
        self._wake = threading.Event()
        self._changed = threading.Condition()  # guards the next two
        self._permit: Permit | None = None  # that woke us, and is not acknowledged
        self._slots = [Slot(self, number) for number in range(slots)]
        self._idle = list(self._slots)
        self._failure: Exception | None = None
        account.SLOTS.watch(lambda: len(self._slots))
        account.BUSY.watch(lambda: len(self._slots) - len(self._idle))
        account.DRAINING.watch(lambda: self.drain_ends is not None)
        for slot in self._slots:
            slot.start()

    def run(self, node: Node, *, job: UUID | None = None, done: Callable[[], bool] = lambda: False) -> None:
        """Work until `drain` is called or `done` says so; only on `job`, if given.

        Raises:
            QueueMismatch: the queue is not as it must be; what was in hand was finished first.
            Exception: so was it when a thread ended that a worker cannot do without.
        """
        self.node = node
        self.claims = Claims(
            node.database,
            self.id,
            lease_seconds=self.settings.lease_seconds,
            host=socket.gethostname(),
            key=self._key,
        )
        threads = [
            self._vital("leases", lambda: self._renew(job)),
            self._vital("upkeep", self._upkeep),
        ]
        if job is None:  # the tasks of a single job are made here: nobody else has to wake us
            threads.append(self._vital("permits", self._receive))
            threads.append(self._vital("license", lambda: watch(node.license, self._closing)))
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
        if self._failure is not None:
            raise self._failure

    def _vital(self, name: str, work: Callable[[], None]) -> threading.Thread:
        """A thread without which tasks would be held that nobody keeps: if it fails, the worker ends."""

        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - `run` raises it
                self._failure = error
                self.drain()

        return threading.Thread(target=run, name=name, daemon=True)

    def _fill(self, job: UUID | None) -> None:
        """Give every idle slot a task, as far as there are tasks; then acknowledge the permit that woke us."""
        while self._takes() and (free := len(self._idle)):
            # Who submits a single job has asked the licence a moment ago.
            begin = job is not None or self.node.jobs.quota.open
            claims = self.claims.claim(self.pools, job=job, limit=free, begin=begin)
            for claim in claims:
                self._take_idle().assign(claim)
            if len(claims) < free:
                break
        with self._changed:
            permit, self._permit = self._permit, None
            more = bool(self._idle)
        if permit is not None and self._resting:
            self.node.queue.ack(permit, more=False)
            wake(self.node.queue, permit.pool)  # somebody else may use it
        elif permit is not None:
            # Only now that the claims are committed; no more are asked for when all slots are busy.
            self.node.queue.ack(permit, more=more)
        with self._changed:
            self._changed.notify_all()

    def _takes(self) -> bool:
        """Whether it takes tasks."""
        return self.drain_ends is None and not self._resting

    def _rest(self, *, resting: bool) -> None:
        """Take no more tasks, or some again."""
        if resting == self._resting:
            return
        if resting:
            log().info("worker_rests", worker=str(self.id))
        else:
            log().info("worker_goes_on", worker=str(self.id))
        with self._changed:
            self._resting = resting
            self._changed.notify_all()
        self._wake.set()

    def _take_idle(self) -> Slot:
        with self._changed:
            return self._idle.pop()

    def idle(self, slot: Slot) -> None:
        """A slot has ended its task."""
        with self._changed:
            self._idle.append(slot)
            self._changed.notify_all()
        self._wake.set()

    def drain(self) -> None:
        """Claim no more; let the objects in hand finish, then end. A second call ends at once."""
        now = time.monotonic()
        log().info("worker_drains", again=self.drain_ends is not None)
        if self.drain_ends is None:
            self.drain_ends = now + self.settings.drain_seconds
        else:
            self.drain_ends = now
            self._closing.set()
        with self._changed:
            self._changed.notify_all()
        self._wake.set()

    def close(self) -> None:
        """End the children of a supervisor that did not come to run; after `run` there is nothing to do."""
        self._finish([])

    def wake_workers(self, pool: str, count: int) -> None:
        """Tell workers of new tasks; if that fails they find them by themselves."""
        self._wake.set()
        wake(self.node.queue, pool, count)

    def wait_for_database(self, lost: threading.Event) -> bool:
        """Pause before a move is tried again; False when there is no point in trying, or no time left."""
        lost.wait(random.uniform(0.2, 2.0))  # noqa: S311 - jitter
        late = self.drain_ends is not None and time.monotonic() > self.drain_ends
        return not (late or lost.is_set() or self._closing.is_set())

    def pause(self) -> None:
        """Pause before something is tried again that the system has no room for."""
        self._closing.wait(ROOM_SECONDS)

    def _receive(self) -> None:
        """Hand permits to the main loop, one at a time."""
        while self._wants_permit():
            permit = self.node.queue.wait(self.pools, PERMIT_SECONDS)
            if permit is not None:
                with self._changed:
                    self._permit = permit
                self._wake.set()

    def _wants_permit(self) -> bool:
        """Wait for an idle slot, and until the last permit was used; False when the worker is to end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._ends() or (self._idle and self._permit is None and not self._resting)
            )
            return not self._ends()

    def _ends(self) -> bool:
        return self.drain_ends is not None or self._closing.is_set()

    def _renew(self, job: UUID | None) -> None:
        """Keep this worker's entry and its leases until the end."""
        pools = self.pools if job is None else ()
        me = Registration(
            self.id,
            socket.gethostname(),
            os.getpid(),
            nerproc.__version__,
            pools,
            len(self._slots),
            self._key,
        )
        lease = self.settings.lease_seconds
        with closing(open_database(self.settings)) as database:
            claims = Claims(database, self.id, lease_seconds=lease)
            workers = Workers(database)
            reached = False
            while not self._closing.is_set():
                try:
                    self._renew_leases(claims)
                    draining = self.drain_ends is not None
                    self._rest(resting=workers.renew(me, lease_seconds=lease, draining=draining))
                    reached = True
                except Unreachable as error:
                    # A late renewal counts while nobody else has the task: the children go on.
                    log().warning("renewal_failed", reason=error.message)
                    reached = False
                self._closing.wait(lease / RENEWALS_PER_LEASE)
            if reached:  # else it would hold up the end; the entry expires as a lease does
                with suppress(Unreachable):
                    workers.remove(self.id)

    def _renew_leases(self, claims: Claims) -> None:
        held = [hand for slot in self._slots if (hand := slot.hand) is not None]
        kept = claims.renew([hand.claim for hand in held]) if held else set()
        for hand in held:
            if hand.claim.task not in kept and not hand.lost.is_set():
                log().warning("lease_lost", **of(hand.claim))
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
        with self._changed:
            self._changed.notify_all()
        for thread in threads:
            thread.join()
