"""`nerproc workers`, `drain`, `undrain`: who there is to do the work, and who takes no more of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nerproc.cli import command
from nerproc.cli.output import Column, show, show_one, words
from nerproc.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from nerproc.cli.backend import Backend
    from nerproc.schema.service import Worker

Which = Annotated[
    str, typer.Argument(metavar="ID", help="Id of a worker, or its first letters; nerproc workers shows it.")
]


def workers(limit: command.Limit = None, form: command.Form = "table", as_json: command.Json = False) -> None:
    """List the workers that were seen within a day, those alive first."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        chosen = command.chosen(form, as_json=as_json)
        empty = "There are no workers. nerproc worker starts some."
        show(backend.workers(), _columns(), chosen, limit=limit, empty=empty)


def drain(ident: Which, as_json: command.Json = False) -> None:
    """Let a worker take no more tasks; it goes on with those in hand, and stays."""
    worker = _moved(ident, lambda backend, worker: backend.drain_worker(worker))
    if as_json:
        show_one(worker)
        return
    words(
        f"{_name(worker)} takes no more tasks, as soon as it hears of it. "
        f"nerproc workers shows when it is drained; nerproc undrain {str(worker.id)[:8]} takes it back."
    )


def undrain(ident: Which, as_json: command.Json = False) -> None:
    """Let a worker that was drained take tasks again."""
    worker = _moved(ident, lambda backend, worker: backend.undrain_worker(worker))
    if as_json:
        show_one(worker)
        return
    words(f"{_name(worker)} takes tasks again, as soon as it hears of it.")


def _moved(ident: str, move: Callable[[Backend, UUID], object]) -> Worker:
    """Make a move with the worker whose id begins with `ident`, and return what it is then."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        worker = _find(backend, ident).id
        move(backend, worker)
        return _find(backend, str(worker))


def _find(backend: Backend, prefix: str) -> Worker:
    """The one worker whose id begins with `prefix`.

    Raises:
        NotFound: none does.
        Conflict: more than one does.
    """
    found = [worker for worker in backend.workers() if prefix and str(worker.id).startswith(prefix.lower())]
    if not found:
        raise NotFound(f"There is no worker {prefix!r}.", hint="nerproc workers lists them.")
    if len(found) > 1:
        raise Conflict(f"More than one worker id begins with {prefix!r}.", hint="Give more of the id.")
    return found[0]


def _name(worker: Worker) -> str:
    return f"Worker {str(worker.id)[:8]} (process {worker.pid} on {worker.host})"


def _columns() -> list[Column]:
    from nerproc.cli.summary import ago

    return [
        Column("id", lambda worker: str(worker.id), show=lambda ident: ident[:8]),
        Column("host", lambda worker: worker.host, wide=True),
        Column("pid", lambda worker: worker.pid, right=True),
        Column("state", lambda worker: worker.state),
        Column("version", lambda worker: worker.version),
        Column("pools", lambda worker: ",".join(worker.pools)),
        Column("slots", lambda worker: worker.slots, right=True),
        Column("busy", lambda worker: len(worker.tasks), right=True),
        Column("tasks", _tasks, wide=True),
        Column("seen_at", lambda worker: worker.seen_at.isoformat(), show=ago),
    ]


def _tasks(worker: Worker) -> str:
    """Task and job of what it has in hand."""
    return ", ".join(f"{task.kind} {task.task} of {str(task.job)[:8]}" for task in worker.tasks)
