"""How far a running report is: a live line on a terminal, now and then a line elsewhere. All on stderr."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from nerproc.cli.output import words
from nerproc.cli.summary import duration, size, state_of

if TYPE_CHECKING:
    from nerproc.schema.report import Job, Report

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

        self._live = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[words]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar = self._live.add_task("starting", total=None, words="")
        self._live.start()

    def update(self, report: Report | Job) -> None:
        """Show how far it is."""
        if self._live is not None:
            self._live.update(
                self._bar,
                description=state_of(report.state, paused=report.paused),
                total=report.total_bytes or None,
                completed=report.bytes,
                words=how_far(report),
            )
        elif not self._silent and time.monotonic() > self._next_line:
            self._next_line = time.monotonic() + LINE_SECONDS
            words(f"{state_of(report.state, paused=report.paused)}: {how_far(report)}")


def how_far(report: Report | Job) -> str:
    """Objects, bytes, speed, entities and the time left, as far as they are known."""
    counts = report.objects
    done = counts.succeeded + counts.skipped + counts.failed
    parts = [f"{done:,} of {counts.total:,} objects", f"{size(report.bytes)} of {size(report.total_bytes)}"]
    seconds = _seconds(report)
    if seconds and report.bytes:
        speed = report.bytes / seconds
        parts.append(f"{size(speed)}/s")
        parts.append(f"{report.entities:,} entities")
        left = (report.total_bytes - report.bytes) / speed
        parts += [f"{duration(left)} left"] if left >= 1 else []
    return ", ".join(parts)


def _seconds(report: Report | Job) -> float | None:
    if report.started_at is None:
        return None
    if report.finished_at is not None:
        return (report.finished_at - report.started_at).total_seconds()
    return max(0.001, time.time() - report.started_at.timestamp())
