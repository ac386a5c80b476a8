"""`nerproc workers`: who there is to do the work, and what each is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerproc.cli import command
from nerproc.cli.output import Column, show

if TYPE_CHECKING:
    from nerproc.schema.service import Worker


def workers(limit: command.Limit = None, form: command.Form = "table", as_json: command.Json = False) -> None:
    """List the workers that were seen within a day, those alive first."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        chosen = command.chosen(form, as_json=as_json)
        empty = "There are no workers. nerproc worker starts some."
        show(backend.workers(), _columns(), chosen, limit=limit, empty=empty)


def _columns() -> list[Column]:
    from nerproc.cli.summary import ago

    return [
        Column("host", lambda worker: worker.host, wide=True),
        Column("pid", lambda worker: worker.pid, right=True),
        Column("state", _state),
        Column("version", lambda worker: worker.version),
        Column("pools", lambda worker: ",".join(worker.pools)),
        Column("slots", lambda worker: worker.slots, right=True),
        Column("busy", lambda worker: len(worker.tasks), right=True),
        Column("tasks", _tasks, wide=True),
        Column("seen_at", lambda worker: worker.seen_at.isoformat(), show=ago),
    ]


def _state(worker: Worker) -> str:
    if not worker.alive:
        return "lost"
    if worker.draining:
        return "draining"
    return "drained" if worker.resting else "alive"


def _tasks(worker: Worker) -> str:
    """Task and job of what it has in hand."""
    return ", ".join(f"{task.kind} {task.task} of {str(task.job)[:8]}" for task in worker.tasks)
