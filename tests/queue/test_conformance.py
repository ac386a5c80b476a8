"""What every queue promises. A new adapter joins by a class and a line in BROKERS."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest
from tests import broker as rabbitmq_server
from tests.proxy import proxy

from nerproc.db.database import Database
from nerproc.queue.base import Permit, Queue
from nerproc.queue.postgres import PostgresQueue
from nerproc.queue.rabbit.queue import RabbitQueue

PUBLISH_BY_POSTGRES = """
import sys
from pathlib import Path
from nerproc.db.database import Database
from nerproc.queue.postgres import PostgresQueue
with Database.embedded(Path(sys.argv[1])) as database:
    queue = PostgresQueue(database)
    queue.publish(sys.argv[2])
    queue.close()
"""
PUBLISH_BY_RABBIT = """
import sys
from nerproc.queue.rabbit.queue import RabbitQueue
queue = RabbitQueue(sys.argv[1])
queue.publish(sys.argv[2])
queue.close()
"""


class Broker(Protocol):
    """What carries the permits, for tests to connect to and to disturb."""

    def connect(self) -> Queue:
        """A queue as another process would have it."""
        ...

    def publish_elsewhere(self, pool: str) -> None:
        """Publish from another process."""
        ...

    def restart(self) -> None:
        """Break every connection and come back."""
        ...


class Postgres:
    def __init__(self, home: Path, stack: ExitStack) -> None:
        self.home = home
        self.stack = stack
        self.first = stack.enter_context(Database.embedded(home))

    def connect(self) -> Queue:
        database = self.stack.enter_context(Database.embedded(self.home))
        queue = PostgresQueue(database)
        self.stack.callback(queue.close)
        return queue

    def publish_elsewhere(self, pool: str) -> None:
        subprocess.run([sys.executable, "-c", PUBLISH_BY_POSTGRES, str(self.home), pool], check=True)

    def restart(self) -> None:
        self.first.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name LIKE 'nerproc%' AND pid <> pg_backend_pid()"
        )


class Rabbit:
    def __init__(self, server: rabbitmq_server.Broker, stack: ExitStack) -> None:
        server.clear()
        self.stack = stack
        self.proxy = stack.enter_context(proxy(server.port))
        self.url = rabbitmq_server.url_at(self.proxy.port)

    def connect(self) -> Queue:
        queue = RabbitQueue(self.url)
        self.stack.callback(queue.close)
        return queue

    def publish_elsewhere(self, pool: str) -> None:
        subprocess.run([sys.executable, "-c", PUBLISH_BY_RABBIT, self.url, pool], check=True)

    def restart(self) -> None:
        self.proxy.reset()


BROKERS: dict[str, tuple[Callable[..., Broker], str]] = {
    "postgres": (Postgres, "server"),
    "rabbit": (Rabbit, "rabbitmq"),
}


@pytest.fixture(params=BROKERS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    make, server = BROKERS[request.param]
    with ExitStack() as stack:
        yield make(request.getfixturevalue(server), stack)


class Waiter(threading.Thread):
    """Waits once in a thread of its own; `permit` is what came and was used, `seconds` how long that took."""

    def __init__(self, queue: Queue, *pools: str, timeout: float = 10) -> None:
        super().__init__()
        self.queue = queue
        self.pools = pools
        self.timeout = timeout
        self.permit: Permit | None = None
        self.seconds = -1.0
        self.start()

    def run(self) -> None:
        started = time.monotonic()
        self.permit = self.queue.wait(self.pools, self.timeout)
        self.seconds = time.monotonic() - started
        if self.permit is not None:
            self.queue.ack(self.permit, more=False)

    def result(self) -> str | None:
        self.join(20)
        assert self.seconds >= 0
        return self.permit and self.permit.pool


def listening(broker: Broker, *pools: str) -> Queue:
    """A queue that has begun to listen, with nothing left from before."""
    queue = broker.connect()
    assert heard(queue, lambda: broker.connect().publish(pools[0]), pools)
    while (permit := queue.wait(pools, 0.2)) is not None:
        queue.ack(permit, more=True)
    return queue


def heard(queue: Queue, publish: Callable[[], None], pools: tuple[str, ...], seconds: float = 10) -> bool:
    """Whether a permit comes through, publishing again for as long as none does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        publish()
        permit = queue.wait(pools, 0.2)
        if permit is not None:
            queue.ack(permit, more=True)
            return True
    return False


