from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

from tests.report.founds import found_in, placed, scanned
from tests.result.reports import write

from nerproc.report.export import export
from nerproc.report.html import MOST_ENTITIES
from nerproc.result.read import ResultReader
from nerproc.result.table import ObjectRow
from nerproc.schema.entity import Entity, Location
from nerproc.schema.report import Group
from nerproc.storage.local import LocalStorage

SECRET = "ann@example.org"
NASTY = '<script>alert(1)</script>"\u202e'
VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """The elements of a page; every one of them is closed."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.feed(content.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page_of(
    storage: LocalStorage, reader: ResultReader, *objects: tuple[ObjectRow, list[Entity]], **what: Any
) -> str:
    return b"".join(export(found_in(reader, write(storage, [list(objects)]), **what), "html")).decode()


def test_it_needs_nothing_else_and_runs_nothing(storage: LocalStorage, reader: ResultReader) -> None:
    found = scanned(NASTY, f"{NASTY} to {SECRET}", [(NASTY, "NAME"), (SECRET, "EMAIL")])
    failed = ObjectRow("x", 1, "1", "failed", NASTY), []
    groups = [Group(id=UUID(int=1), name=NASTY, query=f'NAME = "{NASTY}"', object_count=1)]
    for reveal in (False, True):
        text = page_of(storage, reader, found, failed, reveal=reveal, name=NASTY, groups=groups)
        page = Page(text.encode())

        assert not {"script", "img", "link", "iframe", "form", "object"} & set(page.tags)
        for _, name, value in page.attributes:
            assert not name.startswith("on")
            assert name not in {"style", "src", "srcset"}
            assert name != "href" or value.startswith("#")
        assert "\u202e" not in text
        style = re.search("<style>(.*?)</style>", text, re.DOTALL)
        assert style is not None
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        policy = next(value for tag, name, value in page.attributes if tag == "meta" and "style-src" in value)
        assert f"default-src 'none'; style-src 'sha256-{digest}'" in policy


def test_texts_are_left_out_unless_they_are_asked_for(storage: LocalStorage, reader: ResultReader) -> None:
    found = scanned("a.txt", f"private words before {SECRET} and after", [(SECRET, "EMAIL")])

    masked = page_of(storage, reader, found)
    assert "ann" not in masked
    assert "private words" not in masked
    assert "--reveal" in masked
    assert "a.txt" in masked
    revealed = page_of(storage, reader, found, reveal=True)
    assert SECRET in revealed
    assert "private words" in revealed


def test_it_tells_what_was_found_and_what_was_not_read(storage: LocalStorage, reader: ResultReader) -> None:
    text = page_of(
        storage,
        reader,
        scanned("a.txt", "Ann 2024", [("Ann", "NAME"), ("2024", "DATE")]),
        (
            ObjectRow("b.zip", 1, "1", "succeeded", None, "application/zip", 9),
            [placed("b.zip", "Bo", "NAME", Location(member="c.pdf", page=2))],
        ),
        (ObjectRow("d.png", 1, "1", "skipped", "not a text format: image/png"), []),
        groups=[Group(id=UUID(int=1), name="people", query="COUNT(NAME) > 0", object_count=2)],
    )

    assert "member c.pdf, page 2, at\u00a05" in text
    assert "not a text format: image/png" in text
    assert "COUNT(NAME) &gt; 0" in text
    assert "Entities by label" in text
    assert text.count("<svg") == 2
    assert text.count("As a table") == 2


def test_labels_are_filtered_everywhere(storage: LocalStorage, reader: ResultReader) -> None:
    found = scanned("a.txt", "Ann 2024", [("Ann", "NAME"), ("2024", "DATE")])

    for reveal in (False, True):
        text = page_of(storage, reader, found, labels=["DATE"], reveal=reveal)
        assert "DATE" in text
        assert "NAME" not in text


def test_a_large_report_is_cut_and_says_so(storage: LocalStorage, reader: ResultReader) -> None:
    row, (entity,) = scanned("a.txt", "Ann", [("Ann", "NAME")])
    many = page_of(storage, reader, (row, [entity] * (MOST_ENTITIES + 1)))
    few = page_of(storage, reader, (row, [entity] * MOST_ENTITIES))

    assert many.count('<tr><th scope="row"><bdi>a.txt') == MOST_ENTITIES + 1  # and once behind the heat table
    assert "The first 1,000 entities" in many
    assert "The first 1,000 entities" not in few


def test_an_empty_report_is_a_page_too(storage: LocalStorage, reader: ResultReader) -> None:
    text = page_of(storage, reader, state="failed", failure=f"No {NASTY}", started_at=None, finished_at=None)

    Page(text.encode())
    assert "The report failed: No &lt;script&gt;" in text
    assert "Nothing was found." in text
