"""The workers' side: claim a task, keep it, commit parts of it, end it or give it back.

A claim's `attempt` is its fence. Every call that writes returns whether the claim still held; when it did not,
someone else has the task (or the job was stopped), and what the caller has in hand is to be thrown away.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from nerproc.db.database import Database
from nerproc.errors import QuotaExceeded
from nerproc.job import account, reserve, sql, training
from nerproc.job.quota import exceeded
from nerproc.job.task import Claim, PlannedTask, WrittenPart
from nerproc.model.row import taken

ERROR_BUDGET = 5  # attempts that may end with an error
CRASH_BUDGET = 10  # worker processes in a row that may die on a task with no object in hand
RETRY_BASE_SECONDS = 5.0


class Claims:
    """Claims of one worker on the tasks of a database."""

    def __init__(
        self,
        database: Database,
        worker: UUID,
        *,
        lease_seconds: float,
        host: str | None = None,
        key: str | None = None,
    ) -> None:
        """`host` is where the worker runs: jobs that are bound to another host are not for it.

        Nor are redactions for which its key, of the fingerprint `key`, is the wrong one.
        """
        self._host = host
        self._key = key
        self._db = database
        self._worker = worker
        self._ttl = lease_seconds

    def claim(
        self, pools: Collection[str], *, job: UUID | None = None, limit: int = 1, begin: bool = True
    ) -> list[Claim]:
        """Take the best ready tasks of `pools` (of `job` only, if given), up to `limit`.

        Jobs take turns: the one with the fewest running tasks comes first. Without `begin` no source is listed,
        so that no report is begun, and what others have listed is done.
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
                "key": self._key or "",
                "ttl": self._ttl,
            },
        )
        if not rows:
            return []
        resumed = self._db.fetch_all(sql.RESUME_POINTS, {"tasks": [row["id"] for row in rows]}, retry=True)
        points = {point["task_id"]: (point["ordinal"], point["seq"]) for point in resumed}
        claims = [_claim(row, *points.get(row["id"], (0, 0))) for row in rows]
        account.claimed(claims)
        return claims

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
        if late := [row["task_id"] for row in rows if row["late"]]:
            account.renewed_late(late, {claim.task: claim for claim in claims})
        return {row["task_id"] for row in rows}

    def commit(self, claim: Claim, part: WrittenPart) -> bool:
        """Make a part visible."""
        summary = asdict(part.summary)
        held = self._held(
            "part",
            sql.COMMIT_PART,
            claim,
            **{
                **summary,
                "label_counts": Jsonb(summary["label_counts"]),
                "group_counts": Jsonb(summary["group_counts"]),
                "replaced": None if summary["replaced"] is None else Jsonb(summary["replaced"]),
            },
            seq=part.seq,
            last_ordinal=part.last_ordinal,
            entities_key=part.entities_key,
            objects_key=part.objects_key,
        )
        if held:
            account.committed(claim, part)
        return held

    def complete(self, claim: Claim) -> bool:
        """End a task that has committed everything."""
        return self._end("completed", sql.COMPLETE, claim)

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
                sql.stop_tasks(connection, claim.job)
                connection.execute(sql.UNLEASE, {"job": claim.job})
            account.license_refused(QuotaExceeded.slug, job=str(claim.job))
        return self._ended("failed" if row and row["refused"] else "completed", row, claim)

    def complete_compact(self, claim: Claim, files: list[dict[str, Any]], moves: list[dict[str, Any]]) -> bool:
        """End a compact task and swap its merged parts in, in one statement."""
        return self._end("completed", sql.COMPLETE_COMPACT, claim, files=Jsonb(files), moves=Jsonb(moves))

    def progress(self, claim: Claim, progress: dict[str, Any]) -> bool:
        """Tell how far a training is."""
        return self._held("progress", training.PROGRESS, claim, progress=Jsonb(progress))

    def commit_epoch(self, claim: Claim, checkpoint: str, progress: dict[str, Any]) -> tuple[bool, str | None]:
        """Make a checkpoint the one to go on from; the key of that before it, which nothing needs any more."""
        row = self._db.fetch_one(
            training.COMMIT_EPOCH,
            {**_fence(claim), "checkpoint": checkpoint, "progress": Jsonb(progress)},
            retry=True,
        )
        if not (row and row["held"]):
            account.refused(claim, "progress")
            return False, None
        return True, row["earlier"]

    def complete_train(self, claim: Claim, model: dict[str, Any]) -> bool:
        """End a training with the model that it made, given by the columns of its row, in one statement.

        If there is a model of that name by now, the training fails; False then too.
        """
        try:
            return self._end("completed", training.COMPLETE_TRAIN, claim, **model)
        except UniqueViolation:
            self.fail(claim, taken(model["name"]).message)
            return False

    def fail(self, claim: Claim, reason: str) -> bool:
        """End a task that cannot succeed, however often it is tried."""
        return self._end("failed", sql.FAIL, claim, reason)

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
        if row is None:
            account.refused(claim, "give_back")
            return False
        account.ended(claim, "failed" if row["state"] == "failed" else "retried", reason)
        return True

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
        if row is None:
            account.refused(claim, "give_back")
            return False
        account.ended(claim, "failed" if row["state"] == "failed" else "crashed", reason)
        return True

    def release(self, claim: Claim, reason: str) -> bool:
        """Give a task back that nothing is wrong with."""
        held = self._held("give_back", sql.RELEASE, claim, reason=reason)
        if held:
            account.ended(claim, "released", reason)
        return held

    def _end(
        self, outcome: str, statement: str, claim: Claim, failure: str | None = None, **values: Any
    ) -> bool:
        row = self._db.fetch_one(statement, {**_fence(claim), "failure": failure, **values}, retry=True)
        return self._ended(outcome, row, claim, failure)

    def _ended(
        self, outcome: str, row: dict[str, Any] | None, claim: Claim, failure: str | None = None
    ) -> bool:
        if not (row and row["held"]):
            account.refused(claim, "end")
            return False
        account.ended(claim, outcome, failure)
        return True

    def _held(self, operation: str, statement: str, claim: Claim, **values: Any) -> bool:
        row = self._db.fetch_one(statement, {**_fence(claim), **values}, retry=True)
        if row and row["held"]:
            return True
        account.refused(claim, operation)
        return False


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
        checkpoint=row["checkpoint"],
    )


def _fence(claim: Claim) -> dict[str, int]:
    return {"task": claim.task, "attempt": claim.attempt}
