"""What the queue in RabbitMQ promises beyond others."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from pika.adapters.blocking_connection import BlockingChannel
from tests.broker import Broker, until, url_at
from tests.proxy import Proxy, proxy

from nerproc.errors import ExitCode, QueueMismatch, QueueUnreachable, SettingsError
from nerproc.queue.base import Permit
from nerproc.queue.rabbit import consumer, inbox, link
from nerproc.queue.rabbit import queue as rabbit
from nerproc.queue.rabbit.queue import MOST_AT_ONCE, RabbitQueue
from nerproc.queue.rabbit.wire import ARGUMENTS, DEAD_LETTER_ARGUMENTS, encode

INFER = "nerproc.v1.infer"
DEAD = "nerproc.v1.dlq"


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


def test_queues_are_declared_with_exactly_these_arguments(bench: Bench) -> None:
    bench.queue().publish("infer")
    assert ARGUMENTS == {
        "x-queue-type": "quorum",
        "x-delivery-limit": 20,
        "x-dead-letter-exchange": "nerproc.v1.dlx",
        "x-overflow": "reject-publish",
        "x-max-length": 10_000,
    }
    # A declaration with other arguments would be refused.
    assert bench.channel.queue_declare(INFER, durable=True, arguments=ARGUMENTS).method.message_count == 1
    bench.channel.queue_declare(DEAD, durable=True, arguments=DEAD_LETTER_ARGUMENTS)
    method, properties, body = bench.channel.basic_get(INFER, auto_ack=True)
    assert (method.exchange, properties.delivery_mode, json.loads(body)) == ("", 2, {"v": 1, "pool": "infer"})


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ({**ARGUMENTS, "x-delivery-limit": 5}, "x-delivery-limit"),
        ({name: value for name, value in ARGUMENTS.items() if name != "x-max-length"}, "x-max-length"),
        ({}, "x-dead-letter-exchange"),  # the first that RabbitMQ misses in a classic queue
    ],
)
def test_a_queue_with_another_argument_stops_with_that_argument(
    bench: Bench, arguments: dict[str, object], argument: str
) -> None:
    bench.channel.queue_declare(INFER, durable=True, arguments=arguments)
    bench.send(b"theirs")
    queue = bench.queue()
    for call in (
        lambda: queue.publish("infer"),
        lambda: queue.depth("infer"),
        lambda: queue.wait(["infer"], 5),
    ):
        began = time.monotonic()
        with pytest.raises(QueueMismatch, match=f"{INFER}.*{argument}") as caught:
            call()
        assert time.monotonic() - began < 2
        assert caught.value.exit_code is ExitCode.CONFLICT
        assert f"delete_queue {INFER}" in (caught.value.hint or "")
    assert bench.ready() == 1
    bench.channel.queue_delete(INFER)
    until(lambda: _published(queue), "it works again when the queue is gone")


def _published(queue: RabbitQueue) -> bool:
    try:
        queue.publish("infer")
    except QueueMismatch:
        return False
    return True


@pytest.mark.parametrize(
    "url",
    [
        "http://host/",
        "amqp://host:port/",
        "amqp://me:s3cret@host:99999/",
        "amqp://host/?bogus=1",
        "host:5672",
        "",
    ],
)
def test_a_wrong_url_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(SettingsError, match="NERPROC_QUEUE_URL") as caught:
        RabbitQueue(url)
    assert "s3cret" not in str(caught.value)


def test_messages_say_where_and_why_and_hold_no_password(rabbitmq: Broker) -> None:
    for url, why in [
        (f"amqp://guest:s3cret@127.0.0.1:{rabbitmq.port}/", "ACCESS_REFUSED"),
        (f"amqp://guest:guest@127.0.0.1:{rabbitmq.port}/s3cret-not", "vhost s3cret-not not found"),
        ("amqp://guest:s3cret@127.0.0.1:1/", "ConnectionRefusedError"),
    ]:
        queue = RabbitQueue(url)
        began = time.monotonic()
        for call in (lambda queue=queue: queue.publish("infer"), lambda queue=queue: queue.depth("infer")):
            with pytest.raises(QueueUnreachable, match=why) as caught:
                call()
            assert "guest:" not in caught.value.message
            assert "NERPROC_QUEUE_URL" in (caught.value.hint or "")
        assert queue.wait(["infer"], 0.3) is None
        assert time.monotonic() - began < 2
        queue.close()


def test_depth_counts_what_waits(bench: Bench) -> None:
    queue = bench.queue()
    assert queue.depth("infer") == 0
    queue.publish("infer", 3)
    assert queue.depth("infer") == 3
    assert queue.depth("train") == 0
    permit = take(queue)
    assert queue.depth("infer") == 2
    queue.ack(permit, more=False)
    until(lambda: queue.depth("infer") == 2, "nothing comes back")


def test_a_busy_process_holds_no_permit_that_others_could_use(bench: Bench) -> None:
    busy, other = bench.queue(), bench.queue()
    busy.publish("infer", 2)
    busy.ack(take(busy), more=False)
    time.sleep(0.3)
    assert bench.ready() == 1
    other.ack(take(other, 1), more=False)
    assert other.depth("infer") == 0
    assert bench.unsettled() == 0


def test_a_busy_process_leaves_all_its_pools(bench: Bench) -> None:
    busy, other = bench.queue(), bench.queue()
    other.publish("infer")
    permit = busy.wait(["infer", "train"], 10)
    assert permit is not None
    busy.ack(permit, more=False)
    other.publish("train")
    assert other.wait(["train"], 3) == Permit("train")


def test_a_process_that_stops_waiting_gives_back_what_it_was_sent(bench: Bench) -> None:
    queue = bench.queue()
    assert queue.wait(["infer"], 0.1) is None  # consumes from now on, and for a moment longer
    time.sleep(0.2)
    bench.queue().publish("infer")
    until(lambda: bench.ready() == 1, "the permit is back", inbox.LINGER_SECONDS + 3)
    assert take(queue) == Permit("infer")


def test_one_permit_at_a_time_and_the_next_after_its_ack(bench: Bench) -> None:
    queue = bench.queue()
    queue.publish("infer", 3)
    first = take(queue)
    assert queue.wait(["infer"], 0.3) is None
    queue.ack(first, more=True)
    began = time.monotonic()
    second = take(queue)
    assert time.monotonic() - began < 0.5
    queue.ack(second, more=True)


def test_only_pools_that_are_waited_for_are_consumed(bench: Bench) -> None:
    queue = bench.queue()
    queue.publish("infer")
    queue.publish("train")
    queue.ack(take(queue), more=True)
    assert queue.wait(["infer"], 0.3) is None
    assert bench.ready("nerproc.v1.train") == 1
    assert queue.wait(["train", "infer"], 5) == Permit("train")


def test_unreadable_permits_become_dead_letters(bench: Bench) -> None:
    queue = bench.queue()
    queue.depth("infer")
    garbage = [b"", b"\xff", b"[]", b'{"pool":"infer"}', b'{"v":0}', b'{"v":"1"}', b'{"v":true,"pool":"infer"}']
    garbage += [b'{"v":1,"pool":"train"}', b'{"v":1,"pool":"infer","x":"' + b"x" * 2_000 + b'"}', b"[" * 900]
    for body in garbage:
        bench.send(body)
    bench.send(encode("infer"))
    queue.ack(take(queue), more=True)
    until(lambda: bench.ready(DEAD) == len(garbage), "all of them are dead")
    assert bench.ready() == 0
    assert [bench.channel.basic_get(DEAD, auto_ack=True)[2] for _ in garbage] == garbage


def test_a_permit_of_a_newer_version_is_left_to_others(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "DEFER_SECONDS", 1.0)
    queue = bench.queue()
    queue.depth("infer")
    newer = b'{"v":2,"pool":"infer","more":[]}'
    bench.send(newer)
    assert queue.wait(["infer"], 0.4) is None
    assert bench.ready() == 1
    assert queue.wait(["infer"], 3) is None
    time.sleep(inbox.LINGER_SECONDS + 1)
    method, properties, body = bench.channel.basic_get(INFER)
    assert body == newer
    assert 1 <= properties.headers["x-delivery-count"] <= 8, "it was returned over and over"
    bench.channel.basic_ack(method.delivery_tag)
    queue.publish("infer")
    queue.ack(take(queue), more=False)


def test_a_full_queue_takes_no_more_and_that_is_no_error(bench: Bench) -> None:
    queue = bench.queue()
    for _ in range(ARGUMENTS["x-max-length"] // MOST_AT_ONCE + 2):
        queue.publish("infer", 1_000_000)
    assert ARGUMENTS["x-max-length"] <= bench.ready() <= ARGUMENTS["x-max-length"] + MOST_AT_ONCE
    began = time.monotonic()
    queue.publish("infer", MOST_AT_ONCE)
    assert time.monotonic() - began < 2


def test_a_purged_queue_goes_on(bench: Bench) -> None:
    queue = bench.queue()
    queue.publish("infer", 5)
    permit = take(queue)
    bench.channel.queue_purge(INFER)
    queue.ack(permit, more=True)
    assert queue.wait(["infer"], 0.3) is None
    queue.publish("infer")
    queue.ack(take(queue), more=True)


def test_a_deleted_queue_is_declared_and_consumed_again(bench: Bench) -> None:
    queue = bench.queue()
    queue.publish("infer")
    permit = take(queue)
    bench.channel.queue_delete(INFER)
    queue.ack(permit, more=True)
    assert queue.wait(["infer"], 2) is None
    assert bench.channel.queue_declare(INFER, passive=True).method.consumer_count == 1
    bench.queue().publish("infer")
    queue.ack(take(queue, 1), more=True)


def test_a_deleted_queue_that_is_published_to_is_consumed_again(bench: Bench) -> None:
    waiting, publisher = bench.queue(), bench.queue()
    publisher.publish("infer")
    waiting.ack(take(waiting), more=True)
    bench.channel.queue_delete(INFER)
    publisher.publish("infer", 2)
    waiting.ack(take(waiting), more=True)
    waiting.ack(take(waiting), more=True)


def test_a_queue_deleted_and_declared_again_by_others_is_consumed_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "SILENT_SECONDS", 1.0)
    waiting = bench.queue()
    waiting.publish("infer")
    waiting.ack(take(waiting), more=True)
    bench.channel.queue_delete(INFER)
    bench.channel.queue_declare(INFER, durable=True, arguments=ARGUMENTS)  # the consumer is not told
    bench.queue().publish("infer", 2)
    waiting.ack(take(waiting), more=True)
    waiting.ack(take(waiting), more=True)


def test_publishing_alone_declares_a_deleted_queue_again(bench: Bench) -> None:
    queue = bench.queue()
    queue.publish("infer")
    bench.channel.queue_delete(INFER)
    queue.publish("infer", 3)
    assert bench.ready() == 3


def test_a_permit_of_a_lost_connection_is_dropped_and_delivered_again(bench: Bench) -> None:
    queue = bench.queue()
    queue.publish("infer")
    stale = take(queue)
    bench.link.reset()
    until(lambda: bench.ready() == 1, "the broker has it back")
    again = take(queue)
    queue.ack(stale, more=True)  # on the new channel it would close that
    time.sleep(0.3)
    queue.ack(again, more=True)
    assert queue.wait(["infer"], 0.3) is None
    assert queue.depth("infer") == 0
    assert bench.link.accepted == 2


def test_the_same_permit_ten_times_can_be_used_ten_times(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "RECONNECT_SECONDS", (0.05, 0.1))
    queue = bench.queue()
    queue.publish("infer")
    for time_it_came in range(10):
        permit = take(queue)
        assert permit == Permit("infer"), time_it_came
        bench.link.reset()  # never acknowledged
    queue.ack(take(queue), more=True)
    assert queue.wait(["infer"], 0.3) is None
    assert bench.ready() == 0


def test_a_reset_in_the_middle_of_publishing_loses_no_permit(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "RECONNECT_SECONDS", (0.05, 0.1))
    queue = bench.queue()
    queue.publish("infer")
    for after in (0, 300, 5_000, 20_000):
        before = queue.depth("infer") or 0
        bench.link.reset_after(after)
        queue.publish("infer", 300)
        # All of them arrive; some that arrived before the reset arrive twice.
        assert 300 <= (queue.depth("infer") or 0) - before <= 600, after
    assert bench.link.accepted == 5


def test_many_threads_share_one_connection(bench: Bench) -> None:
    queue = bench.queue()
    came: list[Permit] = []

    def work() -> None:
        queue.publish("infer", 5)
        for _ in range(5):
            permit = queue.wait(["infer", "train"], 10)
            assert permit is not None
            came.append(permit)
            queue.ack(permit, more=len(came) % 2 == 0)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came) == 40
    assert queue.depth("infer") == 0
    assert bench.link.accepted == 1


@pytest.mark.fault
def test_a_silent_peer_is_noticed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "HEARTBEAT_SECONDS", 1)  # given up after (1 + 5) * 2 s
    monkeypatch.setattr(link, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(rabbit, "ANSWER_SECONDS", 0.5)
    queue = bench.queue()
    queue.publish("infer")
    bench.link.stall()
    began = time.monotonic()
    with pytest.raises(QueueUnreachable, match="did not answer within"):
        queue.publish("infer")
    assert time.monotonic() - began < 2
    until(lambda: bench.link.accepted > 1, "it connects anew", 20)
    assert queue.wait(["infer"], 0.2) is None
    bench.link.resume()
    eventually(lambda: queue.publish("infer"), 20)
    queue.ack(take(queue), more=True)


@pytest.mark.fault
def test_a_broker_that_is_killed_and_comes_back(bench: Bench) -> None:
    waiting, publisher = bench.queue(), bench.queue()
    publisher.publish("infer", 3)
    in_hand = take(waiting)
    time.sleep(2)  # RabbitMQ 3.10 may never find a leader again for a queue that it made within the last second
    bench.broker.kill()
    try:
        began = time.monotonic()
        with pytest.raises(QueueUnreachable):
            publisher.publish("infer")
        with pytest.raises(QueueUnreachable):
            publisher.depth("infer")
        waiting.ack(in_hand, more=True)
        assert waiting.wait(["infer"], 0.5) is None
        assert time.monotonic() - began < 12
    finally:
        bench.broker.start()
    # Nothing that was confirmed is lost: two waited, one was in hand.
    for _ in range(3):
        waiting.ack(take(waiting, 40), more=True)
    eventually(lambda: publisher.publish("infer"), 40)
    assert take(waiting) == Permit("infer")


def _takes_nothing(queue: RabbitQueue) -> bool:
    try:
        queue.publish("infer")
    except QueueUnreachable as error:
        return "takes no messages" in error.message
    return False


def test_an_alarm_of_the_broker_is_an_error_at_once(bench: Bench) -> None:
    queue = bench.queue()
    queue.publish("infer")
    bench.broker.control("set_vm_memory_high_watermark", "0.000001")
    try:
        until(lambda: _takes_nothing(queue), "the alarm is heard of")
        began = time.monotonic()
        assert _takes_nothing(queue)
        assert time.monotonic() - began < 1
    finally:
        bench.broker.control("set_vm_memory_high_watermark", "0.6")
    eventually(lambda: queue.publish("infer"))


WAIT_IN_VAIN = """
from nerproc import observe
observe.configure("json")
from nerproc.queue.rabbit.queue import RabbitQueue
queue = RabbitQueue("amqp://127.0.0.1:1/")
queue.wait(["infer"], 1.5)
queue.close()
"""


def test_pika_says_nothing_by_itself() -> None:
    said = subprocess.run([sys.executable, "-c", WAIT_IN_VAIN], capture_output=True, text=True, check=True)
    assert said.stdout == ""
    assert said.stderr.count("\n") == 1
    assert "queue_lost" in said.stderr


def test_every_node_may_declare_at_once(bench: Bench) -> None:
    queues = [bench.queue() for _ in range(6)]
    threads = [threading.Thread(target=queue.publish, args=["infer"]) for queue in queues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bench.ready() == 6


def test_a_connection_names_itself(bench: Bench) -> None:
    bench.queue().publish("infer")
    assert "nerproc" in bench.broker.control("list_connections", "client_properties")
