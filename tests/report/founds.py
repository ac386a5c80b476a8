"""What exports are made of, for tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from nerproc.job.part import PartRef
from nerproc.report.found import Found
from nerproc.result.read import ResultReader
from nerproc.result.table import ObjectRow, total
from nerproc.schema.entity import Entity, Location
from nerproc.schema.report import LocalSource, ObjectCounts, ObjectError, Report
from nerproc.source import local

BEGUN = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)


def report_of(parts: Sequence[PartRef], reader: ResultReader, **changed: Any) -> Report:
    """The report that has these parts."""
    summary = total([part.summary for part in parts])
    fields: dict[str, Any] = {
        "id": UUID(int=7),
        "name": "a report",
        "state": "completed",
        "paused": False,
        "model": "patterns",
        "source": LocalSource(paths=["/nowhere"]),
        "since": None,
        "labels": None,
        "custom_tags": {},
        "objects": ObjectCounts(
            total=summary.objects, succeeded=summary.succeeded, skipped=summary.skipped, failed=summary.failed
        ),
        "bytes": summary.bytes,
        "total_bytes": summary.bytes,
        "unchanged": 0,
        "entities": summary.entities,
        "label_counts": summary.label_counts,
        "groups": [],
        "errors": [
            ObjectError(object=row.object, status=row.status, reason=row.reason or "")
            for row in reader.errors(parts)
        ],
        "failure": None,
        "created_at": BEGUN,
        "started_at": BEGUN,
        "finished_at": BEGUN,
        "seconds": 1.5,
        "bytes_per_second": 1e6,
    }
    return Report(**{**fields, **changed})


def found_in(
    reader: ResultReader,
    parts: Sequence[PartRef],
    *,
    folder: Path | None = None,
    labels: Collection[str] = (),
    reveal: bool = False,
    **changed: Any,
) -> Found:
    """These parts, whose objects are in `folder`, as something to export."""
    return Found(
        reader,
        parts,
        report=lambda: report_of(parts, reader, **changed),
        source=lambda: local.LocalSource([folder], [folder]) if folder else None,
        labels=labels,
        reveal=reveal,
    )


def scanned(
    name: str,
    text: str,
    spans: Sequence[tuple[str, str]],
    *,
    media_type: str = "text/plain",
    version: str = "1",
) -> tuple[ObjectRow, list[Entity]]:
    """An object with that text, in which these texts were found under these labels, one after the other."""
    entities, seen = [], Counter[str]()
    for word, label in spans:
        start = -1
        for _ in range(seen[word] + 1):
            start = text.index(word, start + 1)
        seen[word] += 1
        left, right = text[max(0, start - 40) : start], text[start + len(word) :][:40]
        entities.append(
            Entity(name, start, start + len(word), label, None, word, 0.9, "pattern", left, right, None)
        )
    entities.sort(key=lambda entity: (entity.start, entity.end))
    row = ObjectRow(
        name, len(text.encode()), version, "succeeded", None, media_type, len(text), 1, (), text[:1_000]
    )
    return row, entities


def placed(name: str, text: str, label: str, location: Location) -> Entity:
    """An entity at a place of a document."""
    return Entity(name, 5, 5 + len(text), label, None, text, 0.5, "pattern", "left", "right", location)
