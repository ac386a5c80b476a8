"""PostgreSQL goes and comes back; the link to it is cut at any byte."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.fault.cluster import Table, Undisturbed
from tests.fault.conftest import MakeCluster
from tests.postgres import PostgresServer

pytestmark = pytest.mark.fault


@pytest.mark.parametrize("how", ["restarted", "killed"])
def test_the_database_is_started_again(
    how: str, cluster: MakeCluster, postgres: PostgresServer, undisturbed: Undisturbed, table: Table
) -> None:
    made = cluster(NERPROC_FAILPOINT="object_begun:slow")
    job = made.submit()
    made.worker()
    made.until(lambda: made.committed(job) > 0, "the first part")
    (postgres.stop if how == "restarted" else postgres.kill)()
    postgres.start()
    back = time.monotonic()
    done = made.committed(job)
    made.until(lambda: made.committed(job) > done, "another part")
    seconds = time.monotonic() - back
    made.finish(job)
    made.assert_same(job, undisturbed)
    assert not {"task.crashed", "task.retried", "task.released"} & set(made.kinds(job))
    table.add(
        f"PostgreSQL {how}", "children go on, nothing reaped", f"next part {seconds:.1f} s after it was back"
    )


def test_the_database_is_down_for_longer_than_a_lease(
    cluster: MakeCluster, postgres: PostgresServer, undisturbed: Undisturbed, rounds: int, table: Table
) -> None:
    lease, down = (30, 90) if rounds else (2, 6)
    # A task takes longer than the outage, and a part is larger than what is read in it.
    made = cluster(
        NERPROC_FAILPOINT="object_begun:slow",
        NERPROC_LEASE_SECONDS=str(lease),
        NERPROC_TASK_OBJECTS="240",
        NERPROC_PART_SECONDS="1",
        NERPROC_PART_OBJECTS="1000",
    )
    job = made.submit()
    made.worker()
    made.until(lambda: made.committed(job) > 0, "the first part")
    postgres.stop()
    time.sleep(down)
    postgres.start()
    made.finish(job, 120)
    made.assert_same(job, undisturbed)
    kinds = made.kinds(job)
    reaped = kinds.count("task.released")
    again = sum(
        event.detail["attempt"] > 1 for event in made.node.jobs.events(job) if event.kind == "task.claimed"
    )
    table.add(
        f"PostgreSQL down for {down} s, lease {lease} s",
        "no false reaping, no work lost",
        f"{reaped} reaped, {again} attempts repeated",
    )
    assert (reaped, again) == (0, 0)


def test_a_database_that_makes_all_wait_cancels_what_was_asked_and_nobody_gives_up(
    cluster: MakeCluster, undisturbed: Undisturbed, table: Table
) -> None:
    made = cluster(NERPROC_FAILPOINT="object_begun:slow", NERPROC_LEASE_SECONDS="1")
    url = f"{made.environment['NERPROC_DATABASE_URL']}?options=-c%20statement_timeout%3D1s"  # in place of 60 s
    job = made.submit()
    worker = made.worker(NERPROC_DATABASE_URL=url)
    made.until(lambda: made.committed(job) > 0, "the first part")
    with made.node.database.transaction() as connection:
        connection.execute("LOCK TABLE lease, task, upkeep")  # as a migration of large tables does
        time.sleep(3)
    made.finish(job)
    assert worker.poll() is None
    assert len(made.workers) == 1
    made.assert_same(job, undisturbed)
    table.add("PostgreSQL busy for longer than a statement may take", "asked again", "nothing lost")


def test_a_worker_that_is_to_end_does_not_wait_for_the_database(
    cluster: MakeCluster, postgres: PostgresServer, undisturbed: Undisturbed
) -> None:
    made = cluster(NERPROC_FAILPOINT="object_begun:slow", NERPROC_DRAIN_SECONDS="2")
    job = made.submit()
    worker = made.worker()
    made.until(lambda: made.committed(job) > 0, "the first part")
    postgres.stop()
    try:
        time.sleep(1)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=30) == 0
    finally:
        postgres.start()
    made.finish(job)
    made.assert_same(job, undisturbed)


def test_the_link_is_cut_at_any_byte(
    cluster: MakeCluster, undisturbed: Undisturbed, rounds: int, table: Table
) -> None:
    made = cluster()
    dice = random.Random(11)
    cuts = 0
    made.worker()
    while cuts < (rounds or 15):
        job = made.submit()
        while not made.node.jobs.get(job).state.ended:
            made.servers.to_postgres.reset_after(dice.randrange(1, 6_000))
            cuts += 1
            done = made.committed(job)
            deadline = time.monotonic() + 3
            while made.committed(job) == done and time.monotonic() < deadline:
                time.sleep(0.02)
        made.finish(job)
        made.assert_same(job, undisturbed)
    table.add(
        f"link to PostgreSQL cut at a random byte, {cuts} times",
        "outcome read again, 0 lost, 0 double",
        "0 lost, 0 double",
    )


def test_a_scan_of_local_files_is_bound_to_its_host(cluster: MakeCluster, tmp_path: Path) -> None:
    made = cluster()
    done = subprocess.run(
        [sys.executable, "-m", "nerproc", "scan", str(made.files), "--json"],
        env={**os.environ, "NERPROC_HOME": str(tmp_path / "another home")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    row = made.node.database.fetch_one("SELECT host FROM job WHERE id = %s", [json.loads(done.stdout)["id"]])
    assert row == {"host": socket.gethostname()}
