from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nerproc
from extraction.samples import pdf_of, read, zip_of
from nerproc.extraction.errors import Broken, Skipped


def test_extract_returns_the_text_of_a_file(tmp_path: Path):
    (tmp_path / "a.html").write_bytes(b"<!doctype html><p>a&#64;b.org</p>")
    assert nerproc.extract(tmp_path / "a.html") == "a@b.org\n"
    assert nerproc.extract(str(tmp_path / "a.html")) == "a@b.org\n"


def test_extract_raises_what_open_raises(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        nerproc.extract(tmp_path / "missing")


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 50, "application/x-elf"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"SQLite format 3\0\x10\0\x01\x01" + b"\0" * 50, "application/vnd.sqlite3"),
        (b"PAR1\x15\x04\x15" + b"\0" * 50, "application/vnd.apache.parquet"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "video/mp4"),
        (random.Random(1).randbytes(10_000), "application/octet-stream"),
        (b"\0" * 1_000, "application/octet-stream"),
    ],
)
def test_binary_files_are_skipped_by_their_type(data: bytes, media_type: str):
    with pytest.raises(Skipped, match=f"not a text format: {media_type}"):
        read(data, "a.txt")


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (b"<!-- hi -->\n<!DOCTYPE html>", "x", "text/html"),
        (b"<html lang='en'>", "x.txt", "text/html"),
        (b'<?xml version="1.0"?><!DOCTYPE html><html/>', "x", "text/html"),
        (b"<div>fragment</div>", "x", "text/html"),
        (b"<svg><text>a</text></svg>", "a.svg", "application/xml"),
        (b"<34>Oct 11 22:14:15 host su: failed", "messages", "text/plain"),
        (b"<jane@example.org> wrote:\n> hi", "x", "text/plain"),
        (b'\xef\xbb\xbf{"a": 1}', "x", "application/json"),
        (b"[1, 2, 3]", "x", "application/json"),
        (b"a,b\n1,2\n", "x.csv", "text/csv"),
        (b"a,b\n1,2\n", "x.txt", "text/plain"),
        (b"x = {'a': 1}\n", "x.py", "text/plain"),
        (zip_of({"a": b"b"}), "x.txt", "application/zip"),
        (pdf_of(["a"]), "x.txt", "application/pdf"),
        ('{"a": "é"}'.encode("utf-16"), "x", "application/json"),
    ],
)
def test_the_type_is_told_from_the_bytes_first(data: bytes, name: str, media_type: str):
    assert read(data, name).media_type == media_type


MAGIC = [
    b"",
    b"PK\x03\x04",
    b"%PDF-1.4\n",
    b"\x1f\x8b\x08",
    b"<?xml version='1.0'?><a>",
    b"<!doctype html>",
    b'{"a": ',
]
NAMES = ["a", "a.csv", "a.json", "a.xml", "a.eml", "a.docx", "a.tar.gz"]


def outcome(data: bytes, name: str) -> str:
    """The text of a document, or why it has none."""
    try:
        document = read(data, name)
    except (Skipped, Broken) as error:
        return str(error)
    for segment in document.segments:
        segment.location(0)
        segment.hint(0)
    return document.text or "empty"


@given(st.sampled_from(MAGIC), st.binary(max_size=200), st.sampled_from(NAMES))
def test_any_bytes_are_read_or_refused(magic: bytes, data: bytes, name: str):
    assert outcome(magic + data, name).encode("utf-8")


@given(st.data())
def test_damaged_documents_are_read_or_refused(data: st.DataObject):
    archive = zip_of({"a.txt": b"text" * 9, "b.csv": b"a,b\n"})
    whole = data.draw(st.sampled_from([pdf_of(["Jane"] * 3), archive]))
    damaged = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=5)):
        damaged[place] = data.draw(st.integers(0, 255))
    assert outcome(bytes(damaged), "a").encode("utf-8")


def test_importing_extract_imports_no_parser():
    code = (
        "import sys; from nerproc.extraction.extract import open_document; import io;"
        "list(open_document(io.BytesIO(b'text'), 'a.txt').segments());"
        "heavy = {'pypdfium2', 'python_calamine', 'selectolax', 'docx', 'lxml', 'email', 'tarfile', 'numpy',"
        " 'charset_normalizer', 'xml.sax', 'defusedxml'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
