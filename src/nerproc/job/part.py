"""A part: what one task has committed so far, as rows of the database know it.

The files themselves are `nerproc.result`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class PartSummary:
    """What one part holds; totals of a job are sums over these, never counters."""

    objects: int = 0
    succeeded: int = 0
    skipped: int = 0
    failed: int = 0
    unchanged: int = 0  # of them, taken over from an earlier report without being read
    bytes: int = 0  # size of the objects that were read, and succeeded or failed
    characters: int = 0  # code points of extracted text
    entities: int = 0
    label_counts: dict[str, int] = field(default_factory=dict)
    group_counts: dict[str, int] = field(default_factory=dict)  # group name -> objects that match
    first_object: str | None = None  # least object name by code points; None: no object, or not known
    last_object: str | None = None  # greatest object name by code points; None: no object, or not known
    reasons: int | None = None  # objects with a reason: failed, skipped, or read with warnings; None: not known
    replaced: dict[str, int] | None = None  # of a redaction, whose counts per label are of what is still found


@dataclass(frozen=True, slots=True)
class PartRef:
    """A committed part; a job's parts in order of (task, seq) are its results in order."""

    id: int
    task: int  # number of the task within the job
    seq: int  # number of the part within the task
    entities_key: str  # artifact key of the Parquet file of entities
    objects_key: str  # artifact key of the Parquet file of objects
    summary: PartSummary
    merged_into: int | None = None  # id of the compacted part that holds these rows now
    entity_offset: int = 0  # row of the first entity there
    object_offset: int = 0  # row of the first object there


def parts_from(plain: Iterable[dict[str, Any]]) -> list[PartRef]:
    """Parts from what `dataclasses.asdict` made of them."""
    return [PartRef(**{**part, "summary": PartSummary(**part["summary"])}) for part in plain]
