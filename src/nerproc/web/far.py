"""How far a job is, in a number and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nerproc.job.jobs import JobRecord
    from nerproc.schema.report import Job


@dataclass(frozen=True, slots=True)
class Far:
    """How far something is."""

    done: float
    total: float
    text: str


def far(job: JobRecord | Job) -> Far:
    """How far a job is: by the epochs of a training, else by bytes."""
    if job.state == "completed":
        return Far(1, 1, "100 %")
    if (training := job.progress) is not None:
        done = training.epoch - 1 + min(1.0, training.step / max(1, training.steps))
        return Far(round(done, 3), training.epochs, f"epoch {training.epoch} of {training.epochs}")
    if not job.total_bytes:
        return Far(0, 1, "not begun" if job.started_at is None else "looking for objects")
    share = min(1.0, job.bytes / job.total_bytes)
    return Far(job.bytes, job.total_bytes, f"{100 * share:.0f} %")
