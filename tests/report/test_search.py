from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.report.query.queries import queries
from tests.result.reports import Report, reports, swap, write

from nerproc.report.query.parse import parse
from nerproc.report.query.predicate import GroupMatcher
from nerproc.report.query.syntax import Query
from nerproc.report.search import search
from nerproc.result.compact import compact
from nerproc.result.read import ResultReader
from nerproc.result.table import ObjectRow
from nerproc.schema.entity import Entity
from nerproc.storage.local import LocalStorage


def predicate_matches(report: Report, query: Query) -> list[str]:
    matcher = GroupMatcher({"group": query})
    found = []
    for part in report:
        for row, entities in part:
            matcher.begin()
            for entity in entities:
                matcher.see(entity.label, entity.text)
            if row.status == "succeeded" and matcher.matches() == ["group"]:
                found.append(row.object)
    return found


@settings(deadline=None, max_examples=100)
@given(report=reports(), drawn=st.lists(queries, min_size=1, max_size=5), limit=st.integers(1, 4))
def test_predicate_and_sql_agree(
    storage: LocalStorage, reader: ResultReader, report: Report, drawn: list[Query], limit: int
) -> None:
    parts = write(storage, report)
    for query in drawn:
        found: list[str] = []
        cursor = None
        while True:
            page, cursor = search(reader, parts, query, cursor=cursor, limit=limit)
            found += [match.object for match in page]
            if cursor is None:
                break
            assert len(page) == limit
        assert found == predicate_matches(report, query)


@settings(deadline=None, max_examples=20)
@given(report=reports(), query=queries)
def test_a_search_goes_on_over_merged_parts(
    storage: LocalStorage, reader: ResultReader, report: Report, query: Query
) -> None:
    parts = write(storage, report)
    after = swap(parts, list(compact(storage, parts, "searched")))
    everything, _ = search(reader, parts, query)
    first, cursor = search(reader, parts, query, limit=1)
    assert search(reader, after, query)[0] == everything
    if cursor is not None:
        assert first + search(reader, after, query, cursor=cursor)[0] == everything


def found(name: str, *texts: str) -> tuple[ObjectRow, list[Entity]]:
    entities = [
        Entity(name, 10 * n, 10 * n + len(text), "NAME", None, text, 1.0, "custom", "", "", None)
        for n, text in enumerate(texts)
    ]
    return ObjectRow(name, 1, "1", "succeeded"), entities


def test_matches_come_with_their_counts(storage: LocalStorage, reader: ResultReader) -> None:
    parts = write(storage, [[found("a", "Ann", "Bob"), found("b", "Cy")]])
    (match,), cursor = search(reader, parts, parse('COUNT(NAME) > 1 AND NAME CONTAINS "nn"'))
    assert (match.object, match.label_counts, cursor) == ("a", {"NAME": 2}, None)


@pytest.mark.parametrize("most", [1, 2, 9])
def test_a_search_that_has_enough_goes_on_where_it_stopped(
    storage: LocalStorage, reader: ResultReader, most: int
) -> None:
    rare = [19, 20, 60, 150]
    parts = write(
        storage, [[found(f"{n:03}", "Ann" if n in rare else "Bob")] for n in range(200)], job="enough"
    )
    asked: list[int] = []

    def enough(found: Sequence[tuple[str, dict[str, int]]]) -> bool:
        asked.append(len(found))
        return len(found) >= most

    names: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        matches, cursor = search(reader, parts, parse('NAME = "Ann"'), cursor=cursor, enough=enough)
        names += [match.object for match in matches]
        pages += 1
    assert names == [f"{n:03}" for n in rare]
    assert (pages > 1) is (most < len(rare))
    assert asked[:2] == [0, 0]  # after one part, and after 17: nothing was found there
    assert search(reader, parts, parse('NAME = "Ann"'), limit=2, enough=lambda _: True)[1] is not None


def test_a_text_test_holds_when_any_entity_satisfies_it(storage: LocalStorage, reader: ResultReader) -> None:
    parts = write(storage, [[found("both", "Ann", "Bob"), found("ann", "Ann"), found("none")]])

    def names(query: str) -> list[str]:
        return [match.object for match in search(reader, parts, parse(query))[0]]

    assert names('NAME != "Ann"') == ["both"]
    assert names('NOT NAME = "Ann"') == ["none"]
    assert names('NAME = "ann"') == []
    assert names("COUNT(NAME) = 0") == ["none"]
    assert names('NAME > "Ann" AND NAME < "Bob"') == ["both"]


def test_groups_keep_their_order_and_forget_the_object_before() -> None:
    matcher = GroupMatcher({"b": parse("COUNT(SSN) >= 2"), "a": parse('NAME = "Ann" OR COUNT(SSN) = 2')})
    matcher.see("SSN", "1")
    matcher.see("SSN", "1")
    matcher.see("EMAIL", "Ann")
    assert matcher.matches() == ["b", "a"]
    matcher.begin()
    matcher.see("NAME", "Bob")
    matcher.see("NAME", "Ann")
    matcher.see("NAME", "Cy")
    assert matcher.matches() == ["a"]
    matcher.begin()
    assert matcher.matches() == []
