"""Figures over all jobs, for operators: what there is, and what was committed lately."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any, cast, get_args

from nerproc.db.database import Database
from nerproc.job.jobs import POOLS
from nerproc.job.sql import READY
from nerproc.job.state import State
from nerproc.schema.report import JobKind, JobState, ObjectStatus, TaskKind
from nerproc.schema.service import Metrics, Throughput, ThroughputMinute

_JOBS = "SELECT state, count(*) AS count FROM job GROUP BY state"

_JOBS_BY_KIND = "SELECT kind, state, count(*) AS count FROM job GROUP BY kind, state"

# Only tasks of live jobs: their number is bounded by the work that is left, not by all that was ever done.
_TASKS = """
SELECT t.state, count(*) AS count FROM job j JOIN task t ON t.job_id = j.id
 WHERE j.state IN ('queued', 'running') GROUP BY t.state"""

_TASKS_BY_KIND = """
SELECT t.kind, t.state, count(*) AS count FROM job j JOIN task t ON t.job_id = j.id
 WHERE j.state IN ('queued', 'running') GROUP BY t.kind, t.state"""

_READY = """
SELECT t.pool, count(*) AS tasks,
       greatest(0, extract(epoch FROM clock_timestamp() - min(t.ready_at)))::float8 AS seconds
  FROM job j JOIN task t ON t.job_id = j.id
 WHERE j.state IN ('queued', 'running') AND NOT j.paused
   AND t.state = 'queued' AND t.ready_at <= clock_timestamp()
 GROUP BY t.pool"""

_SERVING = """
SELECT pool, count(*) AS workers, sum(slots) AS slots FROM worker, unnest(pools) AS pool
 WHERE expires_at > clock_timestamp() AND NOT (draining OR resting) GROUP BY pool"""

_LABELS = """
SELECT c.key AS label, sum(c.value::bigint)::bigint AS count
  FROM part, jsonb_each_text(label_counts) c WHERE merged_into IS NULL GROUP BY c.key"""

_WORK = """
SELECT (SELECT count(*) FROM worker WHERE expires_at > clock_timestamp()) AS workers,
       (SELECT greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(t.ready_at)), 0))::float8
          FROM job j JOIN task t ON t.job_id = j.id
         WHERE j.state IN ('queued', 'running') AND NOT j.paused AND t.state = 'queued') AS waiting_seconds"""

_RESULTS = """
SELECT coalesce(sum(succeeded), 0)::bigint AS succeeded, coalesce(sum(skipped), 0)::bigint AS skipped,
       coalesce(sum(failed), 0)::bigint AS failed, coalesce(sum(bytes), 0)::bigint AS bytes,
       coalesce(sum(entities), 0)::bigint AS entities
  FROM part WHERE merged_into IS NULL AND replaced IS NULL"""

# A compacted part repeats what its parts committed earlier: only the tasks that scan count. Parts are summed up
# by minute before minutes without any are added: joined by a range, each minute would look at every part.
_THROUGHPUT = """
WITH p AS (
  SELECT date_trunc('minute', part.created_at) AS at, sum(part.bytes) AS bytes, sum(part.objects) AS objects,
         sum(part.entities) AS entities
    FROM part JOIN task ON task.id = part.task_id
   WHERE task.kind = 'infer' AND part.created_at >= now() - (%(minutes)s + 1) * interval '1 minute'
   GROUP BY 1)
SELECT m.at, coalesce(p.bytes, 0)::bigint AS bytes, coalesce(p.objects, 0)::bigint AS objects,
       coalesce(p.entities, 0)::bigint AS entities
  FROM generate_series(date_trunc('minute', now()) - (%(minutes)s - 1) * interval '1 minute',
                       date_trunc('minute', now()), interval '1 minute') AS m (at)
  LEFT JOIN p USING (at) ORDER BY m.at"""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a database holds at a time."""

    jobs: dict[tuple[str, str], float]  # by kind and state
    tasks: dict[tuple[str, str], float]  # by kind and state, of jobs that have not ended
    ready: dict[str, tuple[int, float]]  # by pool: tasks that could run, and seconds that the first has waited
    serving: dict[str, tuple[int, int]]  # by pool: workers that take its tasks, and their slots
    workers: int  # that are alive
    objects: dict[str, int]  # in the reports, by status
    bytes: int  # of them that were read
    labels: dict[str, int]  # entities in the reports, by label


class Statistics:
    """Figures of one database."""

    def __init__(self, database: Database, *, retry: bool = True) -> None:
        """Without `retry`, a database that does not answer is not waited for."""
        self._db = database
        self._retry = retry

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

    def holdings(self) -> Holdings:
        """What the database holds now, in more detail.

        Raises:
            DatabaseUnreachable: it does not answer.
        """
        results = self._one(_RESULTS)
        ready = {row["pool"]: (row["tasks"], row["seconds"]) for row in self._all(_READY)}
        serving = {row["pool"]: (row["workers"], row["slots"]) for row in self._all(_SERVING)}
        return Holdings(
            jobs=_by_kind(get_args(JobKind), self._all(_JOBS_BY_KIND)),
            tasks=_by_kind(get_args(TaskKind), self._all(_TASKS_BY_KIND)),
            ready=dict.fromkeys(POOLS, (0, 0.0)) | ready,
            serving=dict.fromkeys(POOLS, (0, 0)) | serving,
            workers=self._one(_WORK)["workers"],
            objects={status: results[status] for status in get_args(ObjectStatus)},
            bytes=results["bytes"],
            labels={row["label"]: row["count"] for row in self._all(_LABELS)},
        )

    def ready(self) -> dict[str, int]:
        """Tasks that could run now, by pool."""
        return {row["pool"]: row["tasks"] for row in self._all(READY)}

    def throughput(self, minutes: int) -> Throughput:
        """What was committed in each of the last `minutes`, the one that runs included."""
        rows = self._db.fetch_all(_THROUGHPUT, {"minutes": minutes}, retry=True)
        total: int = sum(row["bytes"] for row in rows)
        return Throughput(
            bytes_per_second=total / (60.0 * minutes), minutes=[ThroughputMinute(**row) for row in rows]
        )

    def _by_state(self, query: str) -> dict[JobState, int]:
        counts = {state.value: 0 for state in State}
        counts |= {row["state"]: row["count"] for row in self._all(query)}
        return cast("dict[JobState, int]", counts)

    def _one(self, query: str) -> dict[str, Any]:
        row = self._db.fetch_one(query, retry=self._retry)
        assert row is not None
        return row

    def _all(self, query: str) -> list[dict[str, Any]]:
        return self._db.fetch_all(query, retry=self._retry)


def _by_kind(kinds: Iterable[str], rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str], float]:
    counts = dict.fromkeys(product(kinds, (state.value for state in State)), 0.0)
    return counts | {(row["kind"], row["state"]): float(row["count"]) for row in rows}
