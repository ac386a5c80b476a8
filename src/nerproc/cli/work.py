"""Works one job to its end in this process, shows how far it is, and lets Ctrl-C stop it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from nerproc.cli.output import words
from nerproc.cli.progress import Progress
from nerproc.errors import IllegalMove, Unreachable
from nerproc.worker.ending import ending

if TYPE_CHECKING:
    from uuid import UUID

    from nerproc.node import Node
    from nerproc.worker.supervisor import Supervisor

LOOK_SECONDS = 0.2  # between two looks at the job


def work(supervisor: Supervisor, node: Node, report: UUID, *, silent: bool) -> bool:
    """Work until the job has ended; whether Ctrl-C (or SIGTERM) stopped it.

    The first Ctrl-C lets the objects in hand finish, the second ends at once; what is committed stays.
    """

    def ended() -> bool:
        try:
            return node.jobs.get(report).state.ended
        except Unreachable:
            return False  # the supervisor tries again until the database is back

    with ending() as end, Progress(silent=silent) as progress, _shown(node, report, progress):
        end.then(lambda: _stopping(supervisor))
        supervisor.run(node, job=report, done=ended)
        interrupted = end.asked.is_set()
    if interrupted:
        with suppress(IllegalMove):  # it ended before it could be stopped
            node.jobs.stop(report)
    return interrupted


def _stopping(supervisor: Supervisor) -> None:
    if supervisor.drain_ends is None:
        words("Stopping after what is in hand; Ctrl-C again stops now.")
    supervisor.drain()


@contextmanager
def _shown(node: Node, report: UUID, progress: Progress) -> Iterator[None]:
    """Keep `progress` up to date for the length of the block."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            with suppress(Unreachable):
                progress.update(node.reports.job(report))

    thread = threading.Thread(target=look, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
