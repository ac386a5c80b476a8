from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.report.founds import found_in, scanned
from tests.result.reports import write

from nerproc.report.export import export
from nerproc.result.read import ResultReader
from nerproc.result.table import PREVIEW_LENGTH, ObjectRow
from nerproc.schema.entity import Entity
from nerproc.schema.name import ExportFormat
from nerproc.storage.local import LocalStorage
from nerproc.train.read import read
from nerproc.train.sample import Sample, Span

forms = pytest.mark.parametrize("form", ["label-studio", "doccano"])


def samples_of(
    storage: LocalStorage,
    reader: ResultReader,
    form: ExportFormat,
    *objects: tuple[ObjectRow, list[Entity]],
    **what: object,
) -> list[Sample]:
    """What a training reads of an export."""
    path = storage.scratch() / f"samples-{form}"
    parts = write(storage, [list(objects)])
    with path.open("wb") as file:
        file.writelines(export(found_in(reader, parts, **what), form))  # type: ignore[arg-type]
    return list(read([path])) if path.stat().st_size else []  # of emoji alone, nothing is left


@st.composite
def marked(draw: st.DrawFn) -> tuple[ObjectRow, list[Entity]]:
    """A text of words, emoji and line ends, with spans that may overlap; none has space at an end."""
    alphabet = st.sampled_from([*'ab1 .\n"é中', "😀", "\r\n", "𐐷"])
    text = "".join(draw(st.lists(alphabet, min_size=1, max_size=40)))
    entities = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        label = draw(st.sampled_from(("NAME", "TICKET")))
        if text[start:end] == text[start:end].strip():
            entities.append(Entity("a", start, end, label, None, text[start:end], 1, "custom", "", "", None))
    entities.sort(key=lambda entity: (entity.start, entity.end))
    return scanned("a.txt", text, [])[0], entities


@forms
@settings(deadline=None, max_examples=20)
@given(found=marked())
def test_a_training_reads_the_spans_that_were_exported(
    storage: LocalStorage, reader: ResultReader, form: ExportFormat, found: tuple[ObjectRow, list[Entity]]
) -> None:
    row, entities = found
    if not row.preview_text.strip():
        return
    samples = samples_of(storage, reader, form, found)

    if form == "label-studio":
        (sample,) = samples
        assert sample.text == row.preview_text
    known = {(entity.text, entity.label) for entity in entities}
    for sample in samples:
        assert sample.text in row.preview_text
        for span in sample.spans:
            assert (sample.text[span.start : span.end], span.label) in known
    if form == "label-studio" and entities:
        first = min(entities, key=lambda entity: (entity.start, -entity.end, entity.label))
        assert samples[0].spans[0] == Span(first.start, first.end, first.label)


@forms
def test_samples_of_objects(storage: LocalStorage, reader: ResultReader, form: ExportFormat) -> None:
    samples = samples_of(
        storage,
        reader,
        form,
        scanned("a.txt", "Ann met Bo.", [("Ann", "NAME"), ("Bo", "NAME")]),
        scanned("b.txt", "Nobody is here.", []),
        scanned("c.txt", "", []),
        (ObjectRow("d.png", 1, "1", "skipped", "not a text format"), []),
    )

    assert [(sample.text, sample.spans) for sample in samples] == [
        ("Ann met Bo.", (Span(0, 3, "NAME"), Span(8, 10, "NAME"))),
        ("Nobody is here.", ()),
    ]


@forms
def test_only_the_labels_that_are_asked_for(
    storage: LocalStorage, reader: ResultReader, form: ExportFormat
) -> None:
    found = scanned("a.txt", "Ann 2024", [("Ann", "NAME"), ("2024", "DATE")])

    (sample,) = samples_of(storage, reader, form, found, labels=["DATE"])
    assert sample.spans == (Span(4, 8, "DATE"),)


def test_doccano_gets_no_text_that_it_would_count_otherwise(
    storage: LocalStorage, reader: ResultReader
) -> None:
    text = "😀 Ann here 😀 Bo 😀😀 x😀y"
    found = scanned("a.txt", text, [("Ann", "NAME"), ("Bo", "NAME"), ("x😀y", "NAME")])

    samples = samples_of(storage, reader, "doccano", found)

    assert [sample.text for sample in samples] == [" Ann here ", " Bo "]
    assert [sample.text[s.start : s.end] for sample in samples for s in sample.spans] == ["Ann", "Bo"]


@forms
def test_a_preview_is_cut_where_nothing_is_torn(
    storage: LocalStorage, reader: ResultReader, form: ExportFormat
) -> None:
    text = "word " * 199 + "Ann Lee Smith"
    at = len("word " * 199)
    cut = [
        Entity("a", at, at + 13, "NAME", None, text[at:], 1, "tagger", "", "", None),
        Entity("a", at + 4, at + 7, "TICKET", None, "Lee", 1, "custom", "", "", None),
    ]
    row, _ = scanned("a", text, [])
    assert at < PREVIEW_LENGTH < len(text)

    (sample,) = samples_of(storage, reader, form, (row, cut))
    assert sample.text == "word " * 199
    (other,) = samples_of(storage, reader, form, (replace(row, preview_text=text[:1000]), cut[1:]))
    assert other.text == "word " * 199 + "Ann"  # "Lee" is whole, but goes on to the cut
    assert other.spans == ()


def test_tasks_say_which_object_they_are_of(storage: LocalStorage, reader: ResultReader) -> None:
    parts = write(storage, [[scanned("a.txt", "Ann", [("Ann", "NAME")])]])

    (task,) = json.loads(b"".join(export(found_in(reader, parts), "label-studio")))
    (line,) = b"".join(export(found_in(reader, parts), "doccano")).splitlines()

    assert task["data"]["object"] == "a.txt"
    assert task["annotations"][0]["result"][0]["value"] == {
        "start": 0,
        "end": 3,
        "text": "Ann",
        "labels": ["NAME"],
    }
    assert json.loads(line) == {"text": "Ann", "label": [[0, 3, "NAME"]], "object": "a.txt"}
