"""Where commands look for reports: a head over HTTP, or the home itself. One seam, the wire types on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from uuid import UUID

from nerproc.client.address import find_head
from nerproc.client.client import Client
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


class Backend(Protocol):
    """What `nerproc.Client` and `nerproc.cli.home.Home` have in common; their docstrings hold for both."""

    def job(self, job: UUID | str) -> Job: ...  # noqa: D102
    def jobs(self, *, state: JobState | None = None) -> Iterator[Job]: ...  # noqa: D102
    def report(self, report: UUID) -> Report: ...  # noqa: D102
    def entities(  # noqa: D102
        self,
        report: UUID,
        *,
        label: Sequence[str] | None = None,
        object: Sequence[str] | None = None,  # noqa: A002
        min_score: float | None = None,
    ) -> Iterator[Entity]: ...
    def objects(self, report: UUID, *, status: ObjectStatus | None = None) -> Iterator[ObjectResult]: ...  # noqa: D102
    def search(self, report: UUID, query: str) -> Iterator[ObjectMatch]: ...  # noqa: D102
    def export(  # noqa: D102
        self,
        report: UUID,
        format: ExportFormat = "jsonl",  # noqa: A002
        *,
        label: Sequence[str] | None = None,
        reveal: bool = False,
    ) -> Iterator[bytes]: ...
    def stop(self, report: UUID) -> None: ...  # noqa: D102
    def pause(self, report: UUID) -> None: ...  # noqa: D102
    def resume(self, report: UUID) -> None: ...  # noqa: D102
    def retry(self, report: UUID) -> None: ...  # noqa: D102
    def delete(self, report: UUID) -> None: ...  # noqa: D102
    def timeline(self, job: UUID) -> Iterator[Event]: ...  # noqa: D102
    def activity(self, job: UUID) -> Activity: ...  # noqa: D102
    def workers(self) -> list[Worker]: ...  # noqa: D102
    def drain_worker(self, worker: UUID) -> None: ...  # noqa: D102
    def undrain_worker(self, worker: UUID) -> None: ...  # noqa: D102
    def models(self) -> list[ModelCard]: ...  # noqa: D102
    def model(self, name: str) -> ModelCard: ...  # noqa: D102
    def import_model(self, folder: Path, name: str | None = None) -> ModelCard: ...  # noqa: D102
    def delete_model(self, name: str) -> None: ...  # noqa: D102
    def add_feedback(self, model: str, samples: Iterable[FeedbackSample]) -> list[UUID]: ...  # noqa: D102
    def feedback(self, model: str) -> Iterator[Feedback]: ...  # noqa: D102
    def delete_feedback(self, model: str, feedback: UUID) -> None: ...  # noqa: D102
    def evaluation(self, model: str) -> TrainingEvaluation: ...  # noqa: D102
    def redaction(self, redaction: UUID) -> Redaction: ...  # noqa: D102
    def redactions(self, report: UUID) -> Iterator[Redaction]: ...  # noqa: D102
    def license(self) -> License: ...  # noqa: D102


@contextmanager
def open_backend() -> Iterator[Backend]:
    """The head that NERPROC_API_URL names; else the one that runs on this home; else the home itself."""
    settings = Settings.load()
    url = settings.api_url or find_head(settings)
    if url is not None:
        with Client(url) as client:
            yield client
        return
    from nerproc.cli.home import Home

    with Home(settings) as home:
        yield home
