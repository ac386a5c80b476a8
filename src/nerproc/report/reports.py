"""Reports as users see them: create, look, page, search. Wire types in, wire types out.

API, command line and page call these and nothing below. What a request has to be is `plan`'s.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from uuid import UUID

from nerproc.errors import NotFound
from nerproc.job.jobs import JobRecord, Jobs
from nerproc.model.models import Models
from nerproc.report.export import export
from nerproc.report.found import Found
from nerproc.report.plan import Planner
from nerproc.report.preview import Document, tokens
from nerproc.report.query.parse import parse
from nerproc.report.search import search
from nerproc.result.page import Enough
from nerproc.result.read import ResultReader
from nerproc.result.table import ObjectRow
from nerproc.schema.entity import Entity
from nerproc.schema.name import ExportFormat
from nerproc.schema.report import (
    Group,
    Job,
    LocalSource,
    ObjectCounts,
    ObjectError,
    ObjectMatch,
    ObjectResult,
    ObjectStatus,
    Page,
    Report,
    ReportRequest,
    UploadSource,
)
from nerproc.settings import Settings
from nerproc.source import local
from nerproc.source import upload as uploaded
from nerproc.source.base import Source
from nerproc.storage.base import Storage

MOST_ERRORS = 1_000  # that a summary lists


class Reports:
    """The reports of one node."""

    def __init__(self, jobs: Jobs, models: Models, storage: Storage, settings: Settings) -> None:
        self._jobs = jobs
        self.models = models
        self._storage = storage
        self._settings = settings
        self.planner = Planner(models, storage, settings, jobs.quota, self.existing)

    @cached_property
    def _reader(self) -> ResultReader:
        return ResultReader(self._storage)

    def create(
        self,
        request: ReportRequest,
        *,
        roots: Sequence[Path],
        here: bool = False,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Check a request and queue it; local paths must lie below `roots`.

        With `here`, workers of other hosts that share the database leave it to those of this host.

        Raises:
            NerprocError: the request may not be, as `Planner.check` says.
            Conflict: the key was used for another request.
            Refused: the licence does not let the report begin, or does not cover it.
        """
        request, model = self.planner.check(request, roots=roots, here=here)
        return self._jobs.submit(
            request,
            name=request.name or _name(request),
            model_version=model.version,
            model_id=model.id,
            roots=[str(root) for root in roots],
            host=socket.gethostname() if here and self._settings.database_url is not None else None,
            idempotency_key=idempotency_key,
            needed=self.planner.needed(request),
        )

    def existing(self, report: UUID) -> JobRecord:
        """The job of a report.

        Raises:
            NotFound: there is no such report.
        """
        job = self._jobs.get(report)
        if job.kind != "inference":
            hint = f"nerproc model show {job.name}" if job.kind == "training" else f"nerproc status {report}"
            raise NotFound(f"{report} is a {job.kind}, and makes no report.", hint=f"{hint} shows it.")
        return job

    def get(self, report: UUID) -> Report:
        """What a report found so far.

        Raises:
            NotFound: there is no such report.
        """
        return self.head(report).model_copy(update={"errors": self.errors(report)})

    def head(self, report: UUID) -> Report:
        """What the database alone knows of a report: all but its errors, and quicker.

        Raises:
            NotFound: there is no such report.
        """
        job = self.existing(report)
        request = job.request
        assert isinstance(request, ReportRequest)
        labels, groups = self._jobs.counts(report)
        seconds = job.seconds
        return Report(
            **{name: getattr(job, name) for name in _SHARED},
            source=request.source,
            since=request.since,
            unchanged=job.unchanged,
            labels=request.labels,
            custom_tags=request.custom_tags,
            objects=_counts(job),
            label_counts=labels,
            groups=[
                Group(
                    id=job.group_ids[group.name],
                    name=group.name,
                    query=group.query,
                    object_count=groups.get(group.name, 0),
                )
                for group in request.groups
            ],
            errors=[],
            seconds=seconds,
            bytes_per_second=job.bytes / seconds if seconds else None,
        )

    def errors(self, report: UUID) -> list[ObjectError]:
        """Objects that failed, were skipped, or were not read wholly: in order, the first MOST_ERRORS."""
        return [
            ObjectError(object=row.object, status=row.status, reason=row.reason or "")
            for row in self._reader.errors(self._jobs.parts(report), limit=MOST_ERRORS)
        ]

    def entities(
        self,
        report: UUID,
        *,
        cursor: str | None = None,
        limit: int = 100,
        objects: Sequence[str] = (),
        labels: Sequence[str] = (),
        min_score: float = 0,
    ) -> tuple[list[Entity], str | None]:
        """A page of entities in order, of at least that score, and the cursor of the next one."""
        self.existing(report)
        return self._reader.entities(
            self._jobs.parts(report),
            cursor=cursor,
            limit=limit,
            objects=objects,
            labels=labels,
            min_score=min_score,
        )

    def document(self, report: UUID, name: str) -> Document:
        """An object with the beginning of its text.

        Raises:
            NotFound: the report has no such object.
        """
        self.existing(report)
        rows, _ = self._reader.objects(self._jobs.parts(report), limit=1, objects=[name])
        if not rows:
            raise NotFound("The report has no such object, or has not come to it yet.")
        row = rows[0]
        return Document(_object(row), row.preview_text, row.preview_spans)

    def iterate(self, report: UUID) -> Iterator[Entity]:
        """Every entity in order, in bounded memory."""
        self.existing(report)
        return self._reader.iterate(self._jobs.parts(report))

    def export(
        self, report: UUID, form: ExportFormat, *, labels: Sequence[str] = (), reveal: bool = False
    ) -> Iterator[bytes]:
        """What was found, as a file of that format; memory does not grow with the number of entities.

        Formats that can do without the texts of entities have them only with `reveal`.
        """
        job = self.existing(report)
        found = Found(
            self._reader,
            self._jobs.parts(report),
            report=lambda: self.get(report),
            source=lambda: self._at_hand(job),
            labels=labels,
            reveal=reveal,
        )
        return export(found, form)

    def _at_hand(self, job: JobRecord) -> Source | None:
        """The objects of a report, where reading them again is quick: on this machine, or uploaded."""
        assert isinstance(job.request, ReportRequest)
        requested = job.request.source
        if isinstance(requested, UploadSource):
            return uploaded.UploadSource(self._storage, requested.upload_id)
        if isinstance(requested, LocalSource):
            paths = [Path(path) for path in requested.paths]  # that it may read these was checked when it began
            return local.LocalSource(paths, paths, without=self._settings.home)
        return None

    def objects(
        self,
        report: UUID,
        *,
        cursor: str | None = None,
        limit: int = 100,
        status: ObjectStatus | None = None,
        objects: Sequence[str] = (),
        prefix: str = "",
        group: str | None = None,
    ) -> Page[ObjectResult]:
        """A page of objects with previews: of a status, of these names, below a prefix, in a group."""
        self.existing(report)
        rows, following = self._reader.objects(
            self._jobs.parts(report),
            cursor=cursor,
            limit=limit,
            status=status,
            objects=objects,
            prefix=prefix,
            group=group,
        )
        return Page(items=[_object(row) for row in rows], next_cursor=following)

    def search(
        self,
        report: UUID,
        query: str,
        *,
        cursor: str | None = None,
        limit: int = 100,
        enough: Enough = lambda _: False,
    ) -> tuple[list[ObjectMatch], str | None]:
        """A page of the objects that match a query; a shorter one as soon as `enough` of it (see `search`).

        Raises:
            QueryError: the query is not valid.
        """
        tree = parse(query)
        self.existing(report)
        return search(self._reader, self._jobs.parts(report), tree, cursor=cursor, limit=limit, enough=enough)

    def group(self, report: UUID, group: UUID) -> Group:
        """A group of a report, with its count.

        Raises:
            NotFound: the report has no such group.
        """
        for candidate in self.get(report).groups:
            if candidate.id == group:
                return candidate
        raise NotFound(f"The report has no group {group}.")

    def job(self, job: UUID) -> Job:
        """A job as lists show it."""
        return job_view(self._jobs.get(job))


