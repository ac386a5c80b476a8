"""One connection's life: what was declared on it, what is being published, who consumes.

A new connection gets a new session with the next generation. A delivery tag of an old generation is dropped:
acknowledged on the new channel it would close that.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pika import BasicProperties, DeliveryMode
from pika.spec import Basic

from nerproc.errors import QueueUnreachable
from nerproc.failpoint import failpoint
from nerproc.observe import log
from nerproc.queue.rabbit.consumer import Consumer
from nerproc.queue.rabbit.inbox import Inbox
from nerproc.queue.rabbit.link import HINT, Failure
from nerproc.queue.rabbit.wire import (
    ARGUMENTS,
    DEAD_LETTER_ARGUMENTS,
    DEAD_LETTER_EXCHANGE,
    DEAD_LETTER_QUEUE,
    MOST_PERMITS,
    encode,
    queue_name,
)

TRIES = 3  # to publish a permit
# Between them. A queue that was made a moment ago refuses messages until it has a leader; and one that was
# deleted must not be back within milliseconds, or RabbitMQ 3.10 does not tell its consumers.
PAUSE_SECONDS = 0.5
_PROPERTIES = BasicProperties(content_type="application/json", delivery_mode=DeliveryMode.Persistent)


@dataclass(slots=True, eq=False)
class _Publication:
    """Permits of one call of `publish` on their way."""

    pool: str
    answer: Future[Any]
    tries: int  # left
    unconfirmed: int = 0
    returned: int = 0  # because there is no queue
    refused: int = 0  # because it is full, or not ready


class Session:
    """All its methods run in the thread of the connection."""

    def __init__(
        self,
        connection: Any,
        channel: Any,
        generation: int,
        inbox: Inbox,
        later: Callable[[float, Callable[[], None]], None],
    ) -> None:
        self.generation = generation
        self.version = str(connection.server_properties.get("version", "?"))  # of the broker
        self._channel = channel
        self._inbox = inbox
        self._later = later
        self._declared: set[str] = set()
        self._consumers: dict[str, Consumer] = {}
        self._published = 0  # messages so far: the broker's number of the last
        self._on_the_way: dict[int, _Publication] = {}  # by that number
        self._blocked: str | None = None
        channel.confirm_delivery(self._confirmed)
        channel.add_on_return_callback(self._returned)
        channel.add_on_cancel_callback(self._cancelled_by_broker)
        channel.add_callback(self._cancelled, [Basic.CancelOk], one_shot=False)
        connection.add_on_connection_blocked_callback(self._block)
        connection.add_on_connection_unblocked_callback(self._unblock)

    def declare(self, pool: str, then: Callable[[], None]) -> None:
        """Call `then` when the queue of `pool` is there, and what takes its dead letters."""
        if pool in self._declared:
            then()
        else:
            self.examine(pool, lambda _permits, _consumers: then())

    def examine(self, pool: str, then: Callable[[int, int], None]) -> None:
        """The same, whether it was there before or not; `then` is told how many permits wait, and consumers.

        It is declared once more for that: a passive declaration would close the channel if it was deleted.
        """
        name = queue_name(pool)

        def done(ok: Any) -> None:
            self._declared.add(pool)
            then(ok.method.message_count, ok.method.consumer_count)

        # In this order: a message that dies before its dead-letter exchange is there is lost.
        self._channel.exchange_declare(DEAD_LETTER_EXCHANGE, "direct", durable=True)
        self._channel.queue_declare(DEAD_LETTER_QUEUE, durable=True, arguments=DEAD_LETTER_ARGUMENTS)
        self._channel.queue_bind(DEAD_LETTER_QUEUE, DEAD_LETTER_EXCHANGE, routing_key=name)
        self._channel.queue_declare(name, durable=True, arguments=ARGUMENTS, callback=done)

    def depth(self, pool: str, answer: Future[Any]) -> None:
        """Answer with the number of permits that wait."""
        self.examine(pool, lambda permits, _consumers: succeed(answer, permits))

    def publish(self, pool: str, count: int, answer: Future[Any], *, tries: int = TRIES) -> None:
        """Answer when the broker has `count` permits more, or enough of them."""
        if self._blocked is not None:
            fail(answer, _takes_nothing(self._blocked))
            return
        publication = _Publication(pool, answer, tries)
        self.declare(pool, lambda: self._send(publication, count))

    def consumer(self, pool: str) -> Consumer:
        """The consumer of `pool`."""
        if pool not in self._consumers:
            self._consumers[pool] = Consumer(pool, self._channel, self.generation, self._inbox, self)
        return self._consumers[pool]

    def _send(self, publication: _Publication, count: int) -> None:
        publication.unconfirmed = count
        body = encode(publication.pool)
        for _ in range(count):
            self._published += 1
            self._on_the_way[self._published] = publication
            self._channel.basic_publish("", queue_name(publication.pool), body, _PROPERTIES, mandatory=True)
        failpoint("permits_sent")

    def _returned(self, _channel: Any, method: Any, _properties: Any, _body: bytes) -> None:
        """A message found no queue; its confirmation follows, and those of one pool come in order."""
        name = method.routing_key
        waiting = (found for found in self._on_the_way.values() if queue_name(found.pool) == name)
        if (publication := next(waiting, None)) is not None:
            publication.returned += 1

    def _confirmed(self, frame: Any) -> None:
        """Messages were taken (ack) or refused (nack)."""
        last = frame.method.delivery_tag
        numbers = [number for number in self._on_the_way if number <= last] if frame.method.multiple else [last]
        for number in numbers:
            publication = self._on_the_way.pop(number)
            publication.unconfirmed -= 1
            publication.refused += isinstance(frame.method, Basic.Nack)
            if publication.unconfirmed == 0:
                self._published_all(publication)

    def _published_all(self, publication: _Publication) -> None:
        """Every message was answered; what did not get in is sent again, unless there are permits enough."""
        pool, answer = publication.pool, publication.answer
        missing = publication.returned + publication.refused

        def once_more(permits: int, _consumers: int) -> None:
            if permits >= MOST_PERMITS:
                succeed(answer, None)
            elif publication.tries == 1:
                fail(answer, QueueUnreachable(f"RabbitMQ takes no messages for {queue_name(pool)}", hint=HINT))
            else:
                self._after_pause(lambda: self.publish(pool, missing, answer, tries=publication.tries - 1))

        if missing == 0:
            succeed(answer, None)
        elif publication.returned:
            self._after_pause(lambda: self.examine(pool, once_more))
        else:
            self.examine(pool, once_more)

    def _after_pause(self, step: Callable[[], None]) -> None:
        self._later(PAUSE_SECONDS, lambda: step() if self._channel.is_open else None)

    def _cancelled(self, frame: Any) -> None:
        for consumer in self._consumers.values():
            if consumer.tag == frame.method.consumer_tag:
                consumer.cancelled()

    def _cancelled_by_broker(self, frame: Any) -> None:
        """Somebody deleted the queue. Begin anew: if it is back, this channel would not get its messages."""
        log().warning("consumer_cancelled", consumer=frame.method.consumer_tag)
        self._channel.close()

    def _block(self, _connection: Any, frame: Any) -> None:
        self._blocked = str(frame.method.reason)
        for publication in self._on_the_way.values():
            fail(publication.answer, _takes_nothing(self._blocked))

    def _unblock(self, _connection: Any, _frame: Any) -> None:
        self._blocked = None


def succeed(answer: Future[Any], value: int | str | None) -> None:
    """Answer; nothing happens when that was done before, or nobody waits for it any more."""
    with suppress(InvalidStateError):
        answer.set_result(value)


def fail(answer: Future[Any], failure: Failure) -> None:
    """Answer with a failure; as `succeed`."""
    with suppress(InvalidStateError):
        answer.set_exception(failure)


def _takes_nothing(reason: str) -> QueueUnreachable:
    return QueueUnreachable(
        f"RabbitMQ takes no messages at present: {reason}", hint="free disk space or memory on its host"
    )
