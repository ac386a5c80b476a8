"""The workers of a database: each keeps a row that says who it is and that it lives.

A row is renewed together with the worker's leases and holds as long as they do. It only informs: what a worker
may write is decided by the attempts of its tasks alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from nerproc.db.database import Database
from nerproc.errors import NotFound
from nerproc.schema.service import RunningTask, Worker

# Renewing it may also have to make the row anew: it is forgotten after a day without a sign of life.
_RENEW = """
INSERT INTO worker (id, host, pid, version, pools, slots, redaction_key, draining, expires_at)
VALUES (%(id)s, %(host)s, %(pid)s, %(version)s, %(pools)s, %(slots)s, %(redaction_key)s, %(draining)s,
        clock_timestamp() + %(ttl)s * interval '1 second')
ON CONFLICT (id) DO UPDATE
   SET draining = excluded.draining, seen_at = excluded.seen_at, expires_at = excluded.expires_at
RETURNING resting"""
_REST = "UPDATE worker SET resting = %(resting)s WHERE id = %(id)s"
_FORGET = "DELETE FROM worker WHERE seen_at < clock_timestamp() - interval '1 day'"
_LIST = """
SELECT id, host, pid, version, pools, slots, draining, resting, expires_at > clock_timestamp() AS alive,
       started_at, seen_at
  FROM worker ORDER BY alive DESC, host, started_at, id"""

# Who runs what, of one job or of all; a worker of a version that does not register has no host.
_RUNNING = """
SELECT l.job_id AS job, t.number AS task, t.kind, l.attempt, l.worker, w.host, l.claimed_at AS since
  FROM lease l JOIN task t ON t.id = l.task_id LEFT JOIN worker w ON w.id = l.worker
 WHERE (%(job)s::uuid IS NULL OR l.job_id = %(job)s) AND t.state = 'running' AND t.attempt = l.attempt
 ORDER BY l.claimed_at, l.task_id LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True)
class Registration:
    """Who a worker is."""

    id: UUID
    host: str
    pid: int
    version: str
    pools: tuple[str, ...]
    slots: int  # tasks that it runs at a time
    redaction_key: str | None = None  # fingerprint of the key that it has


class Workers:
    """The workers of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def renew(self, worker: Registration, *, lease_seconds: float, draining: bool = False) -> bool:
        """Say that a worker lives, for another lease; the first time this registers it.

        Returns whether it is to rest: to take no more tasks until it is told otherwise.
        """
        row = self._db.fetch_one(
            _RENEW,
            {
                "id": worker.id,
                "host": worker.host,
                "pid": worker.pid,
                "version": worker.version,
                "pools": list(worker.pools),
                "slots": worker.slots,
                "redaction_key": worker.redaction_key,
                "draining": draining,
                "ttl": lease_seconds,
            },
        )
        return bool(row and row["resting"])

    def rest(self, worker: UUID, *, resting: bool) -> None:
        """Tell a worker to take no more tasks, or to take some again; it hears of it when it is seen next.

        Raises:
            NotFound: there is no such worker.
        """
        if not self._db.execute(_REST, {"id": worker, "resting": resting}, retry=True):
            raise NotFound(f"There is no worker {worker}.", hint="nerproc workers lists them.")

    def remove(self, worker: UUID) -> None:
        """A worker has ended."""
        self._db.execute("DELETE FROM worker WHERE id = %s", [worker])

    def forget(self) -> None:
        """Drop the workers that were not seen for a day."""
        self._db.execute(_FORGET)

    def running(self, job: UUID | None = None, *, limit: int | None = None) -> list[RunningTask]:
        """The tasks in the hands of workers, of one job or of all, those in hand longest first."""
        rows = self._db.fetch_all(_RUNNING, {"job": job, "limit": limit}, retry=True)
        return [RunningTask(**row) for row in rows]

    def all(self) -> list[Worker]:
        """Every worker that was seen within a day, those alive first, each with the tasks in its hands."""
        tasks: dict[UUID, list[RunningTask]] = defaultdict(list)
        for task in self.running():
            tasks[task.worker].append(task)
        rows = self._db.fetch_all(_LIST, retry=True)
        return [Worker(**row, tasks=tasks[row["id"]]) for row in rows]
