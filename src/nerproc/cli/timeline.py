"""What a job's tasks are doing, and what happened to it, for people: below the report that `status` shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nerproc.cli.output import Column, data, paint, printable, terminal_width
from nerproc.cli.table import Cell, layout
from nerproc.schema.words import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nerproc.schema.service import Activity, Happening, RunningTask

MOST_RUNNING = 10
MOST_HAPPENINGS = 15


def show_activity(activity: Activity) -> None:
    """Print tasks by state, who runs what, and the timeline in a few lines."""
    data("")
    states = ", ".join(f"{count:,} {state}" for state, count in activity.tasks.items() if count)
    data(f"tasks     {states}")
    if activity.running:
        more = activity.tasks["running"] - len(activity.running[:MOST_RUNNING])
        _show(_RUNNING, map(_running, activity.running[:MOST_RUNNING]), wide=[3], more=more)
    lines = activity.timeline[-MOST_HAPPENINGS:]
    _show(_TIMELINE, map(_happening, lines), wide=[5], more=len(activity.timeline) - len(lines))


def event_columns() -> list[Column]:
    """Of the timeline, event by event."""
    import json

    return [
        Column("at", lambda event: event.at.isoformat(), show=lambda at: _clock(datetime.fromisoformat(at))),
        Column("kind", lambda event: event.kind),
        Column("task", lambda event: event.task, right=True),
        Column("detail", lambda event: json.dumps(event.detail) if event.detail else None, wide=True),
    ]


_RUNNING = [Cell("TASK", right=True), Cell("KIND"), Cell("ATTEMPT", right=True), Cell("HOST"), Cell("FOR")]
_TIMELINE = [
    *(Cell("FIRST"), Cell("LAST"), Cell("TIMES", right=True), Cell("EVENT")),
    *(Cell("TASK", right=True), Cell("REASON")),
]


def _show(heading: list[Cell], rows: Iterator[list[Cell]], *, wide: Sequence[int], more: int) -> None:
    width = terminal_width()
    data("")
    head, *lines = layout([heading, *rows], width=width and width - 2, wide=wide)
    data(paint(f"  {head}", "dim"))
    for line in lines:
        data(f"  {line}")
    if more > 0:
        data(paint(f"  … and {more:,} more", "dim"))


def _running(task: RunningTask) -> list[Cell]:
    seconds = max(0.0, (datetime.now(UTC) - task.since).total_seconds())
    return [
        Cell(str(task.task), right=True),
        Cell(task.kind),
        Cell(str(task.attempt), right=True),
        Cell(printable(task.host or str(task.worker))),
        Cell(duration(seconds)),
    ]


def _happening(found: Happening) -> list[Cell]:
    once = found.count == 1
    return [
        Cell(_clock(found.first_at)),
        Cell("" if once else _clock(found.last_at, since=found.first_at)),
        Cell("" if once else f"{found.count:,}", right=True),
        Cell(found.kind),
        Cell(_text(found.task), right=True),
        Cell(printable(found.reason or "")),
    ]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _clock(moment: datetime, since: datetime | None = None) -> str:
    """A moment in local time; without the date, if it is that of `since`."""
    local = moment.astimezone()
    same_day = since is not None and since.astimezone().date() == local.date()
    return f"{local:%H:%M:%S}" if same_day else f"{local:%Y-%m-%d %H:%M:%S}"
