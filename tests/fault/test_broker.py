"""The broker goes, comes back, and forgets; permits are wrong."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pika
import pytest
from tests.broker import Broker
from tests.fault.cluster import Cluster, Table, Undisturbed
from tests.fault.conftest import MakeCluster

pytestmark = pytest.mark.fault
QUEUE = "nerproc.v1.infer"
RECOVERED_SECONDS = 30.0


def wakes(made: Cluster, within: float) -> float:
    """Seconds until a worker that looks for work by itself only once an hour begins a job: by a permit."""
    began = time.monotonic()
    job = made.submit()
    made.until(lambda: made.when(job, "task.claimed"), "the job begins", within)
    seconds = time.monotonic() - began
    made.finish(job)
    return seconds


@pytest.fixture
def waiting(cluster: MakeCluster) -> Cluster:
    """A cluster whose worker depends on permits, and has got one."""
    made = cluster(NERPROC_POLL_SECONDS="3600")
    made.worker()
    assert wakes(made, 60) < 30
    return made


@pytest.mark.parametrize("how", ["restarted", "killed"])
def test_the_broker_is_started_again(
    how: str, waiting: Cluster, rabbitmq: Broker, undisturbed: Undisturbed, table: Table
) -> None:
    job = waiting.submit()
    waiting.until(lambda: waiting.committed(job) > 0, "the first part")
    (rabbitmq.stop if how == "restarted" else rabbitmq.kill)()
    rabbitmq.start()
    back = time.monotonic()
    waiting.until(lambda: wakes_soon(waiting), "permits come through again", RECOVERED_SECONDS)
    seconds = time.monotonic() - back
    waiting.finish(job)
    waiting.assert_same(job, undisturbed)
    assert waiting.kinds(job).count("task.crashed") == 0
    table.add(f"broker {how}", "tasks untouched, recovered within 30 s", f"{seconds:.1f} s after it was back")


def wakes_soon(made: Cluster) -> bool:
    """Whether a new job is begun at once; one that nobody was woken for stays behind."""
    job = made.submit()
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if made.when(job, "task.claimed"):
            return True
        time.sleep(0.05)
    return False


def test_work_goes_on_while_the_broker_is_down(
    cluster: MakeCluster, many_files: Path, rabbitmq: Broker, rounds: int, table: Table
) -> None:
    made = cluster(many_files, NERPROC_FAILPOINT="object_begun:slow", NERPROC_POLL_SECONDS="5")
    job = made.submit()
    made.worker()
    made.until(lambda: made.committed(job) > 0, "the first part", 120)
    seconds = 120 if rounds else 8
    before = made.rate(job, 20 if rounds else 8)
    rabbitmq.kill()
    try:
        during = made.rate(job, seconds)
        late = made.submit()
        made.until(lambda: made.when(late, "task.claimed"), "what is submitted meanwhile is begun")
    finally:
        rabbitmq.start()
    kept = during / before
    for submitted in (job, late):
        made.node.jobs.stop(submitted)
    table.add(f"broker down for {seconds} s", "90 % of the throughput", f"{kept:.0%}")
    assert kept > 0.9


@pytest.mark.parametrize("how", ["purged", "deleted"])
def test_the_queue_is_lost(how: str, waiting: Cluster, rabbitmq: Broker, table: Table) -> None:
    with rabbitmq.channel() as channel:
        if how == "purged":
            channel.queue_purge(QUEUE)
        else:
            channel.queue_delete(QUEUE)
    began = time.monotonic()
    waiting.until(lambda: wakes_soon(waiting), "permits come through again", RECOVERED_SECONDS)
    table.add(f"queue {how}", "recovered within 30 s", f"{time.monotonic() - began:.1f} s")


def send(broker: Broker, *bodies: bytes) -> None:
    with broker.channel() as channel:
        channel.confirm_delivery()
        for body in bodies:
            channel.basic_publish("", QUEUE, body, pika.BasicProperties(delivery_mode=2), mandatory=True)


def ready(broker: Broker, queue: str) -> int:
    with broker.channel() as channel:
        return int(channel.queue_declare(queue, passive=True).method.message_count)


def test_the_same_permit_ten_times(
    waiting: Cluster, rabbitmq: Broker, undisturbed: Undisturbed, table: Table
) -> None:
    job = waiting.submit()
    send(rabbitmq, *[json.dumps({"v": 1, "pool": "infer"}).encode()] * 10)
    waiting.finish(job)
    waiting.until(lambda: ready(rabbitmq, QUEUE) == 0, "all permits are used up")
    waiting.assert_same(job, undisturbed)
    claims = [event for event in waiting.node.jobs.events(job) if event.kind == "task.claimed"]
    assert all(event.detail["attempt"] == 1 for event in claims)
    table.add("the same permit ten times", "one run", "one run")


def test_a_permit_that_is_garbage(waiting: Cluster, rabbitmq: Broker, table: Table) -> None:
    before = ready(rabbitmq, "nerproc.v1.dlq")
    send(rabbitmq, b"\xff{", b"[]", b'{"v": 1, "pool": "other"}')
    waiting.until(lambda: ready(rabbitmq, "nerproc.v1.dlq") == before + 3, "they are dead-lettered")
    assert wakes(waiting, 10) < 10
    table.add("a garbage permit", "dead-lettered", "3 of 3 dead-lettered, the next one works")


def test_a_permit_of_a_future_version(waiting: Cluster, rabbitmq: Broker, table: Table) -> None:
    dead = ready(rabbitmq, "nerproc.v1.dlq")
    send(rabbitmq, b'{"v": 99, "pool": "infer"}')
    time.sleep(3)
    assert ready(rabbitmq, QUEUE) == 1
    assert ready(rabbitmq, "nerproc.v1.dlq") == dead
    table.add("a permit of a future version", "left to others", "left in the queue")
