"""What the queue in PostgreSQL promises beyond others."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from nerproc.db.database import Database
from nerproc.errors import QueueUnreachable
from nerproc.queue.base import Permit
from nerproc.queue.postgres import MOST_PERMITS, PostgresQueue


def listeners(database: Database) -> int:
    row = database.fetch_one("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'nerproc queue'")
    return (row or {})["count"]


def eventually_listens(database: Database, count: int = 1) -> bool:
    deadline = time.monotonic() + 10
    while listeners(database) != count and time.monotonic() < deadline:
        time.sleep(0.02)
    return listeners(database) == count


@pytest.mark.fault
def test_a_killed_server_is_started_again_and_sleepers_are_woken(home: Path):
    with Database.embedded(home) as database:
        queue = PostgresQueue(database)
        assert queue.wait(["infer"], 0) is None
        assert eventually_listens(database)
        os.kill(int((home / "postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        assert queue.wait(["infer"], 10) == Permit("infer")  # something may have been missed meanwhile
        queue.close()


def test_all_threads_of_a_process_share_one_connection(database: Database):
    queue = PostgresQueue(database)
    threads = [threading.Thread(target=queue.wait, args=[["infer", f"pool{n}"], 0.5]) for n in range(6)]
    for thread in threads:
        thread.start()
    assert eventually_listens(database)
    time.sleep(0.2)
    assert listeners(database) == 1
    for thread in threads:
        thread.join()
    queue.close()
    assert eventually_listens(database, 0)


def test_anybody_may_notify_by_hand(database: Database):
    queue = PostgresQueue(database)
    queue.wait(["infer"], 0)
    assert eventually_listens(database)
    time.sleep(0.2)
    database.execute("NOTIFY nerproc_infer")
    assert queue.wait(["infer"], 5) == Permit("infer")
    queue.publish("infer")
    assert queue.wait(["infer"], 5) == Permit("infer")
    queue.close()


def test_permits_do_not_pile_up(database: Database):
    queue = PostgresQueue(database)
    queue.wait(["infer"], 0)
    assert eventually_listens(database)
    time.sleep(0.2)
    for _ in range(3):
        queue.publish("infer", MOST_PERMITS - 1)
    time.sleep(0.3)
    assert sum(queue.wait(["infer"], 0) is not None for _ in range(3 * MOST_PERMITS)) == MOST_PERMITS
    queue.close()


def test_without_a_server_publishing_is_an_error_and_waiting_only_waits(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("nerproc.db.database.RETRY_SECONDS", 0.2)
    queue = PostgresQueue(Database.at("postgresql://nobody@127.0.0.1:1/nothing"))
    with pytest.raises(QueueUnreachable, match=r"127\.0\.0\.1:1/nothing") as caught:
        queue.publish("infer")
    assert "NERPROC_DATABASE_URL" in (caught.value.hint or "")
    started = time.monotonic()
    assert queue.wait(["infer"], 0.3) is None
    assert time.monotonic() - started < 1
    queue.close()
