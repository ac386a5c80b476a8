"""Redactions as jobs: a task for each task of the report, with the same objects; see `nerproc.worker.redact`.

The rules for the statements are those of `sql.py`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from psycopg.errors import ForeignKeyViolation, UniqueViolation
from psycopg.types.json import Jsonb

from nerproc.db.database import Database
from nerproc.errors import Conflict, InvalidRequest, NotFound, SettingsError
from nerproc.failpoint import failpoint
from nerproc.job import sql
from nerproc.job.idempotency import submitted_before
from nerproc.job.task import REDACT_POOL
from nerproc.queue.base import Queue, wake
from nerproc.redaction import key as keys
from nerproc.schema.redaction import RedactionTask
from nerproc.settings import Settings

# Its tasks list nothing, so that no licence must let them begin. Where the report reads files of one
# host, so does the redaction.
_SUBMIT = """
WITH report AS (
  SELECT id, name, roots, host FROM job
   WHERE id = %(report)s AND kind = 'inference' AND state NOT IN ('queued', 'running')),
new AS (
  INSERT INTO job (id, kind, name, model, model_version, model_id, request, roots, host, report_id, destination,
                   redaction_key, idempotency_key)
  SELECT %(id)s::uuid, 'redaction', report.name, %(model)s, %(model_version)s, %(model_id)s::uuid, %(request)s,
         report.roots, coalesce(report.host, %(host)s), report.id, %(destination)s, %(redaction_key)s, %(key)s
    FROM report
  ON CONFLICT (idempotency_key) DO NOTHING RETURNING id),
planned AS (
  INSERT INTO task (job_id, number, kind, pool, manifest, objects, bytes)
  SELECT new.id, t.number, 'redact', 'redact', t.manifest, t.objects, t.bytes
    FROM new, report JOIN task t ON t.job_id = report.id AND t.kind = 'infer' RETURNING id),
noted AS (INSERT INTO event (job_id, kind) SELECT id, 'job.submitted' FROM new)
SELECT id, (SELECT count(*) FROM planned) AS tasks FROM new"""

_HOST = "SELECT host FROM job WHERE id = %(job)s"

_KEYS = """
SELECT DISTINCT redaction_key FROM worker
 WHERE redaction_key IS NOT NULL AND 'redact' = ANY(pools) AND expires_at > clock_timestamp()"""


class RedactionJobs:
    """Queues redactions; everything else about them is `Jobs`' and `Claims`'."""

    def __init__(self, database: Database, queue: Queue) -> None:
        self._db = database
        self._queue = queue

    def submit(
        self,
        request: RedactionTask,
        *,
        model_version: str,
        destination: str,
        model_id: UUID | None = None,
        host: str | None = None,
        key: str | None = None,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Queue a redaction of a report that has ended.

        With a `host`, only workers there take it; with the fingerprint of a `key`, only those that have it.
        Two with one `destination` cannot run at a time.

        Raises:
            Conflict: another redaction writes to the same place, or the idempotency key was used before.
            NotFound: the report, or its model, was deleted meanwhile.
        """
        body = request.model_dump(mode="json")
        values: dict[str, Any] = {
            "id": uuid4(),
            "report": request.report,
            "model": request.scan.model,
            "model_version": model_version,
            "model_id": model_id,
            "request": Jsonb(body),
            "host": host,
            "destination": destination,
            "redaction_key": key,
            "key": idempotency_key,
        }
        try:
            row = self._db.fetch_one(_SUBMIT, values)
        except ForeignKeyViolation:
            raise NotFound(f"The model {request.scan.model!r} was deleted meanwhile.") from None
        except UniqueViolation:
            row = None
            if self.submitted_before(request, idempotency_key) is None:
                raise in_use() from None
        if row is None:
            before = self.submitted_before(request, idempotency_key)
            if before is not None:
                return before
            raise NotFound(f"The report {request.report} was deleted meanwhile.")
        failpoint("job_submitted")
        job = UUID(str(row["id"]))
        if row["tasks"]:
            wake(self._queue, REDACT_POOL, row["tasks"])
        else:
            self._db.execute(sql.CLOSE, {"job": job})
        return job

    def submitted_before(self, request: RedactionTask, idempotency_key: str | None) -> UUID | None:
        """The job that an idempotency key made, if there is one.

        Raises:
            Conflict: it was made by another request.
        """
        if idempotency_key is None:
            return None
        return submitted_before(self._db, idempotency_key, request.model_dump(mode="json"))

    def host(self, job: UUID) -> str | None:
        """The only host whose workers take the job's tasks; None: all."""
        row = self._db.fetch_one(_HOST, {"job": job}, retry=True)
        return row["host"] if row else None

    def keys(self) -> list[str]:
        """Fingerprints of the keys that workers have, each once."""
        return [row["redaction_key"] for row in self._db.fetch_all(_KEYS, retry=True)]


def fingerprint(key: bytes) -> str:
    """What is stored of a key: it tells keys apart, and says nothing about them."""
    return keys.derived(key, "fingerprint").hex()[:32]


def key_of(settings: Settings) -> str | None:
    """The fingerprint of a node's own key, if it has one.

    Raises:
        SettingsError: it is no key.
    """
    if settings.redaction_key is None:
        return None
    try:
        return fingerprint(keys.decode(settings.redaction_key.get_secret_value()))
    except InvalidRequest as error:
        raise SettingsError(f"{keys.VARIABLE} is not valid: {error.message}.", hint=error.hint) from None


def in_use() -> Conflict:
    """The error for a place to which a redaction writes already."""
    return Conflict(
        "Another redaction writes to the same place.",
        hint="Wait for its end, stop it, or name another place (--output).",
    )
