"""Figures over all jobs, for operators: what there is, and what was committed lately."""

from __future__ import annotations

from typing import Any, cast

from nerproc.db.database import Database
from nerproc.job.sql import READY
from nerproc.job.state import State
from nerproc.schema.report import JobState
from nerproc.schema.service import Metrics, Throughput, ThroughputMinute

_JOBS = "SELECT state, count(*) AS count FROM job GROUP BY state"

# Only tasks of live jobs: their number is bounded by the work that is left, not by all that was ever done.
_TASKS = """
SELECT t.state, count(*) AS count FROM job j JOIN task t ON t.job_id = j.id
 WHERE j.state IN ('queued', 'running') GROUP BY t.state"""

_WORK = """
SELECT (SELECT count(*) FROM worker WHERE expires_at > clock_timestamp()) AS workers,
       (SELECT greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(t.ready_at)), 0))::float8
          FROM job j JOIN task t ON t.job_id = j.id
         WHERE j.state IN ('queued', 'running') AND NOT j.paused AND t.state = 'queued') AS waiting_seconds"""

_RESULTS = """
SELECT coalesce(sum(succeeded), 0)::bigint AS succeeded, coalesce(sum(skipped), 0)::bigint AS skipped,
       coalesce(sum(failed), 0)::bigint AS failed, coalesce(sum(bytes), 0)::bigint AS bytes,
       coalesce(sum(entities), 0)::bigint AS entities
  FROM part WHERE merged_into IS NULL"""

# A compacted part repeats what its parts committed earlier: only the tasks that scan count.
_THROUGHPUT = """
SELECT m.at, coalesce(sum(p.bytes), 0)::bigint AS bytes, coalesce(sum(p.objects), 0)::bigint AS objects,
       coalesce(sum(p.entities), 0)::bigint AS entities
  FROM generate_series(date_trunc('minute', now()) - (%(minutes)s - 1) * interval '1 minute',
                       date_trunc('minute', now()), interval '1 minute') AS m (at)
  LEFT JOIN (SELECT part.* FROM part JOIN task ON task.id = part.task_id
              WHERE task.kind = 'infer' AND part.created_at >= now() - (%(minutes)s + 1) * interval '1 minute'
            ) p ON p.created_at >= m.at AND p.created_at < m.at + interval '1 minute'
 GROUP BY m.at ORDER BY m.at"""


class Statistics:
    """Figures of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def metrics(self) -> Metrics:
        """What the database holds now."""
        work = self._one(_WORK)
        results = self._one(_RESULTS)
        return Metrics(
            jobs=self._by_state(_JOBS),
            tasks=self._by_state(_TASKS),
            workers=work["workers"],
            waiting_seconds=work["waiting_seconds"],
            objects={status: results.pop(status) for status in ("succeeded", "skipped", "failed")},
            **results,
        )

    def ready(self) -> dict[str, int]:
        """Tasks that could run now, by pool."""
        return {row["pool"]: row["tasks"] for row in self._db.fetch_all(READY, retry=True)}

    def throughput(self, minutes: int) -> Throughput:
        """What was committed in each of the last `minutes`, the one that runs included."""
        rows = self._db.fetch_all(_THROUGHPUT, {"minutes": minutes}, retry=True)
        total: int = sum(row["bytes"] for row in rows)
        return Throughput(
            bytes_per_second=total / (60.0 * minutes), minutes=[ThroughputMinute(**row) for row in rows]
        )

    def _by_state(self, query: str) -> dict[JobState, int]:
        counts = {state.value: 0 for state in State}
        counts |= {row["state"]: row["count"] for row in self._db.fetch_all(query, retry=True)}
        return cast("dict[JobState, int]", counts)

    def _one(self, query: str) -> dict[str, Any]:
        row = self._db.fetch_one(query, retry=True)
        assert row is not None
        return row
