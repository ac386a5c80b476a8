"""The queue of many machines: permits are messages in quorum queues of RabbitMQ, one queue a pool.

What other threads ask for is done by the one thread of `link.py`; they wait for its answer with a limit. A
permit is acknowledged when its task is claimed, so a broker never waits for a task to end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Any

from nerproc.errors import QueueMismatch, QueueUnreachable
from nerproc.queue.base import Permit
from nerproc.queue.rabbit.inbox import Inbox
from nerproc.queue.rabbit.link import HINT, Failure, Link, again
from nerproc.queue.rabbit.session import Session, fail, succeed

MOST_AT_ONCE = (
    1_000  # permits of one call: workers that are woken look for all there is, and the upkeep tops up
)
ANSWER_SECONDS = 5.0  # how long a caller waits for the broker
TICK_SECONDS = 0.5  # between looks at what is no longer waited for
TRIAL_POOL = "infer"

Request = Callable[[Session, Future[Any]], None]


class RabbitQueue:
    """Wakes through the RabbitMQ at `url`; connects when it is first used, and again whenever that is lost."""

    def __init__(self, url: str) -> None:
        """`url` is `amqp(s)://user:password@host:port/vhost`.

        Raises:
            SettingsError: it is not.
        """
        self._inbox = Inbox()
        self._link = Link(url, on_up=self._up, on_down=self._down)
        self._session: Session | None = None  # this and all below belongs to the thread of the link
        self._generation = 0
        self._asked: dict[Future[Any], Request] = {}  # and not answered
        self._ticking = False

    @property
    def address(self) -> str:
        """Where the broker is, for messages: no password."""
        return self._link.address

    def publish(self, pool: str, count: int = 1) -> None:
        """Send `count` permits, or as many as make sense.

        Raises:
            QueueUnreachable: the broker does not answer, or takes no messages.
            QueueMismatch: a queue exists with other arguments.
        """
        if count > 0:
            wanted = min(count, MOST_AT_ONCE)
            self._ask(lambda session, answer: session.publish(pool, wanted, answer))

    def wait(self, pools: Collection[str], timeout: float) -> Permit | None:
        """Wait up to `timeout` seconds for a permit of one of `pools`, the first of them first.

        Raises:
            QueueMismatch: a queue exists with other arguments.
        """
        self._inbox.enter(pools)
        self._link.call(self._adjust)
        return self._inbox.take(pools, timeout)

    def ack(self, permit: Permit, *, more: bool) -> None:
        """Let the broker forget the permit; without `more`, only after this process stopped to consume."""
        if not more:
            self._inbox.leave()
        self._link.call(lambda: self._acknowledge(permit))

    def depth(self, pool: str) -> int | None:
        """Permits that wait to be taken; those that a worker has in hand do not count.

        Raises:
            QueueUnreachable: the broker does not answer.
            QueueMismatch: a queue exists with other arguments.
        """
        found: int = self._ask(lambda session, answer: session.depth(pool, answer))
        return found

    def version(self) -> str:
        """Of the broker.

        Raises:
            QueueUnreachable: the broker does not answer.
        """
        found: str = self._ask(lambda session, answer: succeed(answer, session.version))
        return found

    def close(self) -> None:
        """End every wait, and leave the broker; it gives permits that were not acknowledged to others."""
        self._inbox.close()
        self._link.close()

    def _ask(self, request: Request) -> Any:
        answer: Future[Any] = Future()
        if not self._link.call(lambda: self._begin(request, answer)):
            raise QueueUnreachable(f"the link to RabbitMQ at {self._link.address} was closed by this process")
        try:
            return answer.result(ANSWER_SECONDS)
        except TimeoutError:
            answer.cancel()
            raise QueueUnreachable(
                f"RabbitMQ at {self._link.address} did not answer within {ANSWER_SECONDS:g} s", hint=HINT
            ) from None

    def _begin(self, request: Request, answer: Future[Any]) -> None:
        if self._link.failure is not None:
            fail(answer, again(self._link.failure))
            return
        self._asked[answer] = request
        answer.add_done_callback(lambda done: self._asked.pop(done, None))
        if self._session is not None:
            request(self._session, answer)

    def _up(self, connection: Any, channel: Any) -> None:
        self._generation += 1
        self._session = Session(connection, channel, self._generation, self._inbox, self._link.later)
        self._inbox.fail(None)
        # What the last connection left unanswered is asked once more: a permit too many does no harm.
        for answer, request in list(self._asked.items()):
            request(self._session, answer)
        self._adjust()
        if not self._ticking:
            self._ticking = True
            self._tick()

    def _down(self, failure: Failure | None) -> None:
        self._session = None
        self._inbox.clear()
        if failure is not None:
            for answer in list(self._asked):
                fail(answer, again(failure))
        if isinstance(failure, QueueMismatch):
            self._inbox.fail(failure)

    def _tick(self) -> None:
        self._link.later(TICK_SECONDS, self._tick)
        self._adjust()

    def _adjust(self) -> None:
        if self._session is not None:
            for pool in self._inbox.pools():
                self._session.consumer(pool).adjust()

    def _acknowledge(self, permit: Permit) -> None:
        generation, delivery = permit.receipt
        if self._session is not None and generation == self._session.generation:
            self._session.consumer(permit.pool).acknowledge(delivery)
            self._adjust()  # a busy worker leaves its other pools, too


def try_out(queue: RabbitQueue) -> tuple[str, float]:
    """See that the broker takes a permit (nobody minds one too many); its version, and how long that took.

    Raises:
        QueueUnreachable: it does not, or does not answer.
        QueueMismatch: a queue exists with other arguments.
    """
    version = queue.version()
    begin = time.perf_counter()
    queue.publish(TRIAL_POOL)
    return f"RabbitMQ {version} at {queue.address}", time.perf_counter() - begin
