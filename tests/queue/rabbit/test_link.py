"""Lost connections, lost queues and brokers that are gone: what the queue in RabbitMQ makes of them."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from tests.broker import Broker, until
from tests.queue.rabbit.conftest import INFER, Bench, eventually, take

from nerproc.errors import QueueUnreachable
from nerproc.queue.base import Permit
from nerproc.queue.rabbit import consumer, link
from nerproc.queue.rabbit import queue as rabbit
from nerproc.queue.rabbit.queue import RabbitQueue
from nerproc.queue.rabbit.wire import ARGUMENTS


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
