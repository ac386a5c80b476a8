"""For every test: a home of its own, and an empty database of its own on a server shared by the session.

`make test` runs several processes (pytest-xdist), each of which is a session of its own.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from benchmarks.s3_stub import Stub, serving
from tests.broker import Broker, running_broker
from tests.buckets import moto_server
from tests.certificate import write_certificate
from tests.process import RunningHead, running_head

from nerproc.db.database import Database
from nerproc.settings import S3Connection

# What a shell runs in the background ignores Ctrl-C, and so would the commands that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What is tried is whether it is right, not whether another process lets it run.
hypothesis.settings.register_profile(
    "right", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("right")

LONGEST = ("test_readme.py", "worker/", "cli/")  # they are begun first, so that no process waits for another


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first."""
    rank = {place: number for number, place in enumerate(LONGEST)}

    def key(item: pytest.Item) -> int:
        place = _place(item.nodeid)
        return next((rank[start] for start in LONGEST if place.startswith(start)), len(LONGEST))

    items.sort(key=key)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep what is in a file in one process, as it shares fixtures, and in order."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _place(nodeid)

    return ByFile(config, log)


def _place(nodeid: str) -> str:
    """The file of a test, seen from this folder."""
    return nodeid.partition("::")[0].removeprefix("tests/")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for NERPROC_HOME, set in the environment; no setting of the developer's own is seen."""
    for name in os.environ:
        if name.startswith("NERPROC_") or name == "LICENSE_KEY":
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("NERPROC_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of an embedded server that lives as long as the session (with pytest-xdist: as the process)."""
    home = tmp_path_factory.mktemp("server")
    with Database.embedded(home):
        yield home


@pytest.fixture
def database(server: Path) -> Iterator[Database]:
    """An empty database of the test's own."""
    with Database.embedded(server) as maintenance:
        maintenance.execute("DROP DATABASE IF EXISTS test WITH (FORCE)")
        maintenance.execute("CREATE DATABASE test")
    with Database.embedded(server, name="test") as database:
        yield database


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker that lives as long as the session; a test that stops it starts it again."""
    with running_broker(tmp_path_factory.mktemp("rabbitmq")) as broker:
        yield broker


@pytest.fixture(scope="session")
def moto() -> Iterator[S3Connection]:
    """An S3 server, over HTTP: moto in a thread of this process."""
    with moto_server() as connection:
        yield connection


@pytest.fixture
def stub() -> Iterator[Stub]:
    """An S3 server that can fail, with one bucket, `bucket`."""
    with serving() as stub:
        yield stub


@pytest.fixture(scope="session")
def head(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHead]:
    """`nerproc serve` with one worker process and a home of its own, for the session."""
    with running_head(tmp_path_factory.mktemp("head")) as head:
        yield head


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    return write_certificate(tmp_path_factory.mktemp("tls"))
