"""A request for a report before it becomes a job: whether it may, what it would read, what the licence says.

`Reports.create` and a dry run check the same. A dry run lists the source, but no longer than MOST_SECONDS and
no more than MOST_OBJECTS of it: then its numbers are the least that it can be.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from nerproc.errors import Conflict, PathNotAllowed
from nerproc.job.jobs import JobRecord
from nerproc.job.quota import Quota, refusal_of
from nerproc.job.state import State
from nerproc.model.models import Models
from nerproc.model.registry import absolute, is_path
from nerproc.model.scanner import validate
from nerproc.report.query.parse import parse
from nerproc.schema.license import License
from nerproc.schema.plan import Plan
from nerproc.schema.problem import problem_of
from nerproc.schema.report import LocalSource, ModelCard, ReportRequest, S3Source, UploadSource
from nerproc.schema.report import Source as SourceRequest
from nerproc.settings import Settings
from nerproc.source import local
from nerproc.source import upload as uploaded
from nerproc.source.base import ObjectRef
from nerproc.source.selection import Selection
from nerproc.storage.base import Storage

if TYPE_CHECKING:
    from nerproc.source import s3

MOST_OBJECTS = 100_000  # that a dry run lists
MOST_SECONDS = 5.0  # that it takes for that, and for the one request more that it waits for then


class Planner:
    """Checks and plans reports of one node."""

    def __init__(
        self,
        models: Models,
        storage: Storage,
        settings: Settings,
        quota: Quota,
        earlier: Callable[[UUID], JobRecord],
    ) -> None:
        """`earlier` finds the job of an earlier report."""
        self._models = models
        self._storage = storage
        self._settings = settings
        self._quota = quota
        self._earlier = earlier

    def check(
        self, request: ReportRequest, *, roots: Sequence[Path], here: bool = False
    ) -> tuple[ReportRequest, ModelCard]:
        """The request as it is kept, and its model; what a worker would refuse later is refused now.

        Local paths must lie below `roots`. With `here`, the model may be named by its path on this host.

        Raises:
            UsageError: a query, a pattern or a label is not valid.
            PathNotAllowed: a path is outside the roots, or names a model for other hosts.
            NotFound: there is no such model, upload, bucket (or nothing in it) or earlier report.
            Conflict: the earlier report is not ready.
            Refused: the bucket may not be listed.
            SourceUnreachable: the S3 server does not answer.
        """
        if is_path(request.model):
            request = _with_path(request, here=here)
        model = self._models.card(request.model)
        request = request.model_copy(update={"model": model.name})  # it may be given by its id
        check(request, model)
        if request.since is not None:
            self.check_since(request.since)
        self._check_source(request.source, roots)
        return request, model

    def plan(self, request: ReportRequest, *, roots: Sequence[Path], here: bool = False) -> Plan:
        """A dry run: check a request and count what it would read; with `since`, as if all had changed.

        Raises:
            NerprocError: as `check`; a refusal of the licence is part of the plan.
        """
        self.check(request, roots=roots, here=here)
        listing = _Bounded(self._list(request.source, roots))
        counted = count(request, listing, self._quota.view())
        return counted.model_copy(update={"whole": listing.whole})

    def needed(self, request: ReportRequest) -> int | None:
        """How many bytes will be read, if that is known without a worker and of interest."""
        source = request.source
        if not isinstance(source, UploadSource) or request.since is not None or self._quota.limit is None:
            return None
        refs = Selection(request).choose(uploaded.UploadSource(self._storage, source.upload_id).list())
        return sum(ref.size for ref in refs if ref.problem is None)

    def look(self, source: S3Source) -> s3.FirstPage:
        """See that a bucket can be listed, and what is on the first page.

        Raises:
            NotFound: there is no such connection or bucket, or nothing in it.
            Refused: it may not be listed.
            SourceUnreachable: the S3 server does not answer.
        """
        return self._bucket(source).look()

    def _bucket(self, source: S3Source) -> s3.S3Source:
        from nerproc.source import s3

        return s3.S3Source(source.url, self._settings.connection(source.connection))

    def check_since(self, since: UUID) -> None:
        """Only a report that will not change any more can be built upon.

        Raises:
            NotFound: there is no such report.
            Conflict: it is not ready.
        """
        check_ended(since, self._earlier(since).state)

    def _check_source(self, source: SourceRequest, roots: Sequence[Path]) -> None:
        if isinstance(source, S3Source):
            self.look(source)
        elif isinstance(source, UploadSource):
            next(self._list(source, roots), None)
        else:
            self._folder(source, roots)

    def _folder(self, source: LocalSource, roots: Sequence[Path]) -> local.LocalSource:
        paths = [Path(path) for path in source.paths]
        return local.LocalSource(paths, roots, without=self._settings.home)

    def _list(self, source: SourceRequest, roots: Sequence[Path]) -> Iterator[ObjectRef]:
        match source:
            case UploadSource():
                return uploaded.UploadSource(self._storage, source.upload_id).list()
            case S3Source():
                return self._bucket(source).list()
            case LocalSource():
                return self._folder(source, roots).list()


def check(request: ReportRequest, model: ModelCard) -> None:
    """Check what of a request needs no look at its source; `model` is the one that it names.

    Raises:
        UsageError: a query, a pattern or a label is not valid.
    """
    for group in request.groups:
        parse(group.query)
    validate(request, model)
    Selection(request)


def check_ended(report: UUID, state: State) -> None:
    """See that a report which is in that state can be built upon.

    Raises:
        Conflict: it is not ready.
    """
    if not state.ended:
        raise Conflict(f"The earlier report {report} is not ready.", hint="Wait for its end.")


def count(request: ReportRequest, refs: Iterable[ObjectRef], license: License) -> Plan:
    """What a report would read of the objects `refs`, which are all there are, and what `license` says."""
    objects = size = skipped = 0
    for ref in Selection(request).choose(refs):
        if ref.problem is None:
            objects, size = objects + 1, size + ref.size
        else:
            skipped += 1
    needed = size if request.since is None else None  # only a worker sees how much changed
    refused = refusal_of(license, needed)
    return Plan(
        objects=objects,
        bytes=size,
        skipped=skipped,
        whole=True,
        license=license,
        refusal=None if refused is None else problem_of(refused),
    )


class _Bounded:
    """The beginning of a listing, which knows afterwards whether that was all."""

    def __init__(self, refs: Iterator[ObjectRef]) -> None:
        self._refs = refs
        self.whole = True

    def __iter__(self) -> Iterator[ObjectRef]:
        give_up = time.monotonic() + MOST_SECONDS
        for number, ref in enumerate(self._refs):
            if number == MOST_OBJECTS or time.monotonic() > give_up:
                self.whole = False
                return
            yield ref


def _with_path(request: ReportRequest, *, here: bool) -> ReportRequest:
    """The request with a model that lies on this host, which only who has the host may ask for."""
    if not here:
        raise PathNotAllowed(
            f"The model {request.model!r} is named by its path.",
            hint="Only `nerproc scan` takes one, on its own host. Install the model as a package instead.",
        )
    return request.model_copy(update={"model": absolute(request.model)})
