"""Jobs as users see them: submit, look, stop, pause, resume, retry, delete.

Workers' side of the same tables is `claims.py`; what keeps both going is `maintenance.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.errors import ForeignKeyViolation, UniqueViolation
from psycopg.types.json import Jsonb

from nerproc.db.database import Database
from nerproc.errors import Conflict, IllegalMove, InvalidRequest, NotFound
from nerproc.failpoint import failpoint
from nerproc.job import reserve, sql
from nerproc.job.idempotency import submitted_before
from nerproc.job.part import PartRef, PartSummary
from nerproc.job.quota import Quota, exceeded
from nerproc.job.redaction import in_use
from nerproc.job.state import State
from nerproc.job.task import POOL, REDACT_POOL, TRAIN_POOL, Claim, artifacts
from nerproc.job.training import in_training
from nerproc.observe import log
from nerproc.queue.base import Queue, wake
from nerproc.schema.redaction import RedactionTask
from nerproc.schema.report import Event, JobKind, ReportRequest, TrainingProgress
from nerproc.schema.training import TrainingRequest
from nerproc.storage.base import Storage

POOLS = (POOL, TRAIN_POOL, REDACT_POOL)  # all there are; each has its own permits
PREFIX_LENGTH = 4  # shortest prefix of an id that stands for it


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job with the sums over its tasks and parts."""

    id: UUID
    kind: JobKind
    name: str
    model: str
    model_version: str
    state: State
    paused: bool
    request: ReportRequest | TrainingRequest | RedactionTask
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
    progress: TrainingProgress | None  # of a training

    @property
    def pool(self) -> str:
        """Of its tasks."""
        return _POOL_OF[self.kind]

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
        if (
            idempotency_key is not None
            and (before := submitted_before(self._db, idempotency_key, body)) is not None
        ):
            return before
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
            assert idempotency_key is not None  # else there was no conflict
            before = submitted_before(self._db, idempotency_key, body)
            assert before is not None
            return before
        log().info("job_created", job=str(row["id"]), kind="inference", model=request.model)
        failpoint("job_submitted")
        wake(self._queue, POOL)
        return UUID(str(row["id"]))

    def _insert(self, job: dict[str, Any]) -> dict[str, Any] | None:
        try:
            return self._db.fetch_one(sql.SUBMIT, job)
        except ForeignKeyViolation:
            raise NotFound(f"The model {job['model']!r} was deleted meanwhile.") from None

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
        self,
        *,
        state: State | None = None,
        kind: JobKind | None = None,
        report: UUID | None = None,
        before: tuple[datetime, UUID] | None = None,
        limit: int = 50,
    ) -> list[JobRecord]:
        """Jobs, newest first, older than `before` (creation time and id); redactions of `report` only."""
        created_at, job = before or (None, None)
        values: dict[str, Any] = {"state": state, "kind": kind, "report": report, "limit": limit}
        values |= {"before": created_at, "before_id": job}
        rows = self._db.fetch_all(sql.LIST, values, retry=True)
        return [_record(row) for row in rows]

    def several(self, jobs: Sequence[UUID]) -> list[JobRecord]:
        """The jobs with those ids, in that order, as far as there are any."""
        rows = self._db.fetch_all(sql.SEVERAL, {"jobs": list(jobs)}, retry=True)
        found = {record.id: record for record in map(_record, rows)}
        return [found[job] for job in jobs if job in found]

    def stop(self, job: UUID) -> None:
        """Stop a job: queued tasks end at once, running ones within seconds; what is committed stays.

        Raises:
            NotFound: there is no such job.
            IllegalMove: it has ended already.
        """
        with self._db.transaction() as connection:
            sql.stop_tasks(connection, job)
            row = connection.execute(sql.STOP_JOB, {"job": job}).fetchone()
        if not row or not row[0]:
            self._refuse(job, "stopped", "only a queued or running job can be")
        log().info("job_stopped", job=str(job))

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
        wake(self._queue, self.get(job).pool)

    def _set_paused(self, job: UUID, *, paused: bool) -> None:
        row = self._db.fetch_one(sql.SET_PAUSED, {"job": job, "paused": paused})
        if row and row["held"]:
            log().info("job_paused" if paused else "job_resumed", job=str(job))
        elif self.get(job).state.ended:
            self._refuse(job, "paused" if paused else "resumed", "it has ended")

    def retry(self, job: UUID) -> int:
        """Queue the failed and stopped tasks of a failed or stopped job again; return how many.

        Committed results stay, and a task goes on behind them.

        Raises:
            NotFound: there is no such job.
            IllegalMove: it has neither failed nor stopped, or every task of it is done.
            Refused: the licence does not let it begin.
            QuotaExceeded: the licence does not cover what it has left to read.
            Conflict: a training makes a model of that name, or a redaction writes to the same place.
        """
        record = self.get(job)
        if record.kind == "inference":
            self.quota.check_valid()
        limit = self.quota.limit
        try:
            row = self._db.fetch_one(reserve.RETRY, {"job": job, "limit": limit})
        except UniqueViolation:
            raise (in_training(record.name) if record.kind == "training" else in_use()) from None
        if not row:
            self._refuse(job, "retried", "only unfinished tasks of a failed or stopped job can be")
            return 0
        if not row["fits"]:
            raise exceeded(f"{row['used']:,}", limit or 0, row["needed"])
        log().info("job_retried", job=str(job), tasks=row["tasks"])
        wake(self._queue, record.pool, row["tasks"])
        return int(row["tasks"])

    def delete(self, job: UUID) -> None:
        """Delete a job, stopping it first, and everything that it found; nothing there is no error."""
        try:
            self.stop(job)
        except NotFound:
            return
        except IllegalMove:
            pass  # it has ended
        with self._db.transaction() as connection:
            connection.execute("SET LOCAL statement_timeout = 0")  # a large job has millions of rows
            connection.execute(sql.DELETE, {"job": job})
        log().info("job_deleted", job=str(job))
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

    def note(self, job: UUID, kind: str, **detail: Any) -> None:
        """Add to a job's timeline that somebody did something with it."""
        self._db.execute(sql.NOTE, {"job": job, "kind": kind, "detail": Jsonb(detail)})

    def parts(self, job: UUID) -> list[PartRef]:
        """What the job has committed so far, in order."""
        return [_part(row) for row in self._db.fetch_all(sql.PARTS, {"job": job}, retry=True)]

    def parts_for(self, claim: Claim) -> list[PartRef]:
        """The parts that a worker needs for a task: those to merge, to redact, or to take over."""
        if claim.kind == "compact":
            return self.parts(claim.job)
        if claim.kind == "redact":
            return [part for part in self.parts(UUID(claim.request["report"])) if part.merged_into is None]
        return self._earlier_parts(claim)

    def _earlier_parts(self, claim: Claim) -> list[PartRef]:
        """The parts of the earlier report that a job names, if it was made by the same search and model."""
        since = claim.request.get("since")
        if since is None:
            return []
        try:
            record, earlier = self.get(claim.job), self.get(UUID(since))
        except NotFound:  # one of them was deleted meanwhile
            return []
        one, other = earlier.request, record.request
        assert isinstance(one, ReportRequest)
        assert isinstance(other, ReportRequest)
        same = earlier.model_version == record.model_version and one.search == other.search
        return [part for part in self.parts(earlier.id) if part.merged_into is None] if same else []

    def counts(self, job: UUID) -> tuple[dict[str, int], dict[str, int]]:
        """Entities by label, and objects by group name."""
        labels: dict[str, int] = {}
        groups: dict[str, int] = {}
        for row in self._db.fetch_all(sql.COUNTS, {"job": job}, retry=True):
            (labels if row["what"] == "label" else groups)[row["key"]] = row["count"]
        return dict(sorted(labels.items())), groups

    def replaced(self, job: UUID) -> dict[str, int]:
        """Entities that a redaction has replaced, by label."""
        return {row["key"]: row["count"] for row in self._db.fetch_all(sql.REPLACED, {"job": job}, retry=True)}


_REQUESTS: dict[JobKind, type[ReportRequest | TrainingRequest | RedactionTask]] = {
    "inference": ReportRequest,
    "training": TrainingRequest,
    "redaction": RedactionTask,
}
_POOL_OF: dict[JobKind, str] = {"inference": POOL, "training": TRAIN_POOL, "redaction": REDACT_POOL}


def _record(row: dict[str, Any]) -> JobRecord:
    return JobRecord(
        **{
            **row,
            "id": UUID(str(row["id"])),
            "state": State(row["state"]),
            "request": _REQUESTS[row["kind"]].model_validate(row["request"]),
            "progress": row["progress"] and TrainingProgress.model_validate(row["progress"]),
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