def test_publishing_wakes_a_waiting_thread(broker: Broker):
    queue = listening(broker, "infer")
    waiter = Waiter(queue, "infer")
    time.sleep(0.1)
    broker.connect().publish("infer")
    assert waiter.result() == "infer"
    assert waiter.seconds < 1.1


def test_publishing_wakes_another_process(broker: Broker):
    queue = listening(broker, "infer")
    waiter = Waiter(queue, "infer")
    broker.publish_elsewhere("infer")
    done = time.monotonic()
    assert waiter.result() == "infer"
    assert time.monotonic() - done < 1


def test_without_a_permit_waiting_ends_in_time(broker: Broker):
    queue = listening(broker, "infer")
    for timeout in (0, 0.3):
        started = time.monotonic()
        assert queue.wait(["infer"], timeout) is None
        assert timeout <= time.monotonic() - started < timeout + 0.5


def test_permits_of_other_pools_do_not_wake(broker: Broker):
    queue = listening(broker, "infer")
    waiter = Waiter(queue, "infer", timeout=0.5)
    broker.connect().publish("train")
    assert waiter.result() is None


def test_a_waiter_for_several_pools_gets_any(broker: Broker):
    queue = listening(broker, "infer", "train")
    publisher = broker.connect()
    publisher.publish("train")
    waiter = Waiter(queue, "infer", "train")
    assert waiter.result() == "train"


def test_every_permit_of_a_batch_wakes_one_waiter(broker: Broker):
    queue = listening(broker, "infer")
    waiters = [Waiter(queue, "infer") for _ in range(3)]
    time.sleep(0.1)
    broker.connect().publish("infer", 3)
    assert [waiter.result() for waiter in waiters] == ["infer"] * 3
    assert max(waiter.seconds for waiter in waiters) < 1.5


def test_no_permits_are_none(broker: Broker):
    queue = listening(broker, "infer")
    broker.connect().publish("infer", 0)
    assert queue.wait(["infer"], 0.3) is None


def test_many_permits_are_published_in_no_time(broker: Broker):
    queue = listening(broker, "infer")
    started = time.monotonic()
    broker.connect().publish("infer", 1_000_000)
    assert queue.wait(["infer"], 5) == Permit("infer")
    assert time.monotonic() - started < 2


def test_permits_published_while_nobody_waits_may_be_lost_but_do_no_harm(broker: Broker):
    publisher = broker.connect()
    publisher.publish("infer", 5)
    queue = listening(broker, "infer")
    assert heard(queue, lambda: publisher.publish("infer"), ("infer",))


def test_after_the_server_comes_back_waiting_works_again(broker: Broker):
    queue, publisher = listening(broker, "infer"), broker.connect()
    for _ in range(2):
        broker.restart()
        assert heard(queue, lambda: publisher.publish("infer"), ("infer",))


def test_closing_ends_every_wait(broker: Broker):
    queue = listening(broker, "infer")
    waiters = [Waiter(queue, "infer"), Waiter(queue, "train")]
    time.sleep(0.1)
    started = time.monotonic()
    queue.close()
    assert [waiter.result() for waiter in waiters] == [None, None]
    assert time.monotonic() - started < 2
    assert queue.wait(["infer"], 5) is None
    assert time.monotonic() - started < 2
    queue.close()


def test_closing_a_queue_that_never_waited(broker: Broker):
    queue = broker.connect()
    queue.close()
    assert queue.wait(["infer"], 5) is None


def test_the_depth_is_a_number_or_unknown(broker: Broker):
    depth = broker.connect().depth("infer")
    assert depth is None or depth >= 0
