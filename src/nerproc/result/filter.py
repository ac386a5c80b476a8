"""Filters of lists: the rows that pass, in SQL, and the parts that may have such rows, by their summaries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from nerproc.job.part import PartSummary
from nerproc.result.cursor import Stretch
from nerproc.schema.report import ObjectStatus


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on the rows of one table."""

    clause: str
    parameters: tuple[Any, ...]
    may_pass: Callable[[PartSummary], bool]

    def left(self, stretches: Sequence[Stretch]) -> list[Stretch]:
        """Those stretches that may have rows that pass."""
        return [stretch for stretch in stretches if self.may_pass(stretch.part.summary)]


EVERYTHING = Filter("true", (), lambda _: True)


def every(*filters: Filter) -> Filter:
    """Rows that pass all of the filters."""
    return Filter(
        " AND ".join(f"({f.clause})" for f in filters),
        tuple(value for f in filters for value in f.parameters),
        lambda summary: all(f.may_pass(summary) for f in filters),
    )


def labelled(labels: Collection[str]) -> Filter:
    """Entities with one of these labels; all if none is given."""
    if not labels:
        return EVERYTHING
    return Filter(
        _in("label", labels), tuple(labels), lambda s: any(s.label_counts.get(label) for label in labels)
    )


def sure(least: float) -> Filter:
    """Entities with at least that score; all if it is 0."""
    return Filter("score >= ?", (least,), lambda s: s.entities > 0) if least > 0 else EVERYTHING


def named(objects: Collection[str]) -> Filter:
    """Rows of these objects; all if none is given."""
    if not objects:
        return EVERYTHING
    return Filter(
        _in("object", objects), tuple(objects), lambda s: any(_spans(s, name, name) for name in objects)
    )


def prefixed(prefix: str) -> Filter:
    """Rows of objects whose name starts with `prefix`."""
    return Filter(
        "object >= ? AND starts_with(object, ?)",
        (prefix, prefix),
        lambda s: _spans(s, prefix, prefix) or (s.first_object or "").startswith(prefix),
    )


def ended(status: ObjectStatus | None) -> Filter:
    """Objects that ended so; all if no status is given."""
    if status is None:
        return EVERYTHING
    return Filter("status = ?", (status,), lambda s: bool(getattr(s, status)))


def grouped(group: str | None) -> Filter:
    """Objects that match the query of the group of that name; all if none is given."""
    if group is None:
        return EVERYTHING
    return Filter("list_contains(groups, ?)", (group,), lambda s: bool(s.group_counts.get(group)))


def explained() -> Filter:
    """Objects that have a reason: failed, skipped, or read but for some of their content."""
    return Filter("reason IS NOT NULL", (), lambda s: s.reasons != 0)


def _in(column: str, values: Collection[str]) -> str:
    return f"{column} IN ({', '.join('?' * len(values))})"


def _spans(summary: PartSummary, low: str, high: str) -> bool:
    """Whether a name from `low` to `high` can be among the part's objects."""
    if summary.first_object is None or summary.last_object is None:
        return summary.objects > 0
    return summary.first_object <= high and low <= summary.last_object
