"""The queue of a node that has nothing but its database: LISTEN and NOTIFY.

A permit is a notification on the channel `nerproc_<pool>`; every process that listens gets it, and nobody keeps
it for those that do not. One thread a process owns the one connection that listens, and connects again when it
is lost; waiting threads sleep on a condition.
"""

from __future__ import annotations

import os
import random
import select
import threading
import time
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from uuid import uuid4

import psycopg
from psycopg import sql

from nerproc.db.database import Connection, Database
from nerproc.errors import DatabaseUnreachable, NerprocError, QueueUnreachable
from nerproc.queue.base import Permit

MOST_PERMITS = 32  # kept for one pool: each that finds nothing costs a claim
RECONNECT_SECONDS = (0.1, 1.0)  # between these, by chance, so that many nodes do not come back at once
TRIAL_SECONDS = 5.0  # for one permit to arrive
CLOSE_SECONDS = 1.0  # how long `close` waits for the listening thread, which may be connecting


class PostgresQueue:
    """Wakes through `database`, which is closed after the queue."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changed = threading.Condition()
        self._permits: Counter[str] = Counter()  # by pool; guarded by _changed, like all below
        self._pools: set[str] = set()  # to listen to
        self._listener: threading.Thread | None = None
        self._closed = False
        self._signal = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)  # wakes the listener

    def publish(self, pool: str, count: int = 1) -> None:
        """Notify every process that listens; nothing is kept for others."""
        if count < 1:
            return
        try:
            self._database.execute(
                "SELECT pg_notify(%s, %s)", [_channel(pool), str(min(count, MOST_PERMITS))], retry=True
            )
        except DatabaseUnreachable as error:
            raise QueueUnreachable(f"no worker can be woken: {error.message}", hint=error.hint) from error

    def wait(self, pools: Collection[str], timeout: float) -> Permit | None:
        """Wait up to `timeout` seconds for a permit of one of `pools`, the first of them first."""
        with self._changed:
            self._listen_to(pools)
            self._changed.wait_for(lambda: self._closed or any(self._permits[pool] for pool in pools), timeout)
            if self._closed:
                return None
            for pool in pools:
                if self._permits[pool]:
                    self._permits[pool] -= 1
                    return Permit(pool)
            return None

    def ack(self, permit: Permit, *, more: bool) -> None:
        """Nothing to do: a notification is gone once it was read."""

    def depth(self, pool: str) -> int | None:  # noqa: ARG002
        """None: permits are not kept."""
        return None

    def close(self) -> None:
        """Stop listening; a `wait` in another thread returns None."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
            if self._listener is None:
                os.close(self._signal)
                return
            os.eventfd_write(self._signal, 1)
        self._listener.join(CLOSE_SECONDS)

    def _listen_to(self, pools: Collection[str]) -> None:
        if self._closed or self._pools.issuperset(pools):
            return
        self._pools.update(pools)
        os.eventfd_write(self._signal, 1)
        if self._listener is None:
            self._listener = threading.Thread(target=self._listen, name="queue-listener", daemon=True)
            self._listener.start()

    def _listen(self) -> None:
        """Keep a listening connection until `close`."""
        connected_before = False
        while not self._closed:
            try:
                with self._database.connect("queue") as connection:
                    self._receive(connection, missed_some=connected_before)
            except (NerprocError, psycopg.Error):
                connected_before = True
                select.select([self._signal], [], [], random.uniform(*RECONNECT_SECONDS))  # noqa: S311
        with self._changed:
            os.close(self._signal)

    def _receive(self, connection: Connection, *, missed_some: bool) -> None:
        """Turn notifications into permits until `close`; those that were sent meanwhile are made up for."""
        listening: set[str] = set()
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        poll.register(self._signal, select.POLLIN)
        while not self._closed:
            for pool in self._pools - listening:
                connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(_channel(pool))))
                listening.add(pool)
                if missed_some:
                    self._add(pool, 1)
            for notification in connection.notifies(timeout=0):
                count = notification.payload  # empty when somebody notifies by hand
                self._add(notification.channel.removeprefix("nerproc_"), int(count) if count.isdecimal() else 1)
            poll.poll()
            with suppress(BlockingIOError):
                os.eventfd_read(self._signal)

    def _add(self, pool: str, count: int) -> None:
        with self._changed:
            self._permits[pool] = min(self._permits[pool] + count, MOST_PERMITS)
            self._changed.notify_all()


def try_out(queue: PostgresQueue) -> tuple[str, float]:
    """See that a notification arrives; what this queue is, in words, and the seconds that it took.

    Raises:
        QueueUnreachable: the database does not answer, or what is said does not come back.
    """
    pool = f"doctor_{uuid4().hex}"
    give_up = time.monotonic() + TRIAL_SECONDS
    while time.monotonic() < give_up:  # the first is sent before anybody listens
        begin = time.perf_counter()
        queue.publish(pool)
        if queue.wait([pool], TRIAL_SECONDS / 20) is not None:
            return "notifications of PostgreSQL", time.perf_counter() - begin
    raise QueueUnreachable(
        "notifications of the database do not arrive",
        hint="connect to PostgreSQL itself, or through a pooler that keeps sessions: LISTEN needs one",
    )


def _channel(pool: str) -> str:
    return f"nerproc_{pool}"
