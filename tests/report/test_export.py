from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.report.founds import found_in
from tests.result.reports import LABELS, Report, entities_of, reports, write

from nerproc.errors import InvalidRequest
from nerproc.report.export import export, format_of
from nerproc.report.imports import TableFormat, read_export
from nerproc.result.read import ResultReader
from nerproc.result.table import ObjectRow
from nerproc.schema.entity import Entity, Location
from nerproc.storage.local import LocalStorage

forms = pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])


@forms
@settings(deadline=None, max_examples=40)
@given(report=reports(), labels=st.sets(st.sampled_from(LABELS)))
def test_export_then_import_is_the_identity(
    storage: LocalStorage, reader: ResultReader, form: TableFormat, report: Report, labels: set[str]
) -> None:
    parts = write(storage, report)
    path = storage.scratch() / f"export.{form}"
    with path.open("wb") as stream:
        stream.writelines(export(found_in(reader, parts, labels=labels), form))
    expected = [entity for entity in entities_of(report) if not labels or entity.label in labels]
    assert list(read_export(path, form)) == expected


@settings(deadline=None, max_examples=40)
@given(report=reports())
def test_a_line_of_jsonl_is_the_dictionary_of_its_entity(
    storage: LocalStorage, reader: ResultReader, report: Report
) -> None:
    lines = b"".join(export(found_in(reader, write(storage, report)), "jsonl")).decode().split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == [entity.to_dict() for entity in entities_of(report)]
    assert all(list(json.loads(line)) == list(Entity.__dataclass_fields__) for line in lines)


def one(text: str, location: Location | None = None) -> list[list[tuple[ObjectRow, list[Entity]]]]:
    entity = Entity("a.txt", 0, len(text), "NAME", None, text, 0.5, "pattern", "", "", location)
    return [[(ObjectRow("a.txt", 1, "1", "succeeded"), [entity])]]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "'=1", "'"])
def test_no_cell_of_a_csv_is_a_formula(storage: LocalStorage, reader: ResultReader, text: str) -> None:
    parts = write(storage, one(text, Location(sheet="=s", row=7)))
    exported = b"".join(export(found_in(reader, parts), "csv"))
    (row,) = csv.DictReader(io.StringIO(exported.decode(), newline=""))
    assert row["text"] == f"'{text}"
    assert (row["sheet"], row["row"], row["page"], row["kind"]) == ("'=s", "7", "", "")


def test_a_csv_without_entities_has_a_header(storage: LocalStorage, reader: ResultReader) -> None:
    header = (
        "object,start,end,label,kind,text,score,source,left_context,right_context,page,sheet,row,member\r\n"
    )
    assert b"".join(export(found_in(reader, []), "csv")) == header.encode()


def test_an_export_leaves_no_file_behind(storage: LocalStorage, reader: ResultReader) -> None:
    parts = write(storage, one("x"))
    before = set(storage.scratch().iterdir())
    chunks = export(found_in(reader, parts), "parquet")
    assert next(chunks).startswith(b"PAR1")
    chunks.close()
    assert set(storage.scratch().iterdir()) == before


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.jsonl", "jsonl"),
        ("a.b.CSV", "csv"),
        ("/x/y.parquet", "parquet"),
        ("a.sarif", "sarif"),
        ("a.html", "html"),
    ],
)
def test_the_name_says_the_format(name: str, form: str) -> None:
    assert format_of(name) == form


@pytest.mark.parametrize("name", ["a.json", "csv", "a.", "", "a.csv/b"])
def test_a_name_that_says_no_format_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match="does not say which format"):
        format_of(name)


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("jsonl", b'{"object": "a"}\n'),
        ("jsonl", b"[]\n"),
        ("jsonl", b"\xff\n"),
        ("csv", b"a,b\r\n1,2\r\n"),
        ("csv", b""),
        ("parquet", b"PAR1"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, form: TableFormat, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(InvalidRequest, match="file is no export"):
        list(read_export(path, form))


def test_a_broken_line_of_a_csv_is_named(storage: LocalStorage, reader: ResultReader, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"".join(export(found_in(reader, []), "csv")) + b"a,1,x\r\n")
    with pytest.raises(InvalidRequest, match="line 2"):
        list(read_export(path, "csv"))
