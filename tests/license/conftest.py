"""A database, a clock to turn, a Keygen server, and licences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.license import keygen_double
from tests.license.keygen_double import KeygenDouble, Known

from nerproc.db import migration
from nerproc.db.database import Database
from nerproc.license import keygen as module
from nerproc.license.answer import public_key_of
from nerproc.license.keygen import KeygenLicense, Server
from nerproc.license.record import Record

KEY = "C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3"  # of the licence that the double knows


class Clock:
    """The clock of this machine, turned."""

    def __init__(self) -> None:
        self.turned = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.turned


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def prepared(server: Path) -> Iterator[Database]:
    with Database.embedded(server) as maintenance:
        maintenance.execute("CREATE DATABASE license")
    with Database.embedded(server, name="license") as database:
        migration.migrate(database)
        yield database


@pytest.fixture
def migrated(prepared: Database) -> Database:
    """A database that remembers no licence."""
    prepared.execute("DELETE FROM license")
    return prepared


@pytest.fixture
def keygen(clock: Clock) -> Iterator[KeygenDouble]:
    with keygen_double.running(clock) as double:
        double.licenses[KEY] = Known()
        yield double


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that say nothing are not waited for long."""
    monkeypatch.setattr(module, "READ_SECONDS", 0.3)
    monkeypatch.setattr(module, "MOST_SECONDS", 0.6)


@pytest.fixture
def process(keygen: KeygenDouble, migrated: Database, clock: Clock) -> Callable[..., KeygenLicense]:
    """The licence as a process that starts now has it."""

    def start(key: str = KEY, *, account: str | None = None, public_key: str | None = None) -> KeygenLicense:
        account = account or keygen.account
        server = Server(keygen.url, account, public_key_of(public_key or keygen.public_key))
        return KeygenLicense(key, server, Record(migrated, key, scope=f"{server.url} {account}"), clock=clock)

    return start
