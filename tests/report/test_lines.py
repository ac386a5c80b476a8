from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.founds import scanned

from nerproc.report.lines import LineFinder, Region
from nerproc.result.table import ObjectRow
from nerproc.schema.entity import Entity
from nerproc.source.local import LocalSource

LONG = "some words\r\n" * 200  # further than a preview goes


def version_of(path: Path) -> str:
    status = path.stat()
    return f"{status.st_mtime_ns}-{status.st_size}"


def regions(source: LocalSource | None, row: ObjectRow, entities: list[Entity]) -> list[Region | None]:
    finder = LineFinder(source)
    finder.begin(row)
    found = [finder.find(entity) for entity in entities]
    finder.close()
    return found


@given(text=st.text(st.sampled_from("ab\n\r😀"), min_size=1, max_size=30), data=st.data())
def test_lines_are_those_of_an_editor(text: str, data: st.DataObject) -> None:
    starts = sorted(data.draw(st.lists(st.integers(0, len(text) - 1), min_size=1, max_size=5)))
    spans = [(start, data.draw(st.integers(start + 1, len(text)))) for start in starts]
    row, _ = scanned("a.txt", text, [])
    entities = [Entity("a.txt", s, e, "X", None, text[s:e], 1, "pattern", "", "", None) for s, e in spans]

    for region, (start, end) in zip(regions(None, row, entities), spans, strict=True):
        assert region is not None
        lines = text.split("\n")
        first, last = lines[region.start_line - 1], lines[region.end_line - 1]
        before = sum(len(line) + 1 for line in lines[: region.start_line - 1])
        assert before + region.start_column - 1 == start
        assert 0 < region.start_column <= len(first) + 1
        before = sum(len(line) + 1 for line in lines[: region.end_line - 1])
        assert before + region.end_column - 1 == end
        assert 0 < region.end_column <= len(last) + 1


def test_an_object_that_is_at_hand_is_read_on(tmp_path: Path) -> None:
    text = f"mail ann@example.org\r\n{LONG}mail bob@example.org, cy@example.org"
    path = tmp_path / "b.txt"
    path.write_bytes(text.encode())
    (tmp_path / "a.txt").write_text("another")
    row, entities = scanned(
        "b.txt",
        text,
        [("ann@example.org", "EMAIL"), ("bob@example.org", "EMAIL"), ("cy@example.org", "EMAIL")],
        version=version_of(path),
    )

    assert regions(LocalSource([tmp_path], [tmp_path]), row, entities) == [
        Region(1, 6, 1, 21), Region(202, 6, 202, 21), Region(202, 23, 202, 37)
    ]  # fmt: skip


@pytest.mark.parametrize("change", ["gone", "changed", "elsewhere"])
def test_what_is_not_the_same_any_more_has_no_lines(tmp_path: Path, change: str) -> None:
    text = f"mail ann@example.org\n{LONG}mail bob@example.org"
    path = tmp_path / "b.txt"
    path.write_bytes(text.encode())
    row, entities = scanned(
        "b.txt", text, [("ann@example.org", "EMAIL"), ("bob@example.org", "EMAIL")], version=version_of(path)
    )
    if change == "gone":
        path.unlink()
    elif change == "changed":
        os.utime(path, ns=(1, 1))
    source = None if change == "elsewhere" else LocalSource([tmp_path], [tmp_path])

    assert regions(source, row, entities) == [Region(1, 6, 1, 21), None]


def test_an_offset_in_extracted_text_is_no_line_of_a_document() -> None:
    row, entities = scanned(
        "a.html", "one\nann@example.org", [("ann@example.org", "EMAIL")], media_type="text/html"
    )

    assert regions(None, row, entities) == [None]
