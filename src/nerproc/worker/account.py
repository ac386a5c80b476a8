"""What becomes of a worker's tasks and children, as counters and log events.

What becomes of its claims is `nerproc.job.account`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nerproc.errors import StorageUnreachable
from nerproc.job import account
from nerproc.job.task import Claim
from nerproc.observe import log
from nerproc.observe.meter import DEPENDENCY_ERRORS, Counter, Gauge, Histogram
from nerproc.worker.cause import CAUSES

# Why a child ended that had a task in hand.
CHILD_ENDS = ("crashed", "stalled", "memory", "lost", "drain")

SLOTS = Gauge("nerproc_worker_slots", "Tasks that this worker runs at a time.")
BUSY = Gauge("nerproc_worker_busy_slots", "Tasks that it runs now.")
DRAINING = Gauge(
    "nerproc_worker_draining", "1 while it takes no more tasks, and ends when those in hand are done."
)
SECONDS = Histogram(
    "nerproc_worker_task_seconds",
    "Seconds from the claim of a task until this worker was done with it.",
    ("kind",),
    (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600),
)
UNREAD = Counter(
    "nerproc_worker_unread_objects_total",
    "Objects that this worker committed as failed or skipped, by class of reason.",
    ("status", "cause"),
    known=[("failed", "skipped"), CAUSES],
)
CHILDREN = Counter(
    "nerproc_worker_child_ends_total",
    "Processes of this worker that ended with a task in hand: crashed; killed because they stalled or took too "
    "much memory; killed because the task was lost or the worker drains.",
    ("cause",),
    known=[CHILD_ENDS],
)
ERRORS = Counter(
    "nerproc_worker_task_errors_total",
    "Errors that ended an attempt at a task, by slug (see the reference).",
    ("slug",),
)


def unread(causes: Iterable[Sequence[str | int]]) -> None:
    """A part with objects that were not read was committed: status, class of reason, count."""
    for status, cause, count in causes:
        UNREAD.add(str(status), str(cause), by=int(count))


def child_ended(claim: Claim, *, cause: str, reason: str, ordinal: int | None) -> None:
    """A child ended with a task in hand, and with the object `ordinal` of it, if it had one."""
    CHILDREN.add(cause)
    say = log().info if cause in ("lost", "drain") else log().warning
    say("child_ended", cause=cause, reason=reason, object=ordinal, **account.of(claim))


def task_error(slug: str) -> None:
    """A child could not do its task."""
    ERRORS.add(slug)
    if slug == StorageUnreachable.slug:
        DEPENDENCY_ERRORS.add("storage")
