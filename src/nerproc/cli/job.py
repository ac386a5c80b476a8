"""What becomes of jobs: `status`, `stop`, `pause`, `resume`, `retry`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nerproc.cli import command
from nerproc.cli.output import Column, show, show_one, words
from nerproc.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from nerproc.cli.backend import Backend

WATCH_SECONDS = 0.5

State = Annotated[
    Literal["queued", "running", "completed", "failed", "stopped"] | None,
    typer.Option("--state", help="Only jobs in this state."),
]


def status(
    ident: Annotated[
        str | None, typer.Argument(metavar="ID", help="Id of a job, or its first letters (4 or more).")
    ] = None,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Follow the job until it ends.")] = False,
    events: Annotated[bool, typer.Option("--events", help="List all that happened to the job.")] = False,
    state: State = None,
    limit: command.Limit = None,
    form: command.Form = "table",
    as_json: command.Json = False,
) -> ExitCode:
    """Show a job and what its tasks are doing, or list the jobs, newest first."""
    from nerproc.cli.backend import open_backend

    if ident is None and (watch or events):
        raise UsageError(f"{'--watch' if watch else '--events'} needs the ID of a job.")
    chosen = command.chosen(form, as_json=as_json)
    with open_backend() as backend:
        if ident is None:
            list_jobs(backend, state=state, limit=limit, form=chosen)
            return ExitCode.OK
        report = command.resolve(backend, ident)
        if watch:
            _watch(backend, report, silent=as_json)
        if events:
            _list_events(backend, report, limit=limit, form=chosen)
            return ExitCode.OK
        show_job(backend, report, as_json=chosen == "json")
        if chosen != "json":
            _show_activity_of(backend, report)
    return ExitCode.OK


def list_jobs(backend: Backend, *, state: State, limit: int | None, form: str, kind: str | None = None) -> None:
    """Print jobs, newest first; of one kind if given."""
    empty = "There are no jobs yet. nerproc scan PATH makes one."
    jobs = (job for job in backend.jobs(state=state) if kind in (None, job.kind))
    show(jobs, _columns(), form, limit=limit, empty=empty)


def show_job(backend: Backend, ident: UUID, *, as_json: bool) -> None:
    """Print what a job is and made: a report, copies, or a training."""
    job = backend.job(ident)
    if job.kind == "inference":
        show_report_of(backend, ident, as_json=as_json)
    elif job.kind == "redaction":
        _show_redaction_of(backend, ident, as_json=as_json)
    elif as_json:
        show_one(job)
    else:
        from nerproc.cli.training import show_training

        show_training(job)


def show_report_of(backend: Backend, report: UUID, *, as_json: bool) -> None:
    """Print a report: for people, or as JSON."""
    found = backend.report(report)
    if as_json:
        show_one(found)
        return
    from nerproc.cli.summary import show_report

    show_report(found)


def _show_redaction_of(backend: Backend, redaction: UUID, *, as_json: bool) -> None:
    found = backend.redaction(redaction)
    if as_json:
        show_one(found)
        return
    from nerproc.cli.redaction import show_redaction

    show_redaction(found)


def _show_activity_of(backend: Backend, job: UUID) -> None:
    from nerproc.cli.timeline import show_activity

    show_activity(backend.activity(job))


def _list_events(backend: Backend, job: UUID, *, limit: int | None, form: str) -> None:
    from nerproc.cli.timeline import event_columns

    show(backend.timeline(job), event_columns(), form, limit=limit)


def _watch(backend: Backend, report: UUID, *, silent: bool) -> None:
    from nerproc.cli.progress import Progress
    from nerproc.client.training import ENDED

    with Progress(silent=silent) as progress:
        while (job := backend.job(report)).state not in ENDED:
            progress.update(job)
            time.sleep(WATCH_SECONDS)


def _columns() -> list[Column]:
    from nerproc.cli.summary import ago, state_of
    from nerproc.schema.words import size

    return [
        Column("id", lambda job: str(job.id), show=lambda ident: ident[:8]),
        Column("state", lambda job: state_of(job.state, paused=job.paused)),
        Column("kind", lambda job: job.kind),
        Column("name", lambda job: job.name, wide=True),
        Column("objects", lambda job: job.objects.total, show="{:,}".format, right=True),
        Column("failed", lambda job: job.objects.failed, show="{:,}".format, right=True),
        Column("bytes", lambda job: job.bytes, show=size, right=True),
        Column("entities", lambda job: job.entities, show="{:,}".format, right=True),
        Column("created_at", lambda job: job.created_at.isoformat(), show=ago),
    ]


def _moved(ident: str, move: Callable[[Backend, UUID], object]) -> UUID:
    """Make a move with the job whose id begins with `ident`, and return the whole id."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        job = command.resolve(backend, ident)
        move(backend, job)
    return job


def stop(ident: command.Id) -> None:
    """Stop a job; what it found stays."""
    job = _moved(ident, lambda backend, job: backend.stop(job))
    words(f"Stopped {job}.")


def pause(ident: command.Id) -> None:
    """Start no more of a job's work; what runs goes on."""
    job = _moved(ident, lambda backend, job: backend.pause(job))
    words(f"Paused {job}. nerproc resume {str(job)[:8]} goes on.")


def resume(ident: command.Id) -> None:
    """Go on with a paused job."""
    job = _moved(ident, lambda backend, job: backend.resume(job))
    words(f"Going on with {job}.")


def retry(ident: command.Id) -> None:
    """Go on with a job that failed or was stopped."""
    job = _moved(ident, lambda backend, job: backend.retry(job))
    words(f"Queued what {job} has not done. Workers of `nerproc serve` or `nerproc worker` will do it.")
