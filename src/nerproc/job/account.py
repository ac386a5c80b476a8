"""What becomes of a worker's claims, as counters and log events.

Everything here happens once a task or once a part, never once an object or an entity.
"""

from __future__ import annotations

from typing import Any, get_args

from nerproc.detection.label import LABELS
from nerproc.job.task import Claim, WrittenPart
from nerproc.observe import log
from nerproc.observe.meter import OTHER, Counter
from nerproc.schema.report import ObjectStatus, TaskKind

KINDS: tuple[str, ...] = get_args(TaskKind)
OUTCOMES = ("completed", "failed", "retried", "crashed", "released", "lost")

CLAIMED = Counter("nerproc_worker_claims_total", "Tasks that this worker claimed.", ("kind",), known=[KINDS])
TASKS = Counter(
    "nerproc_worker_tasks_total",
    "Claims of this worker by how they ended: completed; failed for good; retried after an error; crashed with "
    "a child; released unharmed; lost to another worker or to a stop.",
    ("kind", "outcome"),
    known=[KINDS, OUTCOMES],
)
PARTS = Counter("nerproc_worker_parts_total", "Parts of reports that this worker committed.")
BYTES = Counter("nerproc_worker_read_bytes_total", "Size of the objects that this worker read and committed.")
CHARACTERS = Counter("nerproc_worker_scanned_characters_total", "Code points of text that it found in them.")
OBJECTS = Counter(
    "nerproc_worker_objects_total",
    "Objects that this worker committed, by how they ended.",
    ("status",),
    known=[get_args(ObjectStatus)],
)
ENTITIES = Counter(
    "nerproc_worker_entities_total",
    "Entities that this worker committed, by label.",
    ("label",),
    known=[(*LABELS, OTHER)],  # of others, the first that come have series of their own
)
LATE = Counter(
    "nerproc_worker_late_renewals_total",
    "Leases that had run out when this worker renewed them, but were kept.",
)
REFUSED = Counter(
    "nerproc_worker_refused_writes_total",
    "Writes of this worker that were refused because the task was not its own any more.",
    ("operation",),
    known=[("part", "end", "give_back", "progress")],
)
LICENSE_REFUSALS = Counter(
    "nerproc_license_refusals_total",
    "Times that the licence refused work, by what is wrong with it.",
    ("slug",),
)


def claimed(claims: list[Claim]) -> None:
    """Tasks were claimed."""
    for claim in claims:
        CLAIMED.add(claim.kind)
        log().info("task_claimed", kind=claim.kind, **of(claim))


def committed(claim: Claim, part: WrittenPart) -> None:
    """A part became visible."""
    summary = part.summary
    PARTS.add()
    BYTES.add(by=summary.bytes)
    CHARACTERS.add(by=summary.characters)
    for status in get_args(ObjectStatus):
        OBJECTS.add(status, by=getattr(summary, status))
    for label, count in summary.label_counts.items():
        ENTITIES.add(label, by=count)
    log().debug(
        "part_committed",
        part=part.seq,
        objects=summary.objects,
        bytes=summary.bytes,
        entities=summary.entities,
        **of(claim),
    )


def ended(claim: Claim, outcome: str, reason: str | None = None) -> None:
    """A claim ended; OUTCOMES says how it may."""
    TASKS.add(claim.kind, outcome)
    say = log().info if outcome in ("completed", "released") else log().warning
    values = {} if reason is None else {"reason": reason}
    say(f"task_{outcome}", kind=claim.kind, **values, **of(claim))


def refused(claim: Claim, operation: str) -> None:
    """A write was refused: the task is somebody else's by now, or was stopped."""
    REFUSED.add(operation)
    log().warning("write_refused", operation=operation, **of(claim))
    if operation in ("end", "give_back"):
        ended(claim, "lost")


def renewed_late(tasks: list[int], claims: dict[int, Claim]) -> None:
    """Leases had run out, but nobody had taken the tasks."""
    LATE.add(by=len(tasks))
    for task in tasks:
        log().warning("lease_late", **of(claims[task]))


def license_refused(slug: str, **values: Any) -> None:
    """The licence did not let work begin."""
    LICENSE_REFUSALS.add(slug)
    log().info("license_refused", slug=slug, **values)


def of(claim: Claim) -> dict[str, Any]:
    """What events tell of a claim."""
    return {"job": str(claim.job), "task": claim.number, "attempt": claim.attempt}
