from __future__ import annotations

import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from nerproc.db.database import Database
from nerproc.errors import DatabaseUnreachable, SchemaMismatch, SettingsError


@dataclass(frozen=True)
class Animal:
    name: str
    legs: int


@pytest.fixture
def animals(database: Database) -> Database:
    database.execute("CREATE TABLE animal (name text PRIMARY KEY, legs int)")
    database.execute("INSERT INTO animal VALUES ('dog', 4), ('hen', 2)")
    return database


def kill_backends(database: Database) -> None:
    """Cut every connection to the database but the one that asks."""
    database.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def test_rows_are_dicts_or_instances_of_the_class_asked_for(animals: Database):
    assert animals.fetch_one("SELECT * FROM animal WHERE legs = %s", [4]) == {"name": "dog", "legs": 4}
    assert animals.fetch_one("SELECT * FROM animal WHERE legs = 8") is None
    assert animals.fetch_all("SELECT * FROM animal ORDER BY name", into=Animal) == [
        Animal("dog", 4),
        Animal("hen", 2),
    ]
    assert animals.execute("UPDATE animal SET legs = 3") == 2


def test_a_transaction_commits_whole_or_not_at_all(animals: Database):
    with animals.transaction() as connection:
        connection.execute("DELETE FROM animal WHERE name = 'dog'")
    with pytest.raises(psycopg.errors.DivisionByZero), animals.transaction() as connection:
        connection.execute("DELETE FROM animal; SELECT 1 / 0")
    assert animals.fetch_all("SELECT name FROM animal") == [{"name": "hen"}]


def test_errors_of_a_statement_stay_psycopgs(animals: Database):
    with pytest.raises(psycopg.errors.UniqueViolation):
        animals.execute("INSERT INTO animal VALUES ('dog', 4)")
    with pytest.raises(psycopg.errors.UndefinedTable):
        animals.fetch_all("SELECT * FROM plant", retry=True)


def test_a_frozen_transaction_and_a_long_statement_are_bounded_on_every_connection(database: Database):
    with database.connect("lease") as connection:
        bounds = (
            "SELECT current_setting('idle_in_transaction_session_timeout') AS idle,"
            " current_setting('statement_timeout') AS statement"
        )
        assert database.fetch_one(bounds) == {"idle": "10s", "statement": "1min"}
        assert connection.execute(bounds).fetchone() == ("10s", "1min")
        names = database.fetch_all(
            "SELECT application_name AS name FROM pg_stat_activity WHERE datname = 'test'"
        )
        assert {row["name"] for row in names} == {"nerproc", "nerproc lease"}


def test_idle_connections_that_the_server_closed_are_replaced_unseen(animals: Database):
    with animals.connection(), animals.connection(), animals.connection():
        pass
    kill_backends(animals)
    for _ in range(3):
        assert animals.fetch_one("SELECT count(*) FROM animal") == {"count": 2}


def test_a_connection_lost_in_the_middle_is_reported_or_retried(database: Database):
    suicide = "SELECT pg_terminate_backend(pg_backend_pid())"
    with pytest.raises(DatabaseUnreachable, match="terminat"):
        database.execute(suicide)
    attempts = []

    def kill_twice() -> None:
        for _ in range(2):
            while True:
                with Database.embedded(Path(database.address).parent) as other:
                    found = other.fetch_all(
                        "SELECT pid FROM pg_stat_activity WHERE query LIKE '%%slept%%' AND datname = 'test'"
                        " AND pid <> ALL (%s)",
                        [attempts],
                    )
                    for row in found:
                        other.execute("SELECT pg_terminate_backend(%s, 5000)", [row["pid"]])
                        attempts.append(row["pid"])
                    if found:
                        break
                time.sleep(0.02)

    killer = threading.Thread(target=kill_twice)
    killer.start()
    assert database.fetch_one("SELECT 'slept' AS how FROM pg_sleep(0.5)", retry=True) == {"how": "slept"}
    killer.join()
    assert len(attempts) == 2


def test_what_a_server_cancels_is_reported_or_retried(database: Database):
    """A server that was frozen cancels what ran too long meanwhile; nothing is wrong with the statement."""
    give_up = "SET LOCAL statement_timeout = '50ms'; SELECT pg_sleep(5)"
    with pytest.raises(DatabaseUnreachable, match="canceling statement"), database.transaction() as connection:
        connection.execute(give_up)

    def cancel() -> None:
        with Database.embedded(Path(database.address).parent, name="test") as other:
            while not other.fetch_one(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%%slept%%'"
                " AND datname = 'test' AND pid <> pg_backend_pid() AND state = 'active'"
            ):
                time.sleep(0.02)

    canceller = threading.Thread(target=cancel)
    canceller.start()
    assert database.fetch_one("SELECT 'slept' AS how FROM pg_sleep(0.5)", retry=True) == {"how": "slept"}
    canceller.join()


