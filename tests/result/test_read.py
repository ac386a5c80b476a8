from __future__ import annotations

import base64
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.result.reports import LABELS, Found, Report, entities_of, pages, reports, write

from nerproc.errors import InvalidRequest, NotFound, StorageUnreachable
from nerproc.job.part import PartRef, PartSummary
from nerproc.result.cursor import Cursor
from nerproc.result.read import ResultReader
from nerproc.result.table import ObjectRow
from nerproc.schema.entity import Entity
from nerproc.storage.local import LocalStorage

quick = settings(deadline=None, max_examples=30)


def unknown_range(part: PartRef) -> PartRef:
    """A part whose summary says less."""
    return replace(part, summary=replace(part.summary, first_object=None, last_object=None, reasons=None))


def parts_of(storage: LocalStorage, report: Report, data: st.DataObject) -> list[PartRef]:
    """The report's parts, with summaries that say all, or less."""
    parts = write(storage, report)
    return list(map(unknown_range, parts)) if data.draw(st.booleans(), label="less in summaries") else parts


@quick
@given(report=reports(), limit=st.integers(1, 7), data=st.data())
def test_pages_of_entities_joined_are_all_that_pass(
    storage: LocalStorage, reader: ResultReader, report: Report, limit: int, data: st.DataObject
) -> None:
    named = [row.object for part in report for row, _ in part]
    labels = data.draw(st.sets(st.sampled_from([*LABELS, "IBAN"])))
    objects = data.draw(st.sets(st.sampled_from([*named, "no such object"]), max_size=2))
    least = data.draw(st.sampled_from([0, *(entity.score for entity in entities_of(report))]))
    expected = [
        entity
        for entity in entities_of(report)
        if (not labels or entity.label in labels)
        and (not objects or entity.object in objects)
        and entity.score >= least
    ]
    parts = parts_of(storage, report, data)
    found = pages(reader.entities, parts, limit, labels=labels, objects=objects, min_score=least)
    assert found == expected


@quick
@given(report=reports(), limit=st.integers(1, 7), data=st.data())
def test_pages_of_objects_joined_are_all_that_pass(
    storage: LocalStorage, reader: ResultReader, report: Report, limit: int, data: st.DataObject
) -> None:
    rows = [row for part in report for row, _ in part]
    status = data.draw(st.none() | st.sampled_from(["succeeded", "skipped", "failed"]))
    group = data.draw(st.none() | st.sampled_from(["Smiths", 'a "b"', "no such group"]))
    prefix = data.draw(st.sampled_from(["", "x", *(row.object[:1] for row in rows)]))
    expected = [
        row.object
        for row in rows
        if (status is None or row.status == status)
        and (group is None or group in row.groups)
        and row.object.startswith(prefix)
    ]
    parts = parts_of(storage, report, data)
    found = pages(reader.objects, parts, limit, status=status, group=group, prefix=prefix)
    assert [row.object for row in found] == expected
    errors = [row.object for row in rows if row.reason is not None]
    assert [row.object for row in reader.errors(parts, limit=limit)] == errors[:limit]


def test_parts_that_cannot_hold_what_is_asked_for_are_not_opened(
    storage: LocalStorage, reader: ResultReader
) -> None:
    gone = PartRef(1, 0, 0, "gone/entities", "gone/objects", PartSummary(label_counts={"SSN": 1}))
    gone = replace(
        gone, summary=replace(gone.summary, objects=1, entities=1, first_object="a", last_object="c", reasons=0)
    )
    assert reader.entities([gone], labels=["NAME"]) == ([], None)
    assert reader.entities([gone], objects=["d"]) == ([], None)
    assert reader.objects([gone], status="failed") == ([], None)
    assert reader.objects([gone], prefix="d") == ([], None)
    assert reader.objects([gone], group="Smiths") == ([], None)
    assert reader.errors([gone]) == []
    with pytest.raises(NotFound):
        reader.entities([gone], labels=["SSN"])


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "AAAA",
        "ö",
        "\ud800",
        "x" * 9_999,
        Cursor("objects", 100, 0).encode(),
        Cursor("entities", 7, 0).encode(),
        base64.urlsafe_b64encode(b"entities:100:-1").decode(),
        base64.urlsafe_b64encode("entities:١٠٠:0".encode()).decode(),
        base64.urlsafe_b64encode(b"entities:100:" + b"9" * 40).decode(),
    ],
)
def test_nonsense_is_no_cursor(storage: LocalStorage, reader: ResultReader, cursor: str) -> None:
    parts = write(storage, [[]])
    with pytest.raises(InvalidRequest):
        reader.entities(parts, cursor=cursor)


