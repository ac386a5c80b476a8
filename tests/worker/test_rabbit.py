"""Workers that RabbitMQ wakes: it may come, go and be emptied, and the report is the undisturbed one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.broker import Broker, url_at
from tests.proxy import Proxy, proxy
from tests.worker.fleet import Fleet, family, fleet
from tests.worker.test_faults import assert_same

from nerproc.errors import ExitCode
from nerproc.schema.entity import Entity
from nerproc.schema.report import Report

pytestmark = pytest.mark.fault
PATIENT = {"NERPROC_POLL_SECONDS": "30"}  # workers that do not look for work: only permits wake them


@pytest.fixture
def link(rabbitmq: Broker) -> Iterator[Proxy]:
    rabbitmq.clear()
    with proxy(rabbitmq.port) as made:
        yield made


@pytest.fixture
def woken(home: Path, files: Path, link: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    monkeypatch.setenv("NERPROC_QUEUE_URL", url_at(link.port))
    with fleet(home, files) as made:
        yield made


def test_permits_alone_wake_workers(woken: Fleet, undisturbed: tuple[Report, list[Entity]]) -> None:
    workers = [woken.worker(slots=1, **PATIENT) for _ in range(2)]
    woken.until(lambda: all(family(worker.pid) for worker in workers), "the workers are there")
    time.sleep(3)  # they have looked for work, and found none
    job = woken.submit()
    woken.finish(job, 25)
    assert_same(woken, job, undisturbed)
    claims = [event for event in woken.node.jobs.events(job, limit=10_000) if event.kind == "task.claimed"]
    assert len({event.detail["worker"] for event in claims}) == 2, "one worker did everything"


def test_without_a_broker_workers_find_their_work(
    woken: Fleet, link: Proxy, undisturbed: tuple[Report, list[Entity]]
) -> None:
    link.refuse()
    woken.worker()
    job = woken.submit()
    woken.until(lambda: woken.committed(job) > 10, "the first parts")
    link.accept()
    woken.finish(job)
    assert_same(woken, job, undisturbed)


def test_a_broker_that_comes_and_goes_touches_no_running_task(
    woken: Fleet, link: Proxy, rabbitmq: Broker, undisturbed: tuple[Report, list[Entity]]
) -> None:
    woken.worker()
    job = woken.submit()
    with rabbitmq.channel() as channel:
        for step, disturb in enumerate(
            [link.reset, lambda: channel.queue_purge("nerproc.v1.infer"), link.cut, rabbitmq.clear], start=1
        ):
            woken.until(lambda step=step: woken.committed(job) >= 20 * step, f"step {step}")
            disturb()
    woken.finish(job)
    assert_same(woken, job, undisturbed)
    assert not {"task.crashed", "task.retried", "task.released"} & set(woken.kinds(job))


def test_a_queue_with_other_arguments_ends_the_worker(woken: Fleet, rabbitmq: Broker) -> None:
    with rabbitmq.channel() as channel:
        channel.queue_declare("nerproc.v1.infer", durable=True)
        worker = woken.worker()
        assert worker.wait(30) == ExitCode.CONFLICT


def test_children_get_no_secrets(woken: Fleet) -> None:
    worker = woken.worker(NERPROC_API_TOKEN="s3cret-token", NERPROC_TASK_OBJECTS="24")
    woken.until(lambda: family(worker.pid), "a child")
    for child in family(worker.pid):
        seen = Path(f"/proc/{child}/environ").read_bytes()
        assert b"NERPROC_TASK_OBJECTS=24" in seen
        assert b"amqp:" not in seen
        assert b"s3cret" not in seen
