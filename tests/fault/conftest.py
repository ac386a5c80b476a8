"""Servers of the session's own, a cluster for each test, and the table that is printed at the end.

The short form is part of every run of the tests; `make faults` sets NERPROC_FAULT_ROUNDS for the long one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from tests.broker import Broker
from tests.fault.cluster import Cluster, Servers, Table, Undisturbed, servers
from tests.postgres import PostgresServer
from tests.worker.fleet import fleet, write_files

ROUNDS = int(os.environ.get("NERPROC_FAULT_ROUNDS", "0"))
TABLE = Table()
_numbers = count(1)

MakeCluster = Callable[..., Cluster]


@pytest.fixture(scope="session")
def rounds() -> int:
    """How often what can be repeated is; 0: the short form, where each fault is caused a few times."""
    return ROUNDS


@pytest.fixture(scope="session")
def table() -> Table:
    """Where measured figures go."""
    return TABLE


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TABLE.rows:
        terminalreporter.section("faults")
        for line in TABLE.lines():
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server that lives as long as the session; a test that stops it starts it again."""
    server = PostgresServer(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("source") / "files")


@pytest.fixture(scope="session")
def many_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More than is scanned in the time that a test takes."""
    return write_files(tmp_path_factory.mktemp("sources") / "files", 10_000 if ROUNDS else 1_500)


@pytest.fixture(scope="session")
def undisturbed(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The report that every fault must end in, made without any server."""
    with fleet(tmp_path_factory.mktemp("undisturbed"), files) as calm:
        job = calm.submit()
        return calm.finish(job), calm.entities(job)


@pytest.fixture
def stand(postgres: PostgresServer, rabbitmq: Broker) -> Iterator[Servers]:
    """Servers with an empty database and an empty queue."""
    with servers(postgres, rabbitmq, f"test_{next(_numbers)}") as made:
        yield made


@pytest.fixture
def cluster(home: Path, files: Path, stand: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeCluster]:
    """Makes the cluster of a test, with settings for its workers; on `files` unless others are given."""
    for name, value in stand.direct.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as stack:

        def make(sources: Path = files, **environment: str) -> Cluster:
            made = Cluster(home, sources, stand, **environment)
            stack.callback(made.close)
            return made

        yield make
