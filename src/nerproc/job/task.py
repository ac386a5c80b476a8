"""A task in the hands of a worker: what it is told, and what it hands back.

Kept apart from the database, so that worker processes, which have none, need not load its driver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from nerproc.job.part import PartSummary
from nerproc.schema.report import TaskKind

POOL = "infer"  # of tasks of reports
TRAIN_POOL = "train"
REDACT_POOL = "redact"
OBJECT_CRASHES = 3  # worker processes that may die with the same object in hand


def artifacts(job: UUID) -> str:
    """The key prefix of everything that a job keeps in the artifact store."""
    return f"reports/{job}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A task that is ours until its lease ends."""

    task: int  # id
    job: UUID
    number: int  # of the task within the job
    kind: TaskKind
    attempt: int  # the fence
    manifest: str | None  # artifact key of the list of objects, of the section to list, or of the samples
    request: dict[str, Any]  # the ReportRequest, the TrainingRequest, or the RedactionTask
    roots: list[str]  # folders that the submitter may read
    model: str | None  # id of the model, or of the base, if it is a stored one
    suspects: dict[int, int]  # ordinal of an object -> crashes with it in hand
    next_ordinal: int  # of the first object that no part holds
    next_seq: int  # of the next part
    checkpoint: str | None = None  # artifact key of a training that was begun


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """The files of a part, not yet committed."""

    seq: int
    last_ordinal: int
    entities_key: str
    objects_key: str
    summary: PartSummary


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """What a shard task cuts the source into: objects to scan, or a section of the listing to cut further."""

    number: int
    manifest: str
    objects: int
    bytes: int  # to be read
    kind: Literal["shard", "infer"] = "infer"
