"""What of an earlier report is taken over: what is the same, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.result.reports import Found, Report, names, reports, swap, write

from nerproc.errors import NotFound
from nerproc.job.part import PartRef
from nerproc.result.compact import compact
from nerproc.result.earlier import Earlier
from nerproc.result.table import ObjectRow
from nerproc.schema.entity import Entity
from nerproc.source.base import ObjectRef
from nerproc.storage.local import LocalStorage


def ref_of(row: ObjectRow) -> ObjectRef:
    return ObjectRef(row.object, row.size, row.version, "")


def taken(earlier: Earlier, ref: ObjectRef) -> tuple[ObjectRow, list[Entity]] | None:
    kept = earlier.find(ref)
    if kept is None:
        return None
    row, entities = earlier.read(kept)
    return row, [entity for batch in entities for entity in batch]


def found_in(report: Report) -> list[Found]:
    return [found for part in report for found in part]


@settings(max_examples=40, deadline=None)
@given(reports(), st.booleans(), st.sets(names), st.data())
def test_the_same_objects_are_found_and_no_others(
    storage: LocalStorage, report: Report, compacted: bool, others: set[str], data: st.DataObject
) -> None:
    parts = write(storage, report, job=uuid4().hex)
    if compacted:
        parts = swap(parts, list(compact(storage, parts, uuid4().hex, target_bytes=1)))
        parts = [part for part in parts if part.merged_into is None]
    before = {row.object: (row, entities) for row, entities in found_in(report)}
    refs = {row.object: ref_of(row) for row, _ in before.values() if data.draw(st.booleans())}
    changed = {name for name in refs if data.draw(st.booleans())}
    refs |= {name: replace(refs[name], version="2") for name in changed}
    refs |= {name: ObjectRef(name, 1, "1", "") for name in others - refs.keys() - before.keys()}

    earlier = Earlier(storage, parts)
    for name in sorted(refs):
        same = name in before and name not in changed and before[name][0].status != "failed"
        if not same:
            assert taken(earlier, refs[name]) is None
            continue
        row, entities = taken(earlier, refs[name]) or pytest.fail(f"{name!r} was not found")
        assert entities == before[name][1]
        assert row.unchanged
        assert (row.object, row.size, row.status) == (name, before[name][0].size, before[name][0].status)
        assert sum(row.label_counts.values()) == len(entities)


def many(count: int) -> Report:
    """One part whose objects have a few entities each."""
    found = []
    for number in range(count):
        name = f"{number:05}"
        entity = Entity(name, 0, 3, "EMAIL", None, name, 1.0, "pattern", "", "", None)
        found.append((ObjectRow(name, 1, "1", "succeeded"), [entity] * (number % 4)))
    return [found]


def test_far_places_of_a_large_part_are_found_too(storage: LocalStorage) -> None:
    report = many(12_000)
    parts = write(storage, report, job=uuid4().hex)
    for numbers in ([11_000], [3, 5_000, 5_001, 11_999], range(0, 12_000, 7)):
        earlier = Earlier(storage, parts)
        for number in numbers:
            row, entities = report[0][number]
            assert (taken(earlier, ref_of(row)) or (None, None))[1] == entities


def test_what_listing_has_a_problem_with_is_not_taken_over(storage: LocalStorage) -> None:
    parts = write(storage, many(1), job=uuid4().hex)
    assert Earlier(storage, parts).find(ObjectRef("00000", 1, "1", "", "not a regular file")) is None


def test_a_report_that_is_gone_says_so_or_has_nothing(storage: LocalStorage) -> None:
    job = uuid4().hex
    report = many(9_000)
    parts = write(storage, report, job=job)
    refs = [ref_of(row) for row, _ in report[0]]
    earlier = Earlier(storage, parts)
    kept = earlier.find(refs[3]) or pytest.fail("it was not found")
    storage.delete(job)
    with pytest.raises(NotFound):
        earlier.read(kept)
    assert Earlier(storage, parts).find(refs[0]) is None


def test_nothing_is_found_in_no_parts(storage: LocalStorage) -> None:
    none: list[PartRef] = []
    assert Earlier(storage, none).find(ObjectRef("a", 1, "1", "")) is None
