"""What keeps jobs going whatever died: reap, top up permits, close, collect.

Every node offers to do it, head or worker; a row of the database says when it was done last, so that each turn
is one node's. Each step is one statement that takes only what is free: two at once would do no harm.
"""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from nerproc.db.database import Database
from nerproc.errors import NerprocError, QueueUnreachable
from nerproc.job import sql
from nerproc.job.uploads import Uploads
from nerproc.job.workers import Workers
from nerproc.model.feedback import FeedbackStore
from nerproc.model.models import Models
from nerproc.observe import log
from nerproc.observe.meter import Counter
from nerproc.queue.base import Queue, wake
from nerproc.storage.base import Storage

TICK_SECONDS = 5.0
COLLECT_SECONDS = 3_600.0  # between collections
DAY_SECONDS = 86_400.0

TICKS = Counter("nerproc_upkeep_ticks_total", "Times that this process did the upkeep of all nodes.")
REAPED = Counter(
    "nerproc_upkeep_reaped_tasks_total", "Tasks that it took from workers whose leases had run out.", ("pool",)
)


class Maintenance:
    """The upkeep of one database, queue and artifact store."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        storage: Storage,
        *,
        lease_seconds: float,
        compact_parts: int,
    ) -> None:
        self._db = database
        self._queue = queue
        self._storage = storage
        self._lease = lease_seconds
        self._compact_parts = compact_parts

    def run(self, ended: threading.Event, *, every: float = TICK_SECONDS) -> None:
        """Tick and collect until `ended`; what cannot be reached now is looked after later."""
        next_collection = time.monotonic() + COLLECT_SECONDS  # not of processes that live for one report
        while not ended.wait(every):
            try:
                self.tick(every=every)
                if time.monotonic() > next_collection:
                    next_collection += COLLECT_SECONDS
                    if self._take_turn("collection", COLLECT_SECONDS):
                        log().info("artifacts_collected", deleted=self.collect(ended=ended))
            except NerprocError as error:
                log().warning("upkeep_failed", reason=error.message)
            except Exception as error:  # noqa: BLE001 - nobody would notice that there is none any more
                log().error("upkeep_failed", exc_info=error)

    def tick(self, *, every: float = 0) -> bool:
        """Put expired tasks back, wake workers for ready ones, close jobs that are done, forget dead workers.

        Does nothing, and returns False, when the last tick of any node was less than `every` seconds ago.
        """
        turn = self._take_turn("tick", every)
        if turn is None:
            return False
        TICKS.add()
        for row in self._db.fetch_all(sql.REAP) if turn["may_reap"] else []:
            REAPED.add(row["pool"], by=row["tasks"])
            log().warning("tasks_reaped", pool=row["pool"], tasks=row["tasks"])
        for row in self._db.fetch_all(sql.CLOSABLE):
            self.close(UUID(str(row["id"])))
        self._top_up()
        Workers(self._db).forget()
        return True

    def _take_turn(self, name: str, every: float) -> dict[str, Any] | None:
        return self._db.fetch_one(sql.TAKE_TURN, {"name": name, "every": every, "lease": self._lease})

    def _top_up(self) -> None:
        for row in self._db.fetch_all(sql.READY):
            try:
                missing = row["tasks"] - (self._queue.depth(row["pool"]) or 0)
                if missing > 0:
                    self._queue.publish(row["pool"], min(missing, 1_000))
            except QueueUnreachable:
                return  # workers look for work by themselves until it is back

    def close(self, job: UUID) -> None:
        """End a job whose tasks have all ended; a large report is compacted first."""
        added = self._db.fetch_one(sql.ADD_COMPACT, {"job": job, "parts": self._compact_parts})
        if added is None:
            closed = self._db.fetch_one(sql.CLOSE, {"job": job})
            if closed is not None:
                say = log().warning if closed["state"] == "failed" else log().info
                say("job_ended", job=str(job), state=closed["state"])
            return
        wake(self._queue, added["pool"])

    def collect(self, *, age_seconds: float = DAY_SECONDS, ended: threading.Event | None = None) -> int:
        """Delete artifacts older than `age_seconds` that nothing points at, until `ended`; return how many.

        They come from attempts that lost their task, from parts that were compacted, and from deleted jobs;
        files left in the scratch folder by processes that were killed go too.
        """
        while self._db.execute(sql.FORGET_MERGED, {"age": age_seconds}):
            pass
        horizon = datetime.now(UTC) - timedelta(seconds=age_seconds)
        for left in self._storage.scratch().iterdir():
            with suppress(OSError):  # its process is done with it, or it is not ours to delete
                if left.stat().st_mtime < horizon.timestamp():
                    shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink()
        deleted = Uploads(self._db, self._storage).collect(age_seconds=age_seconds)
        deleted += Models(self._db, self._storage).collect(age_seconds=age_seconds)
        deleted += FeedbackStore(self._db, self._storage).collect(age_seconds=age_seconds)
        referenced: set[str] = set()
        current = ""
        for stored in self._storage.list("reports/"):
            if ended is not None and ended.is_set():
                break
            job = stored.key.split("/")[1]
            if job != current:
                current, referenced = job, self._referenced(job)
            if stored.modified < horizon and stored.key not in referenced:
                self._storage.delete(stored.key)
                deleted += 1
        return deleted

    def _referenced(self, job: str) -> set[str]:
        try:
            rows = self._db.fetch_all(sql.REFERENCED, {"job": UUID(job)})
        except ValueError:
            return set()
        return {row["key"] for row in rows}
