from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.result.reports import Found, Report, entities_of, pages, reports, swap, write

from nerproc.errors import StorageUnreachable
from nerproc.result.compact import Moved, compact
from nerproc.result.read import ResultReader
from nerproc.result.table import ObjectRow
from nerproc.schema.entity import Entity
from nerproc.storage.local import LocalStorage

quick = settings(deadline=None, max_examples=30)


def found(name: str, entities: int) -> Found:
    return ObjectRow(name, 1, "1", "succeeded"), [
        Entity(name, n, n + 1, "NAME", None, "x", 1.0, "custom", "", "", None) for n in range(entities)
    ]


@quick
@given(report=reports(), limit=st.integers(1, 5), target=st.sampled_from([1, 6_000, 2**30]))
def test_compaction_changes_no_page_and_no_cursor(
    storage: LocalStorage, reader: ResultReader, report: Report, limit: int, target: int
) -> None:
    parts = write(storage, report)
    merged = list(compact(storage, parts, "merged", target_bytes=target))
    after = swap(parts, merged)
    assert list(reader.iterate(after)) == entities_of(report)
    for read in (reader.entities, reader.objects):
        assert pages(read, after, limit) == pages(read, parts, limit)
        cursor = read(parts, limit=limit)[1]
        while cursor is not None:
            items, following = read(parts, limit=limit, cursor=cursor)
            assert read(after, limit=limit, cursor=cursor)[0] == items
            cursor = following


@quick
@given(report=reports())
def test_merged_parts_are_summed_up(storage: LocalStorage, report: Report) -> None:
    parts = write(storage, report)
    (everything,) = compact(storage, parts, "one") if parts else (None,)
    (at_once,) = write(storage, [[found for part in report for found in part]], job="at-once")
    assert everything is None or everything.files.summary == at_once.summary


def test_each_part_is_found_where_it_was_moved_to(storage: LocalStorage) -> None:
    parts = write(storage, [[found("a", 2), found("b", 0)], [], [found("c", 3)], [found("d", 1)]])
    (merged,) = compact(storage, parts, "all/of/it")
    assert merged.moved == (Moved(100, 0, 0), Moved(101, 2, 2), Moved(102, 2, 2), Moved(103, 5, 3))
    assert merged.files.entities_key.startswith("all/of/it/")
    assert merged.files.objects_key.startswith("all/of/it/")


def test_files_end_where_the_target_is_reached(storage: LocalStorage, reader: ResultReader) -> None:
    parts = write(storage, [[found(f"{number}", 50)] for number in range(6)])
    size = sum(storage.fetch(key).stat().st_size for key in (parts[0].entities_key, parts[0].objects_key))
    merged = list(compact(storage, parts, "few", target_bytes=2 * size))
    assert [len(one.moved) for one in merged] == [2, 2, 2]
    assert len(list(reader.iterate(swap(parts, merged)))) == 300


def test_nothing_to_merge_makes_no_files(storage: LocalStorage) -> None:
    parts = write(storage, [[found("a", 1)]])
    merged = swap(parts, list(compact(storage, parts, "once")))
    assert list(compact(storage, [], "nothing")) == []
    assert list(compact(storage, merged[:1], "nothing")) == []


def test_a_store_that_refuses_leaves_no_scratch_file(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(key: str, path: Path) -> None:
        raise StorageUnreachable(f"{key}: no space left on {path.parent}")

    parts = write(storage, [[found("a", 1)]])
    monkeypatch.setattr(storage, "put_file", refuse)
    with pytest.raises(StorageUnreachable):
        list(compact(storage, parts, "refused"))
    assert not list(storage.scratch().glob("*.parquet"))
