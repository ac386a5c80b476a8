"""The consumer of one pool on one connection: there while permits are wanted, gone before the last ack.

With a prefetch of one the broker sends the next permit when the last is acknowledged. A busy worker that
acknowledged while it still consumes would therefore get a permit that it cannot use, and that others wait for:
so it cancels its consumer first.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, Protocol

from nerproc.observe import log
from nerproc.queue.base import Permit
from nerproc.queue.rabbit.inbox import Inbox
from nerproc.queue.rabbit.wire import Reading, queue_name, read

SILENT_SECONDS = 15.0  # a consumer that heard nothing for so long asks whether the broker still knows it
DEFER_SECONDS = 30.0  # about how long a pool is left to others after a permit of a newer version


class Queues(Protocol):
    """What a consumer needs of its `Session`."""

    def declare(self, pool: str, then: Callable[[], None]) -> None:
        """Call `then` when the queue is there."""
        ...

    def examine(self, pool: str, then: Callable[[int, int], None]) -> None:
        """The same, and say how many permits and consumers it has."""
        ...


class Consumer:
    """All its methods run in the thread of the connection."""

    def __init__(
        self,
        pool: str,
        channel: Any,
        generation: int,
        inbox: Inbox,
        queues: Queues,
    ) -> None:
        self.tag: str | None = None  # while the broker knows this consumer
        self._pool = pool
        self._channel = channel
        self._generation = generation
        self._inbox = inbox
        self._queues = queues
        self._changing = False  # the broker was asked, and has not answered yet
        self._used: list[int] = []  # deliveries to acknowledge
        self._unwanted: list[int] = []  # deliveries to give back
        self._paused_until = 0.0
        self._in_hand = 0  # deliveries that are neither acknowledged nor given back
        self._heard = self._next_look = 0.0  # monotonic times: a sign of life; when to ask for one

    def adjust(self) -> None:
        """Take the next step from what is to what is wanted; each answer of the broker calls this again."""
        if self._changing:
            return
        if time.monotonic() >= self._paused_until and self._inbox.wants(self._pool):
            self._settle()
            if self.tag is None:
                self._changing = True
                self._queues.declare(self._pool, self._consume)
            elif self._silent() and time.monotonic() > self._next_look:
                self._next_look = time.monotonic() + SILENT_SECONDS
                self._queues.examine(self._pool, self._found)
        elif self.tag is not None:
            self._changing = True
            self._channel.basic_cancel(self.tag, callback=_answer_expected)
        else:
            unused = self._inbox.take_back(self._pool)
            if unused is not None:
                self._unwanted.append(unused.receipt[1])
            self._settle()

    def acknowledge(self, delivery: int) -> None:
        """The permit was used; acknowledged now, or when the consumer is gone."""
        self._used.append(delivery)
        self.adjust()

    def cancelled(self) -> None:
        """The consumer is gone, as we asked."""
        self.tag = None
        self._changing = False
        self.adjust()

    def _found(self, permits: int, consumers: int) -> None:
        """Begin anew when we should have heard something.

        When a queue is deleted and declared again at once, RabbitMQ 3.10 does not say so, and drops what it
        should deliver on the channels that knew the old one.
        """
        heard_nothing = self._silent() and (permits > 0 or consumers == 0)
        if heard_nothing and self.tag is not None and not self._changing and not self._in_hand:
            log().warning("consumer_lost", pool=self._pool)
            self._channel.close()

    def _silent(self) -> bool:
        return time.monotonic() - self._heard > SILENT_SECONDS

    def _consume(self) -> None:
        self.tag = self._channel.basic_consume(
            queue_name(self._pool), self._received, callback=lambda _ok: self._consuming()
        )

    def _consuming(self) -> None:
        self._heard = time.monotonic()
        self._changing = False
        self.adjust()

    def _settle(self) -> None:
        for delivery in self._used:
            self._channel.basic_ack(delivery)
        for delivery in self._unwanted:
            self._channel.basic_nack(delivery, requeue=True)
        self._in_hand -= len(self._used) + len(self._unwanted)
        self._used, self._unwanted = [], []

    def _received(self, _channel: Any, method: Any, _properties: Any, body: bytes) -> None:
        self._heard = time.monotonic()
        self._in_hand += 1
        match read(body, self._pool):
            case Reading.PERMIT:
                self._inbox.put(Permit(self._pool, (self._generation, method.delivery_tag)))
            case Reading.GARBAGE:
                log().warning("permit_unreadable", pool=self._pool, bytes=len(body))
                self._channel.basic_reject(method.delivery_tag, requeue=False)
                self._in_hand -= 1
            case Reading.NEWER:
                # It goes back to where we would get it at once, and each return counts towards the delivery
                # limit: so stop consuming first, and leave the pool to newer workers for a while. Workers
                # look for work by themselves meanwhile.
                self._paused_until = time.monotonic() + random.uniform(0.5, 1.5) * DEFER_SECONDS  # noqa: S311
                log().warning("permit_of_newer_version", pool=self._pool)
                self._unwanted.append(method.delivery_tag)
                self.adjust()


def _answer_expected(_ok: Any) -> None:
    """Without a callback the broker is not asked to answer; answers of all pools arrive in `Session`."""
