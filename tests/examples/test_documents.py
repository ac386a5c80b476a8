"""The example documents hold what `examples/expected.jsonl` says, and nerproc finds it there.

White space is compared as people read it: a no-break space or the end of a line counts as a space.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import nerproc
from nerproc.detection.scan import Scanner
from nerproc.extraction.errors import Skipped
from nerproc.extraction.extract import open_document
from nerproc.model.registry import load
from nerproc.model.scanner import build

EXAMPLES = Path(__file__).parents[2] / "examples"
DOCUMENTS = EXAMPLES / "documents"
SKIPPED = ("forms/loan_application_encrypted.pdf", "pictures/office_whiteboard.png")
WITHOUT_ENTITIES = (
    "notes/untitled.txt",
    "prose/a_scandal_in_bohemia.txt",
    "prose/the_masque_of_the_red_death.txt",
)


def plain_spaces(text: str) -> str:
    return " ".join(text.split())


def lines(name: str) -> list[dict[str, Any]]:
    listed = [json.loads(line) for line in (EXAMPLES / name).read_text(encoding="utf-8").splitlines()]
    return [{**line, "text": plain_spaces(line["text"])} for line in listed]


def by_object(name: str) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for line in lines(name):
        grouped.setdefault(line["object"], []).append(line)
    return grouped


@cache
def text_of(name: str) -> str:
    return nerproc.extract(DOCUMENTS / name)


@cache
def scanner() -> Scanner:
    return build(model=load("patterns"))


@cache
def entities_of(name: str) -> list[nerproc.Entity]:
    """What a scan finds: unlike `nerproc.detect`, it knows the headers of columns and the paths of values."""
    with (DOCUMENTS / name).open("rb") as stream:
        return list(scanner().scan(open_document(stream, name).segments(), name))


EXPECTED = by_object("expected.jsonl")
HARD_NEGATIVES = by_object("hard_negatives.jsonl")


def test_each_document_is_accounted_for():
    names = {path.relative_to(DOCUMENTS).as_posix() for path in DOCUMENTS.rglob("*") if path.is_file()}

    assert names == {*EXPECTED, *SKIPPED, *WITHOUT_ENTITIES}
    assert names >= set(HARD_NEGATIVES)


@pytest.mark.parametrize("name", EXPECTED)
def test_extraction_keeps_each_expected_text(name: str):
    text = plain_spaces(text_of(name))

    assert [line["text"] for line in EXPECTED[name] if line["text"] not in text] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_detection_finds_each_expected_entity(name: str):
    found = {(entity.label, plain_spaces(entity.text)): entity.kind for entity in entities_of(name)}

    assert [line for line in EXPECTED[name] if (line["label"], line["text"]) not in found] == []
    for line in EXPECTED[name]:
        assert line["kind"] in {None, found[line["label"], line["text"]]}


@pytest.mark.parametrize("name", HARD_NEGATIVES)
def test_extraction_keeps_each_hard_negative(name: str):
    text = plain_spaces(text_of(name))

    assert [line["text"] for line in HARD_NEGATIVES[name] if line["text"] not in text] == []


@pytest.mark.parametrize("name", HARD_NEGATIVES)
def test_detection_leaves_hard_negatives_alone(name: str):
    text = text_of(name)
    wrong = [
        (entity.label, entity.text)
        for line in HARD_NEGATIVES[name]
        for match in re.finditer(rf"(?<![\w/]){re.escape(line['text'])}(?![\w/])", text)
        for entity in entities_of(name)
        if entity.label == line["not_label"] and entity.start < match.end() and match.start() < entity.end
    ]

    assert wrong == []


@pytest.mark.parametrize("name", SKIPPED)
def test_what_cannot_be_read_is_skipped_with_a_reason(name: str):
    with pytest.raises(Skipped) as caught:
        text_of(name)

    assert str(caught.value)


def test_an_empty_document_has_no_text():
    assert text_of("notes/untitled.txt") == ""


@pytest.mark.parametrize("name", [*EXPECTED, *WITHOUT_ENTITIES])
def test_offsets_point_at_the_text(name: str):
    text = text_of(name)

    assert all(text[entity.start : entity.end] == entity.text for entity in entities_of(name))


@pytest.mark.parametrize("name", [name for name in WITHOUT_ENTITIES if name.startswith("prose/")])
def test_novels_hold_nothing_but_dates(name: str):
    assert {entity.label for entity in entities_of(name)} <= {"DATE"}
