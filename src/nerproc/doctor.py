"""What a node depends on, tried out one by one: database, schema, licence, workers, clock, queue, store, disk.

It opens what the settings name, as a worker would, and leaves nothing behind.
"""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import psycopg

from nerproc.db.database import Database
from nerproc.db.migration import check, load, migrate
from nerproc.errors import NerprocError, SettingsError, StorageUnreachable
from nerproc.job.jobs import POOLS
from nerproc.job.quota import Quota
from nerproc.job.statistics import Statistics
from nerproc.job.workers import Workers
from nerproc.node import open_database, open_license, open_queue, open_storage, try_queue
from nerproc.queue.base import Queue
from nerproc.schema.service import Checkup, CheckupName
from nerproc.settings import Settings
from nerproc.storage.base import Storage

ROUND_TRIPS = 5
PROBE_BYTES = 4_096
LEAST_FREE_BYTES = 5 << 30
LEAST_FREE_SHARE = 0.02
MOST_SKEW_SECONDS = 2.0
# What a check needs beside itself: without it, its own failure would say nothing new.
NEEDS: dict[CheckupName, CheckupName] = {
    "schema": "database",
    "license": "schema",
    "workers": "schema",
    "clock": "database",
}


@dataclass(frozen=True, slots=True)
class _Found:
    """What a look brought."""

    detail: str
    remedy: str | None = None  # makes it a warning
    seconds: float | None = None  # default: how long the look took


def examine(settings: Settings) -> Iterator[Checkup]:
    """Try everything that a node with these settings needs; a check that fails is no error here."""
    with closing(open_database(settings)) as database, closing(open_queue(settings, database)) as queue:
        looks: dict[CheckupName, Callable[[], _Found]] = {
            "database": partial(_database, database),
            "schema": partial(_schema, database, embedded=settings.database_url is None),
            "license": partial(_license, settings, database),
            "workers": partial(_workers, database),
            "clock": partial(_clock, database),
            "queue": partial(_queue, queue, database),
            "storage": partial(_storage, open_storage(settings)),
            "disk": partial(_disk, settings.home),
        }
        broken: set[CheckupName] = set()
        for name, look in looks.items():
            needed = NEEDS.get(name)
            found = _skipped(name, needed) if needed in broken else _checkup(name, look)
            if found.status in ("failed", "skipped"):
                broken.add(name)
            yield found


def watch(home: Path, database: Database) -> list[Checkup]:
    """What may go wrong while everything answers: a newer database, a pool without workers, a full disk.

    For a node that runs; `examine` tries the rest.
    """
    looks: dict[CheckupName, Callable[[], _Found]] = {
        "schema": partial(_schema, database, embedded=False),
        "workers": partial(_workers, database),
        "clock": partial(_clock, database),
        "disk": partial(_disk, home),
    }
    return [_checkup(name, look) for name, look in looks.items()]


def _skipped(name: CheckupName, needed: CheckupName | None) -> Checkup:
    return Checkup(check=name, status="skipped", detail=f"needs the {needed}", seconds=None, remedy=None)


def _checkup(name: CheckupName, look: Callable[[], _Found]) -> Checkup:
    begin = time.perf_counter()
    try:
        found = look()
    except NerprocError as error:
        return Checkup(check=name, status="failed", detail=error.message, seconds=None, remedy=error.hint)
    except (psycopg.Error, OSError) as error:
        return Checkup(check=name, status="failed", detail=str(error), seconds=None, remedy=None)
    return Checkup(
        check=name,
        status="warning" if found.remedy else "ok",
        detail=found.detail,
        seconds=time.perf_counter() - begin if found.seconds is None else found.seconds,
        remedy=found.remedy,
    )


def _database(database: Database) -> _Found:
    database.open()
    trips = []
    version = None
    for _ in range(ROUND_TRIPS):
        begin = time.perf_counter()
        version = database.fetch_one("SELECT current_setting('server_version') AS version")
        trips.append(time.perf_counter() - begin)
    assert version is not None
    number = version["version"].partition(" ")[0]  # behind it, distributions say who built it
    return _Found(f"PostgreSQL {number} at {database.address}", seconds=statistics.median(trips))


def _schema(database: Database, *, embedded: bool) -> _Found:
    """Anybody who opens a home brings its database up to date; one by URL waits for its head."""
    (migrate if embedded else check)(database)
    newest = load()[-1]
    return _Found(f"migration {newest.number:04} ({newest.name}), which is this version's")


def _license(settings: Settings, database: Database) -> _Found:
    quota = Quota(database, open_license(settings, database))
    quota.check()
    seen = quota.view()
    limit = "" if seen.limit_bytes is None else f" of {seen.limit_bytes:,}"
    return _Found(f"{seen.type}, {seen.used_bytes:,}{limit} bytes used")


def _workers(database: Database) -> _Found:
    alive = [worker for worker in Workers(database).all() if worker.alive]
    detail = f"{len(alive)} alive, for {sum(worker.slots for worker in alive):,} tasks at a time"
    served = {pool for worker in alive for pool in worker.pools if not (worker.draining or worker.resting)}
    for pool, tasks in Statistics(database).ready().items():
        if pool not in served:
            remedy = f"start `nerproc worker`, or `nerproc worker --pool {pool}`, on a host that reaches this"
            return _Found(f"{detail}; {tasks:,} ready in the pool {pool}, which nobody serves", remedy)
    return _Found(detail)


def _clock(database: Database) -> _Found:
    begin = time.time()
    row = database.fetch_one("SELECT extract(epoch FROM clock_timestamp())::float8 AS now")
    end = time.time()
    assert row is not None
    skew = (begin + end) / 2 - row["now"]
    detail = f"{abs(skew) * 1000:,.0f} ms {'ahead of' if skew > 0 else 'behind'} the database"
    if abs(skew) <= MOST_SKEW_SECONDS + (end - begin) / 2:
        return _Found(detail)
    return _Found(detail, "run a time service (chrony) on both: S3 refuses requests that are 15 minutes off")


def _queue(queue: Queue, database: Database) -> _Found:
    kind, seconds = try_queue(queue)
    ready = Statistics(database).ready()
    figures = [
        f"{pool}: {depth:,} permits for {ready.get(pool, 0):,} ready tasks"
        for pool in POOLS
        if (depth := queue.depth(pool)) is not None
    ]
    return _Found("; ".join([kind, *figures]), seconds=seconds)


def _storage(storage: Storage) -> _Found:
    key, content = f"probes/{uuid4()}", os.urandom(PROBE_BYTES)
    storage.put(key, BytesIO(content))
    try:
        with storage.open(key) as file:
            same = file.read() == content
    finally:
        storage.delete(key)
    if not same or next(storage.list(key), None) is not None:
        raise StorageUnreachable(
            "the artifact store does not give back what was put, or keeps what was deleted",
            hint="it must be consistent: S3 and its kin are, a caching gateway in front may not be",
        )
    return _Found(f"put, got and deleted {PROBE_BYTES:,} bytes")


def _disk(home: Path) -> _Found:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        raise SettingsError(
            f"{there} cannot be written", hint="set NERPROC_HOME to a folder that can be written"
        )
    usage = shutil.disk_usage(there)
    share = usage.free / usage.total
    detail = f"{usage.free / 1e9:,.1f} GB ({share:.0%}) free in {home}"
    if usage.free < LEAST_FREE_BYTES or share < LEAST_FREE_SHARE:
        return _Found(
            detail, "free some, or move NERPROC_HOME: results are written there before they are stored"
        )
    return _Found(detail)
