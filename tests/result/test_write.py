from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.result.reports import Report, entities_of, reports, write, writer_of

from nerproc.errors import StorageUnreachable
from nerproc.job.part import PartRef, PartSummary
from nerproc.result import spool
from nerproc.result.read import ResultReader
from nerproc.result.table import ObjectRow, PreviewSpan
from nerproc.result.write import PartWriter
from nerproc.schema.entity import Entity, Location
from nerproc.storage.local import LocalStorage


def entity(start: int = 0, text: str = "Smith", label: str = "NAME", name: str = "a.txt") -> Entity:
    return Entity(name, start, start + len(text), label, None, text, 0.5, "pattern", "", "", None)


def row(name: str = "a.txt", preview: str = "") -> ObjectRow:
    return ObjectRow(name, 10, "1", "succeeded", preview_text=preview)


@settings(deadline=None, max_examples=30)
@given(report=reports())
def test_what_was_written_is_read(storage: LocalStorage, reader: ResultReader, report: Report) -> None:
    parts = write(storage, report)
    assert list(reader.iterate(parts)) == entities_of(report)
    rows, following = reader.objects(parts, limit=1_000)
    assert following is None
    for read, (written, entities) in zip(rows, [found for part in report for found in part], strict=True):
        counts = {label: sum(e.label == label for e in entities) for label in {e.label for e in entities}}
        assert read.label_counts == counts
        assert replace(read, label_counts={}, preview_spans=()) == replace(
            written, preview_text=written.preview_text[:1_000]
        )