def test_who_ends_a_deadlock_is_told_that_it_may_try_again(animals: Database):
    ready = threading.Barrier(2)

    def change(first: str, second: str) -> str:
        try:
            with animals.transaction() as connection:
                connection.execute("UPDATE animal SET legs = legs + 1 WHERE name = %s", [first])
                ready.wait(10)
                connection.execute("UPDATE animal SET legs = legs + 1 WHERE name = %s", [second])
        except DatabaseUnreachable as error:
            return error.message
        return "done"

    with ThreadPoolExecutor(2) as threads:
        ends = sorted(threads.map(change, ["dog", "hen"], ["hen", "dog"]))
    assert ends[0] == "done"
    assert "deadlock" in ends[1]
    assert animals.fetch_all("SELECT legs FROM animal ORDER BY name") == [{"legs": 5}, {"legs": 3}]


def test_a_server_that_takes_no_writes_may_take_some_later(animals: Database):
    with pytest.raises(DatabaseUnreachable, match="read-only"), animals.transaction() as connection:
        connection.execute("SET TRANSACTION READ ONLY; DELETE FROM animal")
    assert animals.execute("DELETE FROM animal") == 2


def test_a_connection_left_in_a_transaction_does_not_go_back_to_the_pool(animals: Database):
    with animals.connection() as connection:
        connection.execute("BEGIN")
        connection.execute("DELETE FROM animal")
    assert connection.closed
    assert animals.fetch_one("SELECT count(*) FROM animal") == {"count": 2}


def test_many_threads_share_a_small_pool(server: Path):
    counts = []

    def work() -> None:
        for _ in range(20):
            row = database.fetch_one("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'nerproc'")
            counts.append(row)

    with Database.embedded(server, size=2) as database:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        backends = database.fetch_one("SELECT count(DISTINCT pid) FROM pg_stat_activity WHERE state = 'active'")
    assert len(counts) == 160
    assert backends == {"count": 1}


def test_an_unreachable_database_is_named_without_its_password():
    with pytest.raises(DatabaseUnreachable) as caught:
        Database.at("postgresql://me:hunter2@127.0.0.1:1/nerproc").open()
    assert "127.0.0.1:1/nerproc" in caught.value.message
    assert "refused" in caught.value.message
    assert "hunter2" not in str(caught.value.__cause__) + caught.value.message
    assert "NERPROC_DATABASE_URL" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:hunter2@host/db",
        "postgresql://me:hunter2@host:port/db",
        "postgres://me:%zzhunter2@host/db",
        "",
    ],
)
def test_a_url_that_is_none_is_refused_without_repeating_it(url: str):
    with pytest.raises(SettingsError, match="NERPROC_DATABASE_URL") as caught:
        Database.at(url)
    assert "hunter2" not in caught.value.message
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_both_spellings_of_the_scheme_are_understood():
    for scheme in ("postgres", "postgresql"):
        assert Database.at(f"{scheme}://me:secret@db.example:6000/ner").address == "db.example:6000/ner"


def test_the_server_killed_under_a_pool_is_back_without_the_user_noticing(home: Path):
    with Database.embedded(home) as database:
        database.execute("CREATE TABLE kept AS SELECT 7 AS n")
        pid = int((home / "postgres/data/postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        assert database.fetch_one("SELECT n FROM kept", retry=True) == {"n": 7}


def test_a_closed_database_stays_closed_until_it_is_opened_again(server: Path):
    database = Database.embedded(server).open()
    database.close()
    for call in (database.connect, lambda: database.execute("SELECT 1", retry=True)):
        with pytest.raises(DatabaseUnreachable, match="closed"):
            call()
    assert database.open().fetch_one("SELECT 1 AS n") == {"n": 1}
    database.close()


@pytest.fixture
def old_server() -> Iterator[int]:
    """A port on which something answers as PostgreSQL 14 does to a client that needs no password."""

    def answer() -> None:
        client, _ = listener.accept()
        with client:
            length, code = struct.unpack("!II", client.recv(8, socket.MSG_WAITALL))
            if code == 80877103:  # asks for TLS first
                client.sendall(b"N")
                length, _code = struct.unpack("!II", client.recv(8, socket.MSG_WAITALL))
            client.recv(length - 8, socket.MSG_WAITALL)
            client.sendall(b"R" + struct.pack("!II", 8, 0))
            for name, value in ((b"server_version", b"14.9"), (b"client_encoding", b"UTF8")):
                body = name + b"\0" + value + b"\0"
                client.sendall(b"S" + struct.pack("!I", len(body) + 4) + body)
            client.sendall(b"Z" + struct.pack("!I", 5) + b"I")
            client.recv(100)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_a_server_older_than_15_is_refused(old_server: int):
    with pytest.raises(SchemaMismatch, match="PostgreSQL 14; nerproc needs 15 or newer"):
        Database.at(f"postgresql://me@127.0.0.1:{old_server}/nerproc?gssencmode=disable").open()
