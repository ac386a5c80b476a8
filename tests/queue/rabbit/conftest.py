"""A broker with a proxy before it, and what tests do with its queues."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from pika.adapters.blocking_connection import BlockingChannel
from tests.broker import Broker, url_at
from tests.proxy import Proxy, proxy

from nerproc.errors import QueueUnreachable
from nerproc.queue.base import Permit
from nerproc.queue.rabbit.queue import RabbitQueue

INFER = "nerproc.v1.infer"


class Bench:
    """A clean broker behind a proxy, queues of nerproc's on it, and a channel of the test's own."""

    def __init__(self, broker: Broker, link: Proxy, channel: BlockingChannel, stack: ExitStack) -> None:
        self.broker = broker
        self.link = link
        self.channel = channel
        self._stack = stack

    def queue(self) -> RabbitQueue:
        made = RabbitQueue(url_at(self.link.port))
        self._stack.callback(made.close)
        return made

    def send(self, body: bytes) -> None:
        """Put a message beside the permits."""
        self.channel.basic_publish("", INFER, body)

    def ready(self, name: str = INFER) -> int:
        """Messages that wait in a queue."""
        return int(self.channel.queue_declare(name, passive=True).method.message_count)

    def unsettled(self) -> int:
        """Messages that come back when every connection of nerproc's is broken."""
        before = self.ready()
        self.link.refuse()
        self.link.reset()
        time.sleep(0.5)
        found = self.ready() - before
        self.link.accept()
        return found


@pytest.fixture
def bench(rabbitmq: Broker) -> Iterator[Bench]:
    rabbitmq.clear()
    with ExitStack() as stack:
        link = stack.enter_context(proxy(rabbitmq.port))
        channel = stack.enter_context(rabbitmq.channel())
        yield Bench(rabbitmq, link, channel, stack)


def take(queue: RabbitQueue, seconds: float = 10) -> Permit:
    permit = queue.wait(["infer"], seconds)
    assert permit is not None
    return permit


def eventually(action: Callable[[], None], seconds: float = 10) -> None:
    """Repeat `action` for as long as the queue cannot be reached."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return action()
        except QueueUnreachable:
            assert time.monotonic() < deadline
            time.sleep(0.05)