@settings(deadline=None, max_examples=30)
@given(report=reports())
def test_summaries_are_a_recount(storage: LocalStorage, report: Report) -> None:
    for part, found in zip(write(storage, report), report, strict=True):
        summary = part.summary
        rows = [row for row, _ in found]
        entities = [entity for _, entities in found for entity in entities]
        assert summary.objects == len(rows)
        assert summary.succeeded + summary.skipped + summary.failed == summary.objects
        assert summary.bytes == sum(row.size for row in rows if row.status != "skipped")
        assert summary.entities == len(entities)
        assert summary.label_counts == {
            label: sum(e.label == label for e in entities) for label in {e.label for e in entities}
        }
        assert summary.group_counts == {
            group: sum(group in row.groups for row in rows) for row in rows for group in row.groups
        }
        assert summary.first_object == (min(row.object for row in rows) if rows else None)
        assert summary.last_object == (max(row.object for row in rows) if rows else None)
        assert summary.reasons == sum(row.reason is not None for row in rows)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.lists(st.integers(0, 5), max_size=4), st.sampled_from(["end", "abandon", "begin again"])),
        max_size=8,
    )
)
def test_spilled_or_not_only_what_ended_is_kept(
    storage: LocalStorage, reader: ResultReader, objects: list[tuple[list[int], str]]
) -> None:
    """Each object comes in batches of entities, with a spool that spills after seven."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "MOST_ENTITIES", 7)
        writer = writer_of(storage.scratch())
        kept = []
        for number, (batches, fate) in enumerate(objects):
            name = f"{number:03}"
            made = [[entity(100 * b + n, name=name) for n in range(size)] for b, size in enumerate(batches)]
            writer.begin(name)
            for batch in made:
                writer.extend(batch)
            if fate == "end":
                writer.end(row(name))
                kept += [one for batch in made for one in batch]
            elif fate == "abandon":
                writer.abandon()
        files = writer.close(storage, "spilled")
    assert list(reader.iterate([PartRef(1, 0, 0, *files)])) == kept
    assert files.summary.entities == len(kept)
    assert not list(storage.scratch().glob("*.parquet"))


def test_a_part_without_anything_has_both_files(storage: LocalStorage, reader: ResultReader) -> None:
    (part,) = write(storage, [[]])
    assert storage.fetch(part.entities_key).is_file()
    assert storage.fetch(part.objects_key).is_file()
    assert reader.entities([part]) == ([], None)
    assert reader.objects([part]) == ([], None)
    assert part.summary == PartSummary(reasons=0)


def test_a_row_without_values_in_the_first_thousands_keeps_them(
    storage: LocalStorage, reader: ResultReader
) -> None:
    found = [entity(n) for n in range(5_000)]
    found[4_321] = replace(found[4_321], kind="uk_nhs", location=Location(row=2**40))
    parts = write(storage, [[(row(), found)]])
    assert list(reader.iterate(parts)) == found


def test_half_a_surrogate_pair_becomes_a_replacement_character(
    storage: LocalStorage, reader: ResultReader
) -> None:
    parts = write(storage, [[(row(preview="a\ud800b"), [entity(text="x\udfffy"), entity(3, "fine")])]])
    assert [e.text for e in reader.iterate(parts)] == ["x\ufffdy", "fine"]
    assert reader.objects(parts)[0][0].preview_text == "a\ufffdb"


def test_a_preview_shows_the_spans_of_its_text(storage: LocalStorage, reader: ResultReader) -> None:
    found = [entity(2, "Ann"), entity(990, "B" * 20, "EMAIL"), entity(2_000, "far away")]
    parts = write(storage, [[(row(preview="x" * 5_000), found)]])
    (read,), _ = reader.objects(parts)
    assert len(read.preview_text) == 1_000
    assert read.preview_spans == (PreviewSpan(2, 5, "NAME"), PreviewSpan(990, 1_000, "EMAIL"))


def test_an_object_must_be_begun_before_it_ends(storage: LocalStorage) -> None:
    writer = PartWriter(storage.scratch())
    writer.begin("a.txt")
    with pytest.raises(ValueError, match="not begun"):
        writer.end(row("b.txt"))


def test_adding_one_by_one_is_adding_all(storage: LocalStorage) -> None:
    one, all_at_once = PartWriter(storage.scratch()), PartWriter(storage.scratch())
    found = [entity(0), entity(10, label="EMAIL")]
    for writer in (one, all_at_once):
        writer.begin("a.txt")
    for each in found:
        one.add(each)
    all_at_once.extend(found)
    for writer in (one, all_at_once):
        writer.end(row())
    assert one.summary == all_at_once.summary
    assert one.size == all_at_once.size > 0
    assert one.objects == 1


def test_a_store_that_refuses_ends_the_part_and_leaves_nothing(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(key: str, path: Path) -> None:
        raise StorageUnreachable(f"{key}: no space left on {path.parent}")

    writer = PartWriter(storage.scratch())
    writer.begin("a.txt")
    writer.extend([entity()])
    writer.end(row())
    monkeypatch.setattr(storage, "put_file", refuse)
    with pytest.raises(StorageUnreachable):
        writer.close(storage, "refused")
    assert writer.objects == 0
    assert not list(storage.scratch().glob("*.parquet"))


def test_a_scratch_folder_that_cannot_be_written_is_said(storage: LocalStorage, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    writer = PartWriter(scratch)
    scratch.rmdir()
    with pytest.raises(StorageUnreachable, match="cannot be written"):
        writer.close(storage, "gone")


def test_memory_does_not_grow_with_the_entities_of_an_object(tmp_path: Path) -> None:
    """Peak of a process that writes 400,000 entities of one object (about 100 MB as Python objects)."""
    script = tmp_path / "write.py"
    script.write_text(MANY)
    done = subprocess.run([sys.executable, script, tmp_path], check=True, capture_output=True, text=True)
    assert int(done.stdout) < 250 * 1024


MANY = """
import sys
from pathlib import Path
from nerproc.result.table import ObjectRow
from nerproc.result.write import PartWriter
from nerproc.schema.entity import Entity
from nerproc.storage.local import LocalStorage

storage = LocalStorage(Path(sys.argv[1]) / "artifacts")
writer = PartWriter(storage.scratch())
writer.begin("big")
for n in range(0, 400_000, 1_000):
    writer.extend([
        Entity("big", i, i + 9, "EMAIL", None, f"user{i}@x.org", 0.5, "pattern", "l" * 40, "r" * 40, None)
        for i in range(n, n + 1_000)
    ])
writer.end(ObjectRow("big", 1, "1", "succeeded"))
assert writer.close(storage, "big").summary.entities == 400_000
# Not getrusage: its maximum includes what the process was before it became this program.
status = Path("/proc/self/status").read_text().splitlines()
print(next(line for line in status if line.startswith("VmHWM")).split()[1])
"""