def test_a_cursor_behind_the_end_is_the_end(storage: LocalStorage, reader: ResultReader) -> None:
    parts = write(storage, [[]])
    assert reader.entities(parts, cursor=Cursor("entities", parts[0].id, 10**17).encode()) == ([], None)


def test_a_part_that_was_merged_into_nothing_known_is_too_old(
    storage: LocalStorage, reader: ResultReader
) -> None:
    parts = [replace(part, merged_into=5) for part in write(storage, [[]])]
    with pytest.raises(InvalidRequest, match="too old"):
        reader.entities(parts, cursor=Cursor("entities", parts[0].id, 0).encode())
    assert reader.entities(parts) == ([], None)


def test_a_rare_label_is_found_across_many_parts(storage: LocalStorage, reader: ResultReader) -> None:
    def found(number: int) -> tuple[ObjectRow, list[Entity]]:
        name = f"{number:03}"
        label = "RARE" if number % 40 == 39 else "NAME"
        entity = Entity(name, 0, 1, label, None, "x", 1.0, "custom", "", "", None)
        return ObjectRow(name, 1, "1", "succeeded"), [entity]

    parts = write(storage, [[found(number)] for number in range(200)])
    assert [e.object for e in pages(reader.entities, parts, 2, labels=["RARE"])] == [
        "039",
        "079",
        "119",
        "159",
        "199",
    ]


def test_many_may_read_at_once(storage: LocalStorage, reader: ResultReader) -> None:
    entities = [Entity("a", n, n + 1, "NAME", None, "x", 1.0, "custom", "", "", None) for n in range(500)]
    parts = write(storage, [[(ObjectRow("a", 1, "1", "succeeded"), entities)]])
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda limit: pages(reader.entities, parts, limit), range(50, 90)))
    assert all(each == entities for each in found)


def test_a_file_that_is_broken_is_said(storage: LocalStorage, reader: ResultReader) -> None:
    (part,) = write(storage, [[]], job="broken")
    storage.put(part.entities_key, io.BytesIO(b"PAR1" + bytes(40)))
    with pytest.raises(StorageUnreachable, match="cannot be read"):
        reader.entities([part])


def test_the_objects_with_most_entities(storage: LocalStorage, reader: ResultReader) -> None:
    def found(name: str, *labels: str) -> Found:
        entities = [
            Entity(name, n, n + 1, label, None, "x", 1, "pattern", "", "", None)
            for n, label in enumerate(labels)
        ]
        return ObjectRow(name, 1, "1", "succeeded"), entities

    parts = write(
        storage,
        [[found("a", "NAME"), found("b")], [found("c", "SSN", "SSN", "NAME"), found("d", "NAME", "NAME")]],
        job="heaviest",
    )

    assert reader.heaviest(parts, limit=2) == [("c", {"NAME": 1, "SSN": 2}), ("d", {"NAME": 2})]
    assert reader.heaviest(parts, limit=9, labels=["NAME"]) == [
        ("d", {"NAME": 2}), ("a", {"NAME": 1}), ("c", {"NAME": 1})
    ]  # fmt: skip
    assert reader.heaviest(parts, limit=9, labels=["VIN"]) == []
    assert [row.object for row in reader.each_object(parts)] == ["a", "b", "c", "d"]
