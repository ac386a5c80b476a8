"""The queue: it wakes workers, and nothing else.

A *permit* says "a task of this pool may be ready". The worker that gets one claims the best ready task in the
database (`nerproc.job.claim`). A permit too many finds nothing and is dropped; a permit lost costs seconds,
because idle workers look for work every few seconds anyway.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

from nerproc.errors import QueueMismatch, QueueUnreachable
from nerproc.observe import log


@dataclass(frozen=True, slots=True)
class Permit:
    """A wake-up. One is as good as another of its pool; `receipt` belongs to the adapter."""

    pool: str
    receipt: Any = field(default=None, compare=False, repr=False)


class Queue(Protocol):
    """One small seam; every adapter passes tests/queue/test_conformance.py. Thread-safe.

    A queue that cannot be reached raises `nerproc.errors.QueueUnreachable` from `publish` and `depth`; `wait`
    returns None after its timeout instead, and connects again by itself. A queue that is there, but not
    as nerproc would make it, raises `nerproc.errors.QueueMismatch` from all three.
    """

    def publish(self, pool: str, count: int = 1) -> None:
        """Say that `count` tasks of `pool` may be ready."""
        ...

    def wait(self, pools: Collection[str], timeout: float) -> Permit | None:
        """Wait up to `timeout` seconds for a permit of one of `pools`.

        A process may get its next permit of a pool only when it has acknowledged the last one.
        """
        ...

    def ack(self, permit: Permit, *, more: bool) -> None:
        """The permit was used (or found nothing); `more` says whether this process will wait again now.

        A permit that is never acknowledged goes to another process when this one's connection ends.
        """
        ...

    def depth(self, pool: str) -> int | None:
        """Permits that wait to be taken; None for a queue that keeps none (who listens gets them)."""
        ...

    def close(self) -> None:
        """Let go of connections; a `wait` in another thread returns None."""
        ...


def wake(queue: Queue, pool: str, count: int = 1) -> None:
    """Publish, or say in the log why not: without a permit workers find the work too, in seconds."""
    try:
        queue.publish(pool, count)
    except (QueueUnreachable, QueueMismatch) as error:
        log().warning("publish_failed", reason=error.message)
