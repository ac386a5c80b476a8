"""Redactions as users ask for them: check the request, queue the job; look at what came of it.

What a worker does then is `nerproc.worker.redact`'s; where copies may go is `whereabouts.py`'s.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from nerproc.destination.base import Destination
from nerproc.errors import Conflict, InvalidRequest, NotFound
from nerproc.job.jobs import JobRecord, Jobs
from nerproc.job.redaction import RedactionJobs, key_of
from nerproc.model.registry import is_path
from nerproc.redaction import key as keys
from nerproc.redaction.operator import needs_key, parse
from nerproc.report import whereabouts
from nerproc.report.reports import Reports
from nerproc.schema.redaction import Destination as Place
from nerproc.schema.redaction import Redaction, RedactionCounts, RedactionRequest, RedactionTask
from nerproc.schema.report import ReportRequest
from nerproc.settings import Settings

_ANY_KEY = bytes(keys.LEAST)  # to see whether operators are valid but for their key


class Redactions:
    """The redactions of one node."""

    def __init__(
        self,
        jobs: Jobs,
        queue: RedactionJobs,
        reports: Reports,
        settings: Settings,
        *,
        open_destination: Callable[[Settings, Place], Destination],
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._reports = reports
        self._settings = settings
        self._open_destination = open_destination

    def create(
        self,
        report: UUID,
        request: RedactionRequest,
        *,
        roots: Sequence[Path] | None,
        here: bool = False,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Check a request and queue it; a folder must lie below `roots` (None: anywhere).

        With `here`, workers of other hosts that share the database leave it to those of this host, and the key
        is that of this node's settings.

        Raises:
            InvalidRequest: an operator is not one, there is no key, or the copies would go into or over the
                source.
            PathNotAllowed: a folder is outside the roots.
            NotFound: there is no such report, model, bucket or connection.
            Conflict: the report is not ready, something is there already, another redaction writes there, the
                report's files are on another host, or no worker has the key.
            Refused: the place may not be read or written.
            DestinationUnreachable: the S3 server does not answer.
        """
        job = self._reports.existing(report)
        scan = job.request
        assert isinstance(scan, ReportRequest)
        parse(request.operators, default=request.default, key=_ANY_KEY)
        if not job.state.ended:
            raise Conflict(f"The report {report} is not ready.", hint="Wait for its end.")
        output = whereabouts.check(request.output, scan.source, self._settings, roots)
        task = RedactionTask(report=report, scan=scan, wish=request.model_copy(update={"output": output}))
        before = self._queue.submitted_before(task, idempotency_key)
        if before is not None:
            return before
        host = self._host(output, report, here=here)
        key = self._key(request, here=here)
        model = None if is_path(scan.model) else self._reports.models.card(scan.model)
        if not self._open_destination(self._settings, output).vacant() and not request.overwrite:
            raise Conflict(
                f"There is something at {whereabouts.name(output)} already.",
                hint="Name another place, or let copies take the place of what is there (--overwrite).",
            )
        return self._queue.submit(
            task,
            model_version=job.model_version if model is None else model.version,
            model_id=None if model is None else model.id,
            destination=whereabouts.comparable(output, self._settings, host),
            host=host,
            key=key,
            idempotency_key=idempotency_key,
        )

    def existing(self, redaction: UUID) -> JobRecord:
        """The job of a redaction.

        Raises:
            NotFound: there is no such redaction.
        """
        job = self._jobs.get(redaction)
        if job.kind != "redaction":
            raise NotFound(f"{redaction} is no redaction.", hint=f"nerproc status {redaction} shows it.")
        return job

    def get(self, redaction: UUID) -> Redaction:
        """What became of a redaction so far.

        Raises:
            NotFound: there is no such redaction.
        """
        return self._view(self.existing(redaction))

    def of(self, report: UUID) -> list[Redaction]:
        """The redactions of a report, newest first, at most 100.

        Raises:
            NotFound: there is no such report.
        """
        self._reports.existing(report)
        return [self._view(job) for job in self._jobs.page(report=report, limit=100)]

    def _view(self, job: JobRecord) -> Redaction:
        task = job.request
        assert isinstance(task, RedactionTask)
        residual, _ = self._jobs.counts(job.id)
        done = job.succeeded + job.skipped + job.failed
        return Redaction(
            **{name: getattr(job, name) for name in _SHARED},
            report_id=task.report,
            output=task.wish.output,
            operators=task.wish.operators,
            default=task.wish.default,
            progress=done / job.total_objects if job.total_objects else float(job.state.ended),
            objects=RedactionCounts(
                total=job.total_objects,
                copied=job.succeeded - job.unchanged,
                unchanged=job.unchanged,
                failed=job.failed,
                skipped=job.skipped,
            ),
            replaced=self._jobs.replaced(job.id),
            residual=residual,
            errors=self._reports.errors(job.id),
        )

    def _host(self, output: Place, report: UUID, *, here: bool) -> str | None:
        """The only host whose workers may take it: where the report's files are, and the folder is."""
        shared = self._settings.database_url is not None
        ours = socket.gethostname() if shared and (here or output.kind == "local") else None
        theirs = self._queue.host(report)
        if theirs is not None and ours not in (None, theirs):
            raise Conflict(f"The files of the report are on the host {theirs}.", hint="Redact them there.")
        return theirs or ours

    def _key(self, request: RedactionRequest, *, here: bool) -> str | None:
        """The fingerprint of the key to use; None if no operator needs one."""
        if not needs_key(request.operators, request.default):
            return None
        own, wanted = key_of(self._settings), request.key_fingerprint
        if here:
            if own is None:
                raise InvalidRequest(
                    "An operator needs a key.", hint=f"Name its file (--key-file). {keys.HINT}"
                )
            return own
        known = self._queue.keys()
        if wanted is None:
            wanted = own if own in known or len(known) != 1 else known[0]
        if wanted in known and wanted is not None:
            return wanted
        if known and wanted is None:
            raise Conflict(
                "The workers have different keys.",
                hint="Say which one is meant by its fingerprint (--key-file).",
            )
        raise Conflict(
            "An operator needs a key, and no worker has " + ("one." if wanted is None else "this one."),
            hint=f"Set {keys.VARIABLE} for workers, and start them anew.",
        )


_SHARED = (
    *("id", "name", "state", "paused", "bytes", "failure"),
    *("created_at", "started_at", "finished_at", "seconds"),
)
