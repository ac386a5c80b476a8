"""Reports for tests: what they hold, drawn at random, and their parts in an artifact store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from nerproc.job.part import PartRef
from nerproc.result.compact import MergedPart
from nerproc.result.table import ObjectRow
from nerproc.result.write import PartWriter
from nerproc.schema.entity import Entity, Location
from nerproc.storage.base import Storage

Read = Callable[..., tuple[list[Any], str | None]]
Found = tuple[ObjectRow, list[Entity]]
Report = list[list[Found]]  # part by part

LABELS = ("NAME", "EMAIL", "SSN")
TEXTS = ("Smith", "smith", "Smi%", "a_b", 'say "x"', "it's", "back\\slash", "Żółć", "𐀀", "￿", "nul\0", "", "=1")

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
texts = st.one_of(st.sampled_from(TEXTS), st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
locations = st.builds(
    Location,
    page=st.none() | st.integers(1, 9_999),
    sheet=st.none() | names,
    row=st.none() | st.integers(1, 2**40),
    member=st.none() | names,
).map(lambda place: None if place == Location() else place)


@st.composite
def founds(draw: st.DrawFn, name: str) -> Found:
    status = draw(st.sampled_from(("succeeded", "succeeded", "skipped", "failed")))
    entities = []
    start = 0
    for _ in range(draw(st.integers(0, 6)) if status == "succeeded" else 0):
        start += draw(st.integers(0, 400))
        text = draw(texts)
        entities.append(
            Entity(
                object=name,
                start=start,
                end=start + len(text),
                label=draw(st.sampled_from(LABELS)),
                kind=draw(st.none() | st.just("us_passport")),
                text=text,
                score=draw(st.floats(0, 1)),
                source=draw(st.sampled_from(("pattern", "custom"))),
                left_context=draw(texts),
                right_context=draw(texts),
                location=draw(locations),
            )
        )
        start += len(text)
    row = ObjectRow(
        object=name,
        size=draw(st.integers(0, 2**40)),
        version="1",
        status=status,
        reason=None if status == "succeeded" and draw(st.booleans()) else draw(texts),
        media_type=draw(st.none() | st.just("text/plain")),
        characters=start + 2_000,
        tokens=draw(st.integers(0, 99)),
        groups=tuple(draw(st.lists(st.sampled_from(("Smiths", 'a "b"', "ö")), unique=True, max_size=2))),
        preview_text="ä" * draw(st.integers(0, 1_200)),
    )
    return row, entities


@st.composite
def reports(draw: st.DrawFn, *, most_parts: int = 4) -> Report:
    """A few parts with a few objects each, names in order as sources list them."""
    named = sorted(draw(st.lists(names, max_size=8, unique=True)))
    found = [draw(founds(name)) for name in named]
    cuts = sorted(draw(st.lists(st.integers(0, len(found)), max_size=most_parts - 1)))
    return [found[start:end] for start, end in zip([0, *cuts], [*cuts, len(found)], strict=True)]


def entities_of(report: Report) -> list[Entity]:
    return [entity for part in report for _, entities in part for entity in entities]


def write(storage: Storage, report: Iterable[Sequence[Found]], *, job: str = "job") -> list[PartRef]:
    """Write the parts as a worker does."""
    writer = writer_of(storage.scratch())
    parts = []
    for number, found in enumerate(report):
        for row, entities in found:
            writer.begin(row.object)
            writer.extend(entities)
            writer.end(row)
        entities_key, objects_key, summary = writer.close(storage, f"{job}/part-{number}")
        parts.append(PartRef(100 + number, 0, number, entities_key, objects_key, summary))
    return parts


@lru_cache(maxsize=1)
def writer_of(scratch: Path) -> PartWriter:
    return PartWriter(scratch)


def swap(parts: Sequence[PartRef], merged: Sequence[MergedPart]) -> list[PartRef]:
    """The parts of a report after its compaction, as the database then has them."""
    ids = {moved.part: (1_000 + number, moved) for number, one in enumerate(merged) for moved in one.moved}
    old = []
    for part in parts:
        target, moved = ids[part.id]
        old.append(
            replace(
                part,
                merged_into=target,
                entity_offset=moved.entity_offset,
                object_offset=moved.object_offset,
            )
        )
    new = [PartRef(1_000 + number, 1, number, *one.files) for number, one in enumerate(merged)]
    return old + new


def pages(read: Read, parts: list[PartRef], limit: int, **filters: Any) -> list[Any]:
    """Every page, one after another; each but the last is full."""
    items, cursor = read(parts, limit=limit, **filters)
    everything = list(items)
    while cursor is not None:
        assert len(items) == limit
        items, cursor = read(parts, limit=limit, cursor=cursor, **filters)
        assert items
        everything += items
    return everything
