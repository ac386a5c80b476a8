"""The composition root: which adapters a node gets, and what may be down when it opens."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from nerproc.errors import SettingsError
from nerproc.job.state import State
from nerproc.node import Node
from nerproc.queue.postgres import PostgresQueue
from nerproc.queue.rabbit.queue import RabbitQueue
from nerproc.schema.report import LocalSource, ReportRequest
from nerproc.settings import Settings

NOBODY = "amqp://guest:s3cret@127.0.0.1:1/"


def test_without_settings_the_database_wakes(home: Path) -> None:
    with Node.open(Settings.load()) as node:
        assert isinstance(node.queue, PostgresQueue)


def test_a_broker_that_is_down_hinders_nobody_to_submit(home: Path) -> None:
    with Node.open(Settings.load(queue_url=NOBODY)) as node:
        assert isinstance(node.queue, RabbitQueue)
        began = time.monotonic()
        for _ in range(3):
            request = ReportRequest(source=LocalSource(paths=[str(home)]))
            job = node.reports.create(request, roots=[home])
            assert node.jobs.get(job).state is State.QUEUED
        node.maintenance.tick()
        assert time.monotonic() - began < 5


def test_a_wrong_queue_url_is_a_wrong_setting(home: Path) -> None:
    with pytest.raises(SettingsError, match="NERPROC_QUEUE_URL"):
        Node.open(Settings.load(queue_url="http://rabbit"))
