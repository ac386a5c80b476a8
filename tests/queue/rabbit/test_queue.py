"""What the queue in RabbitMQ promises beyond others."""

from __future__ import annotations

import json
import threading
import time

import pytest
from tests.broker import until
from tests.queue.rabbit.conftest import INFER, Bench, take

from nerproc.errors import ExitCode, QueueMismatch, SettingsError
from nerproc.queue.base import Permit
from nerproc.queue.rabbit import consumer, inbox
from nerproc.queue.rabbit.queue import MOST_AT_ONCE, RabbitQueue
from nerproc.queue.rabbit.wire import ARGUMENTS, DEAD_LETTER_ARGUMENTS, encode

DEAD = "nerproc.v1.dlq"


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
