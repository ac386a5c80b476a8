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
from nerproc.queue.rabbit.consumer import Consumer
from nerproc.queue.rabbit.inbox import Inbox
from nerproc.queue.rabbit.link import Failure
from nerproc.queue.rabbit.wire import (
    ARGUMENTS,
    DEAD_LETTER_ARGUMENTS,
    DEAD_LETTER_EXCHANGE,
    DEAD_LETTER_QUEUE,
    encode,
    queue_name,
)

_PROPERTIES = BasicProperties(content_type="application/json", delivery_mode=DeliveryMode.Persistent)


@dataclass(slots=True, eq=False)
class _Publication:
    """Permits of one call of `publish` on their way."""

    pool: str
    answer: Future[Any]
    last_try: bool
    unconfirmed: int = 0
    returned: int = 0  # because there is no queue


class Session:
    """All its methods run in the thread of the connection."""

    def __init__(self, connection: Any, channel: Any, generation: int, inbox: Inbox) -> None:
        self.generation = generation
        self._channel = channel
        self._inbox = inbox
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
        """Call `then` when the queue of `pool`, and what takes its dead letters, is there."""
        if pool in self._declared:
            then()
            return
        name = queue_name(pool)

        def done(_ok: Any) -> None:
            self._declared.add(pool)
            then()

        # In this order: a message that dies before its dead-letter exchange is there is lost.
        self._channel.exchange_declare(DEAD_LETTER_EXCHANGE, "direct", durable=True)
        self._channel.queue_declare(DEAD_LETTER_QUEUE, durable=True, arguments=DEAD_LETTER_ARGUMENTS)
        self._channel.queue_bind(DEAD_LETTER_QUEUE, DEAD_LETTER_EXCHANGE, routing_key=name)
        self._channel.queue_declare(name, durable=True, arguments=ARGUMENTS, callback=done)

    def depth(self, pool: str, answer: Future[Any]) -> None:
        """Answer with the number of permits that wait."""
        self.declare(pool, lambda: self._count(pool, answer))

    def publish(self, pool: str, count: int, answer: Future[Any], *, last_try: bool = False) -> None:
        """Answer when the broker has `count` permits more, or enough of them."""
        if self._blocked is not None:
            fail(answer, _takes_nothing(self._blocked))
            return
        publication = _Publication(pool, answer, last_try)
        self.declare(pool, lambda: self._send(publication, count))

    def consumer(self, pool: str) -> Consumer:
        """The consumer of `pool`."""
        if pool not in self._consumers:
            self._consumers[pool] = Consumer(pool, self._channel, self.generation, self._inbox, self.declare)
        return self._consumers[pool]

    def _count(self, pool: str, answer: Future[Any]) -> None:
        # Declared once more: a passive declaration of a queue that was deleted would close the channel.
        self._channel.queue_declare(
            queue_name(pool),
            durable=True,
            arguments=ARGUMENTS,
            callback=lambda ok: succeed(answer, ok.method.message_count),
        )

    def _send(self, publication: _Publication, count: int) -> None:
        publication.unconfirmed = count
        body = encode(publication.pool)
        for _ in range(count):
            self._published += 1
            self._on_the_way[self._published] = publication
            self._channel.basic_publish("", queue_name(publication.pool), body, _PROPERTIES, mandatory=True)

    def _returned(self, _channel: Any, method: Any, _properties: Any, _body: bytes) -> None:
        """A message found no queue; its confirmation follows, and those of one pool come in order."""
        name = method.routing_key
        waiting = (found for found in self._on_the_way.values() if queue_name(found.pool) == name)
        if (publication := next(waiting, None)) is not None:
            publication.returned += 1

    def _confirmed(self, frame: Any) -> None:
        """Taken (ack) or refused (nack); refused means that the queue is full, and so is what we want."""
        last = frame.method.delivery_tag
        numbers = [number for number in self._on_the_way if number <= last] if frame.method.multiple else [last]
        for number in numbers:
            publication = self._on_the_way.pop(number)
            publication.unconfirmed -= 1
            if publication.unconfirmed == 0:
                self._published_all(publication)

    def _published_all(self, publication: _Publication) -> None:
        if publication.returned == 0:
            succeed(publication.answer, None)
            return
        self._declared.discard(publication.pool)  # somebody deleted the queue
        if publication.last_try:
            name = queue_name(publication.pool)
            fail(publication.answer, QueueUnreachable(f"RabbitMQ has no queue {name}, time and again"))
        else:
            self.publish(publication.pool, publication.returned, publication.answer, last_try=True)

    def _cancelled(self, frame: Any) -> None:
        for consumer in self._consumers.values():
            if consumer.tag == frame.method.consumer_tag:
                consumer.cancelled()

    def _cancelled_by_broker(self, frame: Any) -> None:
        for pool, consumer in self._consumers.items():
            if consumer.tag == frame.method.consumer_tag:
                self._declared.discard(pool)
                consumer.cancelled()

    def _block(self, _connection: Any, frame: Any) -> None:
        self._blocked = str(frame.method.reason)
        for publication in self._on_the_way.values():
            fail(publication.answer, _takes_nothing(self._blocked))

    def _unblock(self, _connection: Any, _frame: Any) -> None:
        self._blocked = None


def succeed(answer: Future[Any], value: int | None) -> None:
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