_SHARED = (
    *("id", "name", "state", "paused", "model", "bytes", "total_bytes", "entities"),
    *("failure", "failure_slug", "created_at", "started_at", "finished_at"),
)


def job_view(record: JobRecord) -> Job:
    """A job as lists show it."""
    return Job(
        **{name: getattr(record, name) for name in _SHARED},
        kind=record.kind,
        objects=_counts(record),
        progress=record.progress,
    )


def _counts(job: JobRecord) -> ObjectCounts:
    return ObjectCounts(
        total=job.total_objects, succeeded=job.succeeded, skipped=job.skipped, failed=job.failed
    )


def _object(row: ObjectRow) -> ObjectResult:
    return ObjectResult(
        object=row.object,
        size=row.size,
        status=row.status,
        reason=row.reason,
        media_type=row.media_type,
        characters=row.characters,
        tokens=row.tokens,
        label_counts=row.label_counts,
        groups=list(row.groups),
        preview=tokens(row),
    )


def _name(request: ReportRequest) -> str:
    """The source's own name: of one path its last part, of several their number."""
    if request.source.kind == "upload":
        return f"upload {str(request.source.upload_id)[:8]}"
    if request.source.kind == "s3":
        return request.source.url
    first, *more = request.source.paths
    return (Path(first).name or first) + (f" and {len(more)} more" if more else "")
