"""Jobs as users see them: submit, look, stop, pause, resume, retry, delete.

Workers' side of the same tables is `claims.py`; what keeps both going is `maintenance.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from psycopg.errors import ForeignKeyViolation
from psycopg.types.json import Jsonb

from nerproc.db.database import Database
from nerproc.errors import Conflict, IllegalMove, InvalidRequest, NotFound
from nerproc.failpoint import failpoint
from nerproc.job import reserve, sql
from nerproc.job.part import PartRef, PartSummary
from nerproc.job.quota import Quota, exceeded
from nerproc.job.state import State
from nerproc.job.task import Claim, artifacts
from nerproc.queue.base import Queue, wake
from nerproc.schema.report import Event, ReportRequest
from nerproc.storage.base import Storage

POOL = "infer"
POOLS = (POOL, "train")  # all there are; each has its own permits
PREFIX_LENGTH = 4  # shortest prefix of an id that stands for it


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job with the sums over its tasks and parts."""

    id: UUID
    kind: Literal["inference"]
    name: str
    model: str
    model_version: str
    state: State
    paused: bool
    request: ReportRequest
    group_ids: dict[str, UUID]
    failure: str | None
    failure_slug: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    now: datetime  # of the database, to measure running jobs against
    total_objects: int
    total_bytes: int
    succeeded: int
    skipped: int
    failed: int
    unchanged: int
    bytes: int
    entities: int

    @property
    def seconds(self) -> float | None:
        """From the start of the first task to the end, or to now."""
        if self.started_at is None:
            return None
        return ((self.finished_at or self.now) - self.started_at).total_seconds()


