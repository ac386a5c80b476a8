"""The built-in model `basic`, which is used where no other is named, and the others that are folders."""

from __future__ import annotations

import random
from inspect import signature

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detection.piece import Piece, cut

import nerproc
from nerproc.detection import window as windows
from nerproc.detection.scan import Scanner
from nerproc.errors import InvalidRequest
from nerproc.model.folder import REPLAY, built_in, built_in_names, describe
from nerproc.model.registry import cards, load
from nerproc.model.scanner import build
from nerproc.schema.name import BASIC, PATTERNS
from nerproc.schema.report import ReportRequest

LEARNT = {"ADDRESS", "DATE", "LOCATION", "NAME", "ORGANIZATION"}
MET = "Angela Merkel met Barack Obama in Berlin."
MAIL = "Hugo Brown lives in London. Write to ada@example.com, card 4111 1111 1111 1111."


def found(text: str, **wanted: object) -> list[tuple[str, str]]:
    return [(entity.label, entity.text) for entity in nerproc.detect(text, **wanted)]  # type: ignore[arg-type]


def test_it_is_the_model_of_who_names_none() -> None:
    assert signature(nerproc.detect).parameters["model"].default == BASIC
    assert ReportRequest.model_fields["model"].default == BASIC
    assert nerproc.detect(MAIL) == nerproc.detect(MAIL, model=BASIC) != nerproc.detect(MAIL, model=PATTERNS)


def test_it_is_listed_with_what_it_finds() -> None:
    card = load(BASIC).card()
    assert card in cards()
    assert card.origin == "built-in"
    assert set(card.labels) == LEARNT | set(load(PATTERNS).labels)
    assert card.labels == sorted(card.labels)
    assert load(PATTERNS).version in card.version, "what patterns find changes what it finds"


@pytest.mark.parametrize("name", built_in_names())
def test_names_and_places_are_found(name: str) -> None:
    assert found(MET, model=name) == [
        ("NAME", "Angela Merkel"),
        ("NAME", "Barack Obama"),
        ("LOCATION", "Berlin"),
    ]
    assert found(MET, model=PATTERNS) == []


def test_what_patterns_find_is_found_as_they_find_it() -> None:
    by_patterns = nerproc.detect(MAIL, model=PATTERNS)
    assert [entity.label for entity in by_patterns] == ["EMAIL", "CARD_NUMBER"]
    both = nerproc.detect(MAIL)
    assert [entity for entity in both if entity.source == "pattern"] == by_patterns
    assert [(entity.label, entity.text) for entity in both if entity.source == "tagger"] == [
        ("NAME", "Hugo Brown"),
        ("LOCATION", "London"),
    ]


def test_labels_are_a_filter_over_both() -> None:
    assert found(MAIL, labels=["NAME"]) == [("NAME", "Hugo Brown")]
    assert found(MAIL, labels=["EMAIL"]) == [("EMAIL", "ada@example.com")]
    assert found(MAIL, labels=["EMAIL", "NAME"]) == [("NAME", "Hugo Brown"), ("EMAIL", "ada@example.com")]
    with pytest.raises(InvalidRequest, match="NOPE"):
        found(MAIL, labels=["NOPE"])


@pytest.mark.parametrize("name", built_in_names())
def test_the_folders_that_come_with_nerproc_are_whole(name: str) -> None:
    folder = built_in(name)
    assert folder is not None
    description = describe(folder)
    assert description.name == name
    assert set(description.labels) == LEARNT
    assert description.patterns
    assert (folder / REPLAY).is_file() == (REPLAY in description.files)
    assert {path.name for path in folder.iterdir()} == {"model.json", *description.files}


WORDS = (
    *("Angela Merkel", "met", "in", "Berlin", "Dr. Hugo Brown", "12 May 2024", "Acme Corp.", "ada@example.com"),
    *("lives at 12 High Street", "London", "the", "and", "\n\n", "\t", "123-45", "東京", "é", "x" * 30),
)


@pytest.fixture(scope="module", params=[PATTERNS, BASIC])
def scanner(request: pytest.FixtureRequest) -> Scanner:
    return build(model=load(request.param))


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 3_000), max_size=8))
def test_entities_do_not_depend_on_how_the_text_arrives(scanner: Scanner, seed: int, places: list[int]) -> None:
    draw = random.Random(seed)
    text = " ".join(draw.choice(WORDS) for _ in range(300))
    whole = list(scanner.scan([Piece(text)], ""))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("WINDOW", 1024), ("OVERLAP", 512), ("SEEK", 64)):
            patch.setattr(windows, name, value)
        in_parts = list(scanner.scan(cut(text, *places), ""))
    assert in_parts == whole
    assert "EMAIL" in {entity.label for entity in whole}
    assert all(text[entity.start : entity.end] == entity.text for entity in whole)


@settings(max_examples=10)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join), max_size=6))
def test_documents_that_are_scanned_together_have_the_entities_of_each(
    scanner: Scanner, texts: list[str]
) -> None:
    together = scanner.scan_all([([Piece(text)], f"{place}") for place, text in enumerate(texts)])
    assert together == [list(scanner.scan([Piece(text)], f"{place}")) for place, text in enumerate(texts)]
