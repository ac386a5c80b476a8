"""A report as people read it: state, objects, speed, counts as bars, groups, what was not scanned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nerproc.cli.output import data, paint, printable, terminal_width
from nerproc.cli.table import Cell, layout
from nerproc.schema import words
from nerproc.schema.words import duration, size

if TYPE_CHECKING:
    from nerproc.schema.report import ObjectError, Report

MOST_ERRORS = 5
BAR = 24  # columns of the longest bar
STATES = {
    "queued": "blue",
    "running": "blue",
    "completed": "green",
    "failed": "red",
    "stopped": "yellow",
}
ENDS = {"succeeded": "partly", "skipped": "skipped", "failed": "failed"}  # of an object that has a reason


def show_report(report: Report) -> None:
    """Print a report for people."""
    for line in _lines(report):
        data(line)


def ago(moment: str) -> str:
    """How long ago a moment (ISO 8601) was; its date if that is more than a week."""
    from datetime import datetime

    return words.ago(datetime.fromisoformat(moment))


def state_of(state: str, *, paused: bool) -> str:
    """The state in words."""
    return f"{state}, paused" if paused and state in ("queued", "running") else state


def _lines(report: Report) -> Iterator[str]:
    state = state_of(report.state, paused=report.paused)
    yield f"{paint(f'● {state}', STATES[report.state])}  {paint(printable(report.name), 'bold')}"
    yield paint(f"report {report.id}, model {report.model}", "dim")
    if report.failure:
        yield paint(printable(report.failure), "red")
    yield ""
    yield from _figures(report)
    if report.label_counts:
        yield ""
        yield from labels(report.label_counts)
    if report.groups:
        yield ""
        yield from _groups(report)
    if report.errors:
        yield ""
        yield from not_done(
            report.errors, "not scanned, or not wholly", f"nerproc report objects {str(report.id)[:8]}"
        )


def _figures(report: Report) -> Iterator[str]:
    counts = report.objects
    done = counts.succeeded + counts.skipped + counts.failed
    parts = [f"{counts.succeeded:,} scanned"]
    parts += [f"{counts.skipped:,} skipped"] if counts.skipped else []
    parts += [paint(f"{counts.failed:,} failed", "red")] if counts.failed else []
    parts += [f"{counts.total - done:,} remaining"] if counts.total > done else []
    taken_over = f" ({report.unchanged:,} unchanged, taken over)" if report.unchanged else ""
    yield f"objects   {', '.join(parts)}{taken_over}"
    speed = f", {size(report.bytes_per_second)}/s" if report.bytes_per_second else ""
    time = f" in {duration(report.seconds)}{speed}" if report.seconds is not None else ""
    yield f"read      {size(report.bytes)}{time}"
    yield f"entities  {report.entities:,}"


def labels(counts: dict[str, int]) -> Iterator[str]:
    """Labels with their counts, as bars, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    most = ordered[0][1]
    rows = [[Cell(label), Cell(f"{count:,}", right=True)] for label, count in ordered]
    for line, (_, count) in zip(layout(rows, width=None), ordered, strict=True):
        yield f"  {line}  {paint(_bar(count / most), 'cyan')}"


def _bar(share: float) -> str:
    """A bar in eighths of a column; whatever is there shows."""
    whole, eighths = divmod(max(1, round(share * BAR * 8)), 8)
    return "█" * whole + " ▏▎▍▌▋▊▉"[eighths].strip()


def _groups(report: Report) -> Iterator[str]:
    heading = [Cell("GROUP"), Cell("OBJECTS", right=True), Cell("QUERY")]
    rows = [
        [Cell(printable(group.name)), Cell(f"{group.object_count:,}", right=True), Cell(printable(group.query))]
        for group in report.groups
    ]
    width = terminal_width()
    head, *lines = layout([heading, *rows], width=width and width - 2, wide=(0, 2))
    yield paint(f"  {head}", "dim")
    yield from (f"  {line}" for line in lines)


def not_done(errors: Sequence[ObjectError], heading: str, more: str | None) -> Iterator[str]:
    """The first of the objects that have a reason; `more` is the command that shows the others."""
    first = errors[:MOST_ERRORS]
    rows = [
        [Cell(ENDS[error.status]), Cell(printable(error.object)), Cell(printable(error.reason))]
        for error in first
    ]
    width = terminal_width()
    yield paint(f"  {heading}", "dim")
    for line in layout(rows, width=width and width - 2, wide=(1, 2)):
        yield f"  {line}"
    if len(errors) > len(first):
        least = "at least " if len(errors) == 1_000 else ""
        where = more or "--json shows them"
        yield paint(f"  … and {least}{len(errors) - len(first):,} more: {where}", "dim")
