"""Where a permit lies until a waiting thread takes it, and who waits for what. Shared by all threads."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Collection

from nerproc.queue.base import Permit
from nerproc.queue.rabbit.link import Failure, again

LINGER_SECONDS = 1.0  # a pool is consumed so long after its last wait, which is usually followed by another


class Inbox:
    """At most one permit of each pool; the broker holds the others until that one is acknowledged."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._permits: dict[str, Permit] = {}
        self._waiting: Counter[str] = Counter()
        self._wanted_until: dict[str, float] = {}
        self._failure: Failure | None = None
        self._closed = False

    def enter(self, pools: Collection[str]) -> None:
        """A thread begins to wait; `take` ends that."""
        with self._changed:
            self._waiting.update(pools)

    def take(self, pools: Collection[str], timeout: float) -> Permit | None:
        """The first permit of one of `pools` within `timeout` seconds.

        Raises:
            QueueMismatch: or whatever `fail` was given.
        """
        with self._changed:
            try:
                self._changed.wait_for(
                    lambda: self._closed or self._failure or not self._permits.keys().isdisjoint(pools), timeout
                )
                if self._failure is not None:
                    raise again(self._failure)
                if self._closed:
                    return None
                return next((self._permits.pop(pool) for pool in pools if pool in self._permits), None)
            finally:
                self._waiting.subtract(pools)
                self._wanted_until |= dict.fromkeys(pools, time.monotonic() + LINGER_SECONDS)

    def put(self, permit: Permit) -> None:
        """A permit has arrived."""
        with self._changed:
            self._permits[permit.pool] = permit
            self._changed.notify_all()

    def take_back(self, pool: str) -> Permit | None:
        """The permit of `pool` that nobody has taken."""
        with self._changed:
            return self._permits.pop(pool, None)

    def clear(self) -> None:
        """The connection that brought the permits is gone, and so are they."""
        with self._changed:
            self._permits.clear()

    def pools(self) -> list[str]:
        """Every pool that was ever waited for."""
        with self._changed:
            return list(self._waiting)

    def wants(self, pool: str) -> bool:
        """Whether a thread waits for `pool`, or did a moment ago."""
        with self._changed:
            return self._waiting[pool] > 0 or time.monotonic() < self._wanted_until.get(pool, 0.0)

    def leave(self) -> None:
        """No thread will wait soon, apart from those that do."""
        with self._changed:
            self._wanted_until.clear()

    def fail(self, failure: Failure | None) -> None:
        """Let every wait end with `failure`; None lets them wait again."""
        with self._changed:
            self._failure = failure
            self._changed.notify_all()

    def close(self) -> None:
        """End every wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
