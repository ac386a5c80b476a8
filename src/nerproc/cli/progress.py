"""How far a running job is: a live line on a terminal, now and then a line elsewhere. All on stderr."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from nerproc.cli.output import words
from nerproc.cli.summary import state_of
from nerproc.schema.words import duration, size

if TYPE_CHECKING:
    from nerproc.schema.report import Job, TrainingProgress

LINE_SECONDS = 10.0  # between two lines where there is no terminal


class Progress:
    """A context manager; `update` it with what is known."""

    def __init__(self, *, silent: bool = False) -> None:
        """`silent` shows nothing: with --json, stderr is for the problem alone."""
        self._silent = silent
        self._live: Any = None
        self._bar: Any = None
        self._next_line = time.monotonic() + LINE_SECONDS

    def __enter__(self) -> Self:
        if not self._silent and sys.stderr.isatty():
            self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
        from rich.table import Column

        self._live = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=12),
            TextColumn("{task.fields[words]}", table_column=Column(no_wrap=True, overflow="ellipsis")),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar = self._live.add_task("starting", total=None, words="")
        self._live.start()

    def update(self, job: Job) -> None:
        """Show how far it is."""
        if self._live is not None:
            done, whole = _share(job)
            self._live.update(
                self._bar,
                description=state_of(job.state, paused=job.paused),
                total=whole,
                completed=done,
                words=how_far(job),
            )
        elif not self._silent and time.monotonic() > self._next_line:
            self._next_line = time.monotonic() + LINE_SECONDS
            words(f"{state_of(job.state, paused=job.paused)}: {how_far(job)}")


def how_far(job: Job) -> str:
    """What is done, how fast, and the time left, as far as they are known."""
    if job.kind == "training":
        return _epochs(job.progress)
    counts = job.objects
    done = counts.succeeded + counts.skipped + counts.failed
    parts = [f"{done:,}/{counts.total:,} objects"]
    if job.kind == "redaction":
        return ", ".join([*parts, f"{job.entities:,} entities replaced"])
    seconds = _seconds(job)
    if seconds and job.bytes:
        speed = job.bytes / seconds
        left = (job.total_bytes - job.bytes) / speed
        parts += [f"{size(speed)}/s", f"{job.entities:,} entities"]
        parts += [f"{duration(left)} left"] if left >= 1 else []
    return ", ".join(parts)


def _share(job: Job) -> tuple[float, float | None]:
    """What is done, and of how much, if that is known."""
    if job.progress is not None:
        return job.progress.epoch - 1 + job.progress.step / job.progress.steps, job.progress.epochs
    if job.kind == "redaction":  # how many bytes there are in all is not known of every report
        counts = job.objects
        return counts.succeeded + counts.skipped + counts.failed, counts.total or None
    return job.bytes, job.total_bytes or None


def _epochs(progress: TrainingProgress | None) -> str:
    if progress is None:
        return "not begun"
    parts = [f"epoch {progress.epoch}/{progress.epochs}", f"step {progress.step}/{progress.steps}"]
    parts += [f"loss {progress.loss:.4f}"]
    parts += [f"F1 {progress.f1:.3f}"] if progress.f1 is not None else []
    parts += [f"{duration(progress.seconds_left)} left"] if progress.seconds_left >= 1 else []
    return ", ".join(parts)


def _seconds(job: Job) -> float | None:
    if job.started_at is None:
        return None
    if job.finished_at is not None:
        return (job.finished_at - job.started_at).total_seconds()
    return max(0.001, time.time() - job.started_at.timestamp())
