"""The workers' side: claim a task, keep it, commit parts of it, end it or give it back.

A claim's `attempt` is its fence. Every call that writes returns whether the claim still held; when it did not,
someone else has the task (or the job was stopped), and what the caller has in hand is to be thrown away.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from nerproc.db.database import Database
from nerproc.job import reserve, sql
from nerproc.job.quota import exceeded
from nerproc.job.task import Claim, PlannedTask, WrittenPart

ERROR_BUDGET = 5  # attempts that may end with an error
CRASH_BUDGET = 10  # worker processes in a row that may die on a task with no object in hand
RETRY_BASE_SECONDS = 5.0


class Claims:
    """Claims of one worker on the tasks of a database."""

    def __init__(
        self, database: Database, worker: UUID, *, lease_seconds: float, host: str | None = None
    ) -> None:
        """`host` is where the worker runs: jobs that are bound to another host are not for it."""
        self._host = host
        self._db = database
        self._worker = worker
        self._ttl = lease_seconds

    def claim(
        self, pools: Collection[str], *, job: UUID | None = None, limit: int = 1, begin: bool = True
    ) -> list[Claim]:
        """Take the best ready tasks of `pools` (of `job` only, if given), up to `limit`.

        Jobs take turns: the one with the fewest running tasks comes first. Without `begin` no report is begun,
        only work on those that have been.
        """
        rows = self._db.fetch_all(
            sql.CLAIM,
            {
                "pools": list(pools),
                "job": job,
                "limit": limit,
                "begin": begin,
                "worker": self._worker,
                "host": self._host or "",
                "ttl": self._ttl,
            },
        )
        if not rows:
            return []
        resumed = self._db.fetch_all(sql.RESUME_POINTS, {"tasks": [row["id"] for row in rows]}, retry=True)
        points = {point["task_id"]: (point["ordinal"], point["seq"]) for point in resumed}
        return [_claim(row, *points.get(row["id"], (0, 0))) for row in rows]

    def renew(self, claims: Collection[Claim]) -> set[int]:
        """Keep claims for another lease; return the ids of the tasks that are still ours."""
        rows = self._db.fetch_all(
            sql.RENEW,
            {
                "tasks": [claim.task for claim in claims],
                "attempts": [claim.attempt for claim in claims],
                "ttl": self._ttl,
            },
        )
        return {row["task_id"] for row in rows}

    def commit(self, claim: Claim, part: WrittenPart) -> bool:
        """Make a part visible."""
        summary = asdict(part.summary)
        return self._held(
            sql.COMMIT_PART,
            claim,
            **{
                **summary,
                "label_counts": Jsonb(summary["label_counts"]),
                "group_counts": Jsonb(summary["group_counts"]),
            },
            seq=part.seq,
            last_ordinal=part.last_ordinal,
            entities_key=part.entities_key,
            objects_key=part.objects_key,
        )

    def complete(self, claim: Claim) -> bool:
        """End a task that has committed everything."""
        return self._held(sql.COMPLETE, claim, failure=None)

    def complete_shard(self, claim: Claim, plan: Sequence[PlannedTask], *, limit: int | None) -> bool:
        """End a shard task with the tasks that it planned, in one statement.

        It fails when they need more bytes than a licence covers that has such a `limit`; what other sections of
        the listing have planned ends with it.
        """
        needed = sum(task.bytes for task in plan)
        row = self._db.fetch_one(
            reserve.COMPLETE_SHARD,
            {
                **_fence(claim),
                "limit": limit,
                "refusal": exceeded("<used>", limit or 0, needed).message,
                "numbers": [task.number for task in plan],
                "kinds": [task.kind for task in plan],
                "manifests": [task.manifest for task in plan],
                "objects": [task.objects for task in plan],
                "bytes": [task.bytes for task in plan],
            },
            retry=True,
        )
        if row and row["refused"]:
            with self._db.transaction() as connection:
                connection.execute(sql.STOP_TASKS, {"job": claim.job})
                connection.execute(sql.UNLEASE, {"job": claim.job})
        return bool(row and row["held"])

    def complete_compact(self, claim: Claim, files: list[dict[str, Any]], moves: list[dict[str, Any]]) -> bool:
        """End a compact task and swap its merged parts in, in one statement."""
        return self._held(sql.COMPLETE_COMPACT, claim, failure=None, files=Jsonb(files), moves=Jsonb(moves))

    def fail(self, claim: Claim, reason: str) -> bool:
        """End a task that cannot succeed, however often it is tried."""
        return self._held(sql.FAIL, claim, failure=reason)

    def retry(self, claim: Claim, reason: str) -> bool:
        """Give a task back after an error: later, or failed when its errors are used up."""
        row = self._db.fetch_one(
            sql.RETRY_OR_FAIL,
            {
                **_fence(claim),
                "reason": reason,
                "budget": ERROR_BUDGET,
                "base": RETRY_BASE_SECONDS,
            },
            retry=True,
        )
        return row is not None

    def crash(self, claim: Claim, reason: str, *, ordinal: int | None) -> bool:
        """Give a task back after its process died with object `ordinal` in hand (None: with none)."""
        row = self._db.fetch_one(
            sql.CRASH,
            {
                **_fence(claim),
                "reason": reason,
                "budget": CRASH_BUDGET,
                "ordinal": None if ordinal is None else str(ordinal),
            },
            retry=True,
        )
        return row is not None

    def release(self, claim: Claim, reason: str) -> bool:
        """Give a task back that nothing is wrong with."""
        return self._held(sql.RELEASE, claim, reason=reason)

    def _held(self, statement: str, claim: Claim, **values: Any) -> bool:
        row = self._db.fetch_one(statement, {**_fence(claim), **values}, retry=True)
        return bool(row and row["held"])


def _claim(row: dict[str, Any], next_ordinal: int, next_seq: int) -> Claim:
    return Claim(
        task=row["id"],
        job=UUID(str(row["job_id"])),
        number=row["number"],
        kind=row["kind"],
        attempt=row["attempt"],
        manifest=row["manifest"],
        request=row["request"],
        roots=row["roots"],
        model=row["model"],
        suspects={int(ordinal): crashes for ordinal, crashes in row["suspects"].items()},
        next_ordinal=next_ordinal,
        next_seq=next_seq,
    )


def _fence(claim: Claim) -> dict[str, int]:
    return {"task": claim.task, "attempt": claim.attempt}
