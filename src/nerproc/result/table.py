"""The two tables of a part: their columns, and the values that their rows stand for.

This is the layout of the files in the artifact store, which people also read with other tools: a column may be
added, none may change its name or its type.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from nerproc.job.part import PartSummary
from nerproc.schema.entity import COLUMNS, Entity, Location
from nerproc.schema.report import ObjectStatus

T = TypeVar("T")

PREVIEW_LENGTH = 1_000  # code points of an object's text that its preview shows

ENTITY_COLUMNS = COLUMNS  # entities in the order of their objects, within an object by start

# One row per object, in the order in which the objects were read.
OBJECT_COLUMNS = {
    "object": "VARCHAR",
    "size": "BIGINT",
    "version": "VARCHAR",
    "status": "VARCHAR",
    "reason": "VARCHAR",
    "media_type": "VARCHAR",
    "characters": "BIGINT",
    "tokens": "BIGINT",
    "label_counts": "MAP(VARCHAR, BIGINT)",
    "groups": "VARCHAR[]",
    "preview_text": "VARCHAR",
    "preview_spans": 'STRUCT("start" INTEGER, "end" INTEGER, "label" VARCHAR)[]',
}


class PreviewSpan(NamedTuple):
    """An entity within a preview."""

    start: int  # offset in code points of the preview, which is that of the object's text
    end: int  # exclusive
    label: str


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """An object of a report: how reading it ended, and what was found."""

    object: str  # name relative to the source's root
    size: int  # bytes
    version: str  # the version that was read
    status: ObjectStatus
    reason: str | None = None  # why it failed or was skipped; of a succeeded one, what could not be read
    media_type: str | None = None
    characters: int = 0  # code points of the extracted text
    tokens: int = 0  # runs without white space of the extracted text
    groups: tuple[str, ...] = ()  # names of the groups whose query it matches
    preview_text: str = ""  # the text's first PREVIEW_LENGTH code points
    label_counts: dict[str, int] = field(default_factory=dict)  # set by PartWriter from what was added
    preview_spans: tuple[PreviewSpan, ...] = ()  # set by PartWriter from what was added
    unchanged: bool = False  # taken over from an earlier report, unread; no column, but counted


def column_names(columns: Iterable[str]) -> str:
    """A select list: `"object", "start", …`."""
    return ", ".join(f'"{name}"' for name in columns)


def entity_from(row: Sequence[Any]) -> Entity:
    """The entity that a row of ENTITY_COLUMNS stands for. A location without any field set is no location."""
    name, start, end, label, kind, text, score, source, left, right, page, sheet, line, member = row
    location = None
    if page is not None or sheet is not None or line is not None or member is not None:
        location = Location(page, sheet, line, member)
    return Entity(name, start, end, label, kind, text, score, source, left, right, location)


def object_from(row: Sequence[Any]) -> ObjectRow:
    """The object that a row of OBJECT_COLUMNS stands for."""
    values = dict(zip(OBJECT_COLUMNS, row, strict=True))
    values["groups"] = tuple(values["groups"])
    values["preview_spans"] = tuple(PreviewSpan(**span) for span in values["preview_spans"])
    return ObjectRow(**values)


def summarize(objects: Sequence[ObjectRow]) -> PartSummary:
    """What a part that holds these objects adds to the totals of its report."""
    by_status = Counter(row.status for row in objects)
    label_counts: Counter[str] = Counter()
    group_counts: Counter[str] = Counter()
    for row in objects:
        label_counts.update(row.label_counts)
        group_counts.update(row.groups)
    return PartSummary(
        objects=len(objects),
        succeeded=by_status["succeeded"],
        skipped=by_status["skipped"],
        failed=by_status["failed"],
        unchanged=sum(row.unchanged for row in objects),
        bytes=sum(row.size for row in objects if row.status != "skipped" and not row.unchanged),
        characters=sum(row.characters for row in objects),
        entities=label_counts.total(),
        label_counts=dict(label_counts),
        group_counts=dict(group_counts),
        first_object=min((row.object for row in objects), default=None),
        last_object=max((row.object for row in objects), default=None),
        reasons=sum(row.reason is not None for row in objects),
    )


def total(summaries: Sequence[PartSummary]) -> PartSummary:
    """The summary of several parts as if they were one."""
    label_counts: Counter[str] = Counter()
    group_counts: Counter[str] = Counter()
    for summary in summaries:
        label_counts.update(summary.label_counts)
        group_counts.update(summary.group_counts)
    firsts = [part.first_object for part in summaries if part.objects]
    lasts = [part.last_object for part in summaries if part.objects]
    reasons = [part.reasons for part in summaries]
    return PartSummary(
        objects=sum(part.objects for part in summaries),
        succeeded=sum(part.succeeded for part in summaries),
        skipped=sum(part.skipped for part in summaries),
        failed=sum(part.failed for part in summaries),
        unchanged=sum(part.unchanged for part in summaries),
        bytes=sum(part.bytes for part in summaries),
        characters=sum(part.characters for part in summaries),
        entities=sum(part.entities for part in summaries),
        label_counts=dict(label_counts),
        group_counts=dict(group_counts),
        first_object=_known(firsts, min),
        last_object=_known(lasts, max),
        reasons=_known(reasons, sum),
    )


def _known(values: Sequence[T | None], combine: Callable[[Iterable[T]], T]) -> T | None:
    known = [value for value in values if value is not None]
    return combine(known) if known and len(known) == len(values) else None
