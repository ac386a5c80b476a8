"""Head and workers on real servers, each behind a proxy that can do to its connections what networks do."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tests.broker import Broker, url_at
from tests.postgres import PostgresServer
from tests.proxy import Proxy, proxy
from tests.worker.fleet import Fleet, family

from nerproc.schema.entity import Entity
from nerproc.schema.report import Report

Undisturbed = tuple[Report, list[Entity]]


@dataclass(frozen=True)
class Servers:
    """What a cluster stands on, and the workers' ways to it."""

    postgres: PostgresServer
    database: str  # name of the one in use
    to_postgres: Proxy
    broker: Broker
    to_broker: Proxy

    def database_url(self, port: int) -> str:
        """The database, by the server's own port or the proxy's."""
        return f"postgresql://nerproc@127.0.0.1:{port}/{self.database}"

    @property
    def direct(self) -> dict[str, str]:
        """Settings of who goes to the servers themselves."""
        return {
            "NERPROC_DATABASE_URL": self.database_url(self.postgres.port),
            "NERPROC_QUEUE_URL": self.broker.url,
        }

    @property
    def by_proxy(self) -> dict[str, str]:
        """Settings of who goes through the proxies."""
        return {
            "NERPROC_DATABASE_URL": self.database_url(self.to_postgres.port),
            "NERPROC_QUEUE_URL": url_at(self.to_broker.port),
        }


@contextmanager
def servers(postgres: PostgresServer, broker: Broker, database: str) -> Iterator[Servers]:
    """An empty database, an empty queue, and fresh proxies."""
    broker.clear()
    postgres.create(database)
    with ExitStack() as stack:
        yield Servers(
            postgres,
            database,
            stack.enter_context(proxy(postgres.port)),
            broker,
            stack.enter_context(proxy(broker.port)),
        )


class Cluster(Fleet):
    """A fleet on PostgreSQL and RabbitMQ. Its own node goes to them directly, its workers by proxy."""

    def __init__(self, home: Path, files: Path, servers: Servers, **environment: str) -> None:
        super().__init__(home, files, **servers.by_proxy, **environment)
        self.servers = servers

    def now(self) -> float:
        """Seconds, by the clock that events are dated with."""
        query = "SELECT extract(epoch FROM clock_timestamp())::float8 AS now"
        row = self.node.database.fetch_one(query, retry=True)
        assert row is not None
        return float(row["now"])

    def when(self, job: UUID, *kinds: str) -> list[float]:
        """When events of these kinds happened."""
        events = self.node.jobs.events(job, limit=100_000)
        return [event.at.timestamp() for event in events if event.kind in kinds]

    def rate(self, job: UUID, seconds: float) -> float:
        """Objects committed a second, over so many seconds."""
        before, began = self.committed(job), time.monotonic()
        time.sleep(seconds)
        return (self.committed(job) - before) / (time.monotonic() - began)

    def assert_same(self, job: UUID, undisturbed: Undisturbed) -> None:
        """The report is the undisturbed one, and the invariants hold."""
        report, calm = self.node.reports.get(job), undisturbed[0]
        assert report.state == "completed"
        for name in ("objects", "bytes", "total_bytes", "entities", "label_counts", "errors"):
            assert getattr(report, name) == getattr(calm, name), name
        assert self.entities(job) == undisturbed[1]
        self.assert_invariants(job)

    def assert_invariants(self, job: UUID) -> None:
        """One end for each task, attempts that rise, no lease left, no part without its files."""
        events = self.node.jobs.events(job, limit=100_000)
        ends = [event.task for event in events if event.kind == "task.completed"]
        assert len(ends) == len(set(ends))
        attempts: dict[int | None, int] = {}
        for event in events:
            if event.kind == "task.claimed":
                assert event.detail["attempt"] > attempts.get(event.task, 0)
                attempts[event.task] = event.detail["attempt"]
        assert self.node.database.fetch_all("SELECT * FROM lease WHERE job_id = %s", [job]) == []
        for part in self.node.jobs.parts(job):
            for key in (part.entities_key, part.objects_key):
                self.node.storage.open(key).close()


def signal_all(worker: subprocess.Popen[bytes], number: signal.Signals) -> list[int]:
    """Signal a worker and its children; their process ids."""
    pids = [worker.pid, *family(worker.pid)]
    for pid in pids:
        os.kill(pid, number)
    return pids


class Table:
    """What was measured, for those who operate it."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []

    def add(self, fault: str, asked: str, measured: str) -> None:
        """Add a line."""
        self.rows.append((fault, asked, measured))

    def lines(self) -> Iterator[str]:
        """The table as Markdown, its columns aligned."""
        heading = ("fault", "asked", "measured")
        widths = [max(len(row[column]) for row in [heading, *self.rows]) for column in range(3)]
        for row in [heading, tuple("-" * width for width in widths), *self.rows]:
            yield f"| {' | '.join(text.ljust(width) for text, width in zip(row, widths, strict=True))} |"


def middle_and_worst(seconds: Sequence[float]) -> str:
    """Of some durations."""
    return f"{statistics.median(seconds):.1f} s, worst {max(seconds):.1f} s of {len(seconds)}"