class Jobs:
    """The jobs of one database."""

    def __init__(self, database: Database, queue: Queue, storage: Storage, quota: Quota) -> None:
        self.quota = quota
        self._db = database
        self._queue = queue
        self._storage = storage

    def submit(
        self,
        request: ReportRequest,
        *,
        name: str,
        model_version: str,
        model_id: UUID | None = None,
        roots: list[str],
        host: str | None = None,
        idempotency_key: str | None = None,
        needed: int | None = None,
    ) -> UUID:
        """Queue a job; with an `idempotency_key` that was used before, return the job it made.

        `model_id` is that of an imported model.
        `needed` is how many bytes it will read, where that is known already.
        With a `host`, only workers there take its tasks: nobody else has its files.

        Raises:
            Conflict: the key was used for another request.
            Refused: the licence does not let it begin.
            QuotaExceeded: the licence does not cover it.
        """
        body = request.model_dump(mode="json")
        if idempotency_key is not None and self._db.fetch_one(sql.BY_IDEMPOTENCY_KEY, {"key": idempotency_key}):
            return self._submitted_before(idempotency_key, body)
        self.quota.check(needed)
        row = self._insert(
            {
                "id": uuid4(),
                "name": name,
                "model": request.model,
                "model_version": model_version,
                "model_id": model_id,
                "request": Jsonb(body),
                "group_ids": Jsonb({group.name: str(uuid4()) for group in request.groups}),
                "roots": roots,
                "host": host,
                "key": idempotency_key,
            },
        )
        if row is None:
            return self._submitted_before(idempotency_key, body)
        failpoint("job_submitted")
        wake(self._queue, POOL)
        return UUID(str(row["id"]))

    def _insert(self, job: dict[str, Any]) -> dict[str, Any] | None:
        try:
            return self._db.fetch_one(sql.SUBMIT, job)
        except ForeignKeyViolation:
            raise NotFound(f"The model {job['model']!r} was deleted meanwhile.") from None

    def _submitted_before(self, key: str | None, body: dict[str, Any]) -> UUID:
        row = self._db.fetch_one(sql.BY_IDEMPOTENCY_KEY, {"key": key})
        if row is None or _comparable(row["request"]) != _comparable(body):
            raise Conflict(
                "The idempotency key was used for another request.",
                hint="Send a new Idempotency-Key, or the same request as before.",
            )
        return UUID(str(row["id"]))

    def get(self, job: UUID) -> JobRecord:
        """The job of that id.

        Raises:
            NotFound: there is none.
        """
        row = self._db.fetch_one(sql.GET, {"job": job}, retry=True)
        if row is None:
            raise NotFound(f"There is no job {job}.", hint="nerproc status lists the jobs.")
        return _record(row)

    def find(self, prefix: str) -> UUID:
        """The id of the one job whose id begins with `prefix`.

        Raises:
            NotFound: none does.
            Conflict: more than one does.
        """
        if len(prefix) < PREFIX_LENGTH or not set(prefix.lower()) <= set("0123456789abcdef-"):
            raise InvalidRequest(
                f"{prefix!r} is no job id.", hint=f"Give at least {PREFIX_LENGTH} of its letters."
            )
        rows = self._db.fetch_all(sql.BY_PREFIX, {"prefix": prefix.lower()}, retry=True)
        if len(rows) > 1:
            raise Conflict(f"More than one job id begins with {prefix!r}.", hint="Give more of the id.")
        if not rows:
            newest = [str(row["id"]) for row in self._db.fetch_all(sql.NEAREST, retry=True)]
            hint = f"The newest jobs: {', '.join(newest)}." if newest else "There are no jobs yet."
            raise NotFound(f"There is no job {prefix}.", hint=hint)
        return UUID(str(rows[0]["id"]))

    def page(
        self, *, state: State | None = None, before: tuple[datetime, UUID] | None = None, limit: int = 50
    ) -> list[JobRecord]:
        """Jobs, newest first, older than `before` (creation time and id)."""
        created_at, job = before or (None, None)
        rows = self._db.fetch_all(
            sql.LIST, {"state": state, "before": created_at, "before_id": job, "limit": limit}, retry=True
        )
        return [_record(row) for row in rows]

    def stop(self, job: UUID) -> None:
        """Stop a job: queued tasks end at once, running ones within seconds; what is committed stays.

        Raises:
            NotFound: there is no such job.
            IllegalMove: it has ended already.
        """
        with self._db.transaction() as connection:
            connection.execute(sql.STOP_TASKS, {"job": job})
            row = connection.execute(sql.STOP_JOB, {"job": job}).fetchone()
        if not row or not row[0]:
            self._refuse(job, "stopped", "only a queued or running job can be")

    def pause(self, job: UUID) -> None:
        """Start no more tasks of a job; running ones go on.

        Raises:
            NotFound: there is no such job.
            IllegalMove: it has ended.
        """
        self._set_paused(job, paused=True)

    def resume(self, job: UUID) -> None:
        """Start tasks of a paused job again.

        Raises:
            NotFound: there is no such job.
            IllegalMove: it has ended.
        """
        self._set_paused(job, paused=False)
        wake(self._queue, POOL)

    def _set_paused(self, job: UUID, *, paused: bool) -> None:
        row = self._db.fetch_one(sql.SET_PAUSED, {"job": job, "paused": paused})
        if not (row and row["held"]) and self.get(job).state.ended:
            self._refuse(job, "paused" if paused else "resumed", "it has ended")

    def retry(self, job: UUID) -> int:
        """Queue the failed and stopped tasks of a failed or stopped job again; return how many.

        Committed results stay, and a task goes on behind them.

        Raises:
            NotFound: there is no such job.
            IllegalMove: it has neither failed nor stopped, or every task of it is done.
            Refused: the licence does not let it begin.
            QuotaExceeded: the licence does not cover what it has left to read.
        """
        self.quota.check_valid()
        limit = self.quota.limit
        row = self._db.fetch_one(reserve.RETRY, {"job": job, "limit": limit})
        if not row:
            self._refuse(job, "retried", "only unfinished tasks of a failed or stopped job can be")
            return 0
        if not row["fits"]:
            raise exceeded(f"{row['used']:,}", limit or 0, row["needed"])
        wake(self._queue, POOL, row["tasks"])
        return int(row["tasks"])

    def delete(self, job: UUID) -> None:
        """Delete a job, stopping it first, and everything that it found; nothing there is no error."""
        try:
            self.stop(job)
        except NotFound:
            return
        except IllegalMove:
            pass  # it has ended
        self._db.execute(sql.DELETE, {"job": job})
        self._storage.delete(artifacts(job))

    def _refuse(self, job: UUID, move: str, why: str) -> None:
        state = self.get(job).state
        raise IllegalMove(f"The job is {state} and cannot be {move}: {why}.")

    def events(self, job: UUID, *, after: int = 0, limit: int = 1_000) -> list[Event]:
        """The job's timeline behind the event `after`, oldest first."""
        rows = self._db.fetch_all(sql.EVENTS, {"job": job, "after": after, "limit": limit}, retry=True)
        return [
            Event(id=row["id"], at=row["at"], kind=row["kind"], task=row["task_number"], detail=row["detail"])
            for row in rows
        ]

    def parts(self, job: UUID) -> list[PartRef]:
        """What the job has committed so far, in order."""
        return [_part(row) for row in self._db.fetch_all(sql.PARTS, {"job": job}, retry=True)]

    def earlier_parts(self, claim: Claim) -> list[PartRef]:
        """The parts of the earlier report that a job names, if it was made by the same search and model."""
        since = claim.request.get("since")
        if since is None:
            return []
        record = self.get(claim.job)
        try:
            earlier = self.get(UUID(since))
        except NotFound:  # deleted meanwhile
            return []
        same = earlier.model_version == record.model_version and earlier.request.search == record.request.search
        return [part for part in self.parts(earlier.id) if part.merged_into is None] if same else []

    def counts(self, job: UUID) -> tuple[dict[str, int], dict[str, int]]:
        """Entities by label, and objects by group name."""
        labels: dict[str, int] = {}
        groups: dict[str, int] = {}
        for row in self._db.fetch_all(sql.COUNTS, {"job": job}, retry=True):
            (labels if row["what"] == "label" else groups)[row["key"]] = row["count"]
        return dict(sorted(labels.items())), groups


def _comparable(request: dict[str, Any]) -> dict[str, Any]:
    """A request without the id of its upload: who sends it again has uploaded the files again."""
    plain: dict[str, Any] = json.loads(json.dumps(request))
    plain["source"].pop("upload_id", None)
    return plain


def _record(row: dict[str, Any]) -> JobRecord:
    return JobRecord(
        **{
            **row,
            "id": UUID(str(row["id"])),
            "state": State(row["state"]),
            "request": ReportRequest.model_validate(row["request"]),
            "group_ids": {name: UUID(group) for name, group in row["group_ids"].items()},
        }
    )


def _part(row: dict[str, Any]) -> PartRef:
    summary = {name: row[name] for name in PartSummary.__dataclass_fields__}
    return PartRef(
        id=row["id"],
        task=row["task_number"],
        seq=row["seq"],
        entities_key=row["entities_key"],
        objects_key=row["objects_key"],
        summary=PartSummary(**summary),
        merged_into=row["merged_into"],
        entity_offset=row["entity_offset"],
        object_offset=row["object_offset"],
    )
