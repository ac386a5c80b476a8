"""The home as a backend of commands: the same calls as a head's API makes, without a head."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

from nerproc.access.tokens import Tokens
from nerproc.model.registry import Model
from nerproc.node import Node
from nerproc.schema.entity import Entity
from nerproc.schema.license import License
from nerproc.schema.name import ExportFormat
from nerproc.schema.redaction import Redaction
from nerproc.schema.report import (
    Event,
    Job,
    JobState,
    ModelCard,
    ObjectMatch,
    ObjectResult,
    ObjectStatus,
    Report,
)
from nerproc.schema.sample import Feedback, FeedbackSample
from nerproc.schema.service import Activity, Worker
from nerproc.schema.training import TrainingEvaluation
from nerproc.settings import Settings

PAGE = 1_000  # items

T = TypeVar("T")


class Home:
    """The reports of a home. Its database is opened when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open = ExitStack()

    @cached_property
    def node(self) -> Node:
        """The open node."""
        return self._open.enter_context(Node.open(self._settings))

    @property
    def tokens(self) -> Tokens:
        """The tokens of its API."""
        return Tokens(self.node.database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def job(self, job: UUID | str) -> Job:
        """A job by its id, or by the first letters of it."""
        return self.node.reports.job(self.node.jobs.find(str(job)))

    def jobs(self, *, state: JobState | None = None) -> Iterator[Job]:
        """Jobs, newest first."""
        from nerproc.job.state import State
        from nerproc.report.reports import job_view

        before = None
        while page := self.node.jobs.page(state=State(state) if state else None, before=before):
            yield from map(job_view, page)
            before = (page[-1].created_at, page[-1].id)

    def report(self, report: UUID) -> Report:
        """A report and what it found so far."""
        return self.node.reports.get(report)

    def entities(
        self,
        report: UUID,
        *,
        label: Sequence[str] | None = None,
        object: Sequence[str] | None = None,  # noqa: A002 - the name of the field
        min_score: float | None = None,
    ) -> Iterator[Entity]:
        """Every entity in order, or those of some labels or objects, or of at least a score."""
        return _pages(
            lambda cursor: self.node.reports.entities(
                report,
                cursor=cursor,
                limit=PAGE,
                objects=object or (),
                labels=label or (),
                min_score=min_score or 0,
            )
        )

    def objects(self, report: UUID, *, status: ObjectStatus | None = None) -> Iterator[ObjectResult]:
        """Every object in order, or those that ended in one way."""

        def page(cursor: str | None) -> tuple[list[ObjectResult], str | None]:
            found = self.node.reports.objects(report, cursor=cursor, limit=PAGE, status=status)
            return found.items, found.next_cursor

        return _pages(page)

    def search(self, report: UUID, query: str) -> Iterator[ObjectMatch]:
        """Every object that matches a query."""
        return _pages(lambda cursor: self.node.reports.search(report, query, cursor=cursor, limit=PAGE))

    def export(
        self,
        report: UUID,
        format: ExportFormat = "jsonl",  # noqa: A002 - the usual name
        *,
        label: Sequence[str] | None = None,
        reveal: bool = False,
    ) -> Iterator[bytes]:
        """A report as one file, piece by piece."""
        return self.node.reports.export(report, format, labels=label or (), reveal=reveal)

    def stop(self, report: UUID) -> None:
        """Stop a report; what it found stays."""
        self.node.jobs.stop(report)

    def pause(self, report: UUID) -> None:
        """Start no more of its work; what runs goes on."""
        self.node.jobs.pause(report)

    def resume(self, report: UUID) -> None:
        """Go on with a paused report."""
        self.node.jobs.resume(report)

    def retry(self, report: UUID) -> None:
        """Go on with what failed or was stopped."""
        self.node.jobs.retry(report)

    def delete(self, report: UUID) -> None:
        """Delete a report and everything that it found, stopping it first."""
        self.node.jobs.delete(report)

    def timeline(self, job: UUID) -> Iterator[Event]:
        """What happened to a job so far, oldest first."""
        after = 0
        while events := self.node.jobs.events(job, after=after, limit=PAGE):
            yield from events
            after = events[-1].id

    def activity(self, job: UUID) -> Activity:
        """What a job's tasks are doing, and its timeline in a few lines."""
        from nerproc.job.activity import activity

        return activity(self.node.database, job)

    def workers(self) -> list[Worker]:
        """The workers that were seen within a day, those alive first."""
        from nerproc.job.workers import Workers

        return Workers(self.node.database).all()

    def drain_worker(self, worker: UUID) -> None:
        """Let a worker take no more tasks; it goes on with those in hand, and stays."""
        from nerproc.job.workers import Workers

        Workers(self.node.database).rest(worker, resting=True)

    def undrain_worker(self, worker: UUID) -> None:
        """Let a worker that was drained take tasks again."""
        from nerproc.job.workers import Workers

        Workers(self.node.database).rest(worker, resting=False)

    def models(self) -> list[ModelCard]:
        """The models that there are."""
        return self.node.models.cards()

    def model(self, name: str) -> ModelCard:
        """The model of that name."""
        return self.node.models.card(name)

    def import_model(self, folder: Path, name: str | None = None) -> ModelCard:
        """Import the model in a folder."""
        return self.node.models.import_folder(folder, name)

    def delete_model(self, name: str) -> None:
        """Delete an imported or trained model."""
        self.node.models.delete(name)

    def add_feedback(self, model: str, samples: Iterable[FeedbackSample]) -> list[UUID]:
        """Keep samples as feedback on a model; their ids, in order."""
        from nerproc.train.feedback import add_feedback

        return add_feedback(self.node.feedback, self.node.models.card(model), list(samples))

    def feedback(self, model: str) -> Iterator[Feedback]:
        """The feedback on a model, oldest first."""
        return self.node.feedback.all(self.node.models.card(model))

    def delete_feedback(self, model: str, feedback: UUID) -> None:
        """Delete feedback on a model; nothing there is no error."""
        self.node.feedback.delete(self.node.models.card(model), feedback)

    def evaluation(self, model: str) -> TrainingEvaluation:
        """How good a model is that was trained, and its base before it."""
        return self.node.trainings.evaluation(model)

    def redaction(self, redaction: UUID) -> Redaction:
        """A redaction, and what became of it so far."""
        return self.node.redactions.get(redaction)

    def redactions(self, report: UUID) -> Iterator[Redaction]:
        """The redactions of a report, newest first."""
        return iter(self.node.redactions.of(report))

    def license(self) -> License:
        """The licence of the home, and how much of it is used."""
        return self.node.jobs.quota.view()


def open_model(name: str) -> Model:
    """The model of that name, which is built in, a plugin's, or imported into this home.

    Raises:
        NotFound: there is none.
    """
    from nerproc.model.registry import find
    from nerproc.node import open_model_cache

    model = find(name)
    if model is not None:
        return model
    settings = Settings.load()
    with Home(settings) as home:
        card = home.model(name)
        return open_model_cache(settings, home.node.storage).open(str(card.id), card.name)


def _pages(page: Callable[[str | None], tuple[Sequence[T], str | None]]) -> Iterator[T]:
    cursor: str | None = None
    while True:
        items, cursor = page(cursor)
        yield from items
        if cursor is None:
            return
