from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detection.piece import Piece, cut

from nerproc.detection import window as module
from nerproc.detection.pattern.engine import PatternDetector
from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.scan import Scanner, ScanOptions
from nerproc.detection.threshold import Thresholds
from nerproc.schema.entity import Entity

ROWS = (
    Pattern("NUMBER", r"\b\d{3}-\d{2}\b", 0.6),
    Pattern("ID", r"\b\d{5}\b", 0.2, context=("id", "account")),
    Pattern("ID", r"\b[A-Z]\d{4}\b", 0.7, kind="letter"),
    Pattern("LONG", r"\b\d{3}-\d{2} [a-z]+\b", 0.5),
)


def scanner(**options: object) -> Scanner:
    chosen = ScanOptions(**options)  # type: ignore[arg-type]
    return Scanner([PatternDetector(ROWS, floor=chosen.thresholds.of)], chosen)


def scan(pieces: Sequence[Piece], **options: object) -> list[Entity]:
    return list(scanner(**options).scan(pieces, "a.txt"))


def test_an_entity_says_what_where_and_between_what() -> None:
    (entity,) = scan([Piece("x" * 60 + " ", 1), Piece("123-45 " + "Y" * 60, 2)])
    assert entity == Entity(
        "a.txt",
        61,
        67,
        "NUMBER",
        None,
        "123-45",
        0.6,
        "pattern",
        "x" * 39 + " ",
        " " + "Y" * 39,
        entity.location,
    )
    assert entity.location is not None
    assert (entity.location.page, entity.location.row) == (2, 0)
    with pytest.raises(AttributeError):
        entity.text = ""  # type: ignore[misc]


def test_hints_are_context() -> None:
    assert scan([Piece("12345")]) == []
    assert [entity.text for entity in scan([Piece("12345", over="customer.accountId")])] == ["12345"]


def test_thresholds_by_label_come_before_the_common_one() -> None:
    pieces = [Piece("A1234 and 123-45, and 12345")]
    assert [e.label for e in scan(pieces)] == ["ID", "NUMBER"]
    assert [e.label for e in scan(pieces, thresholds=Thresholds(0.65))] == ["ID"]
    assert [e.label for e in scan(pieces, thresholds=Thresholds(0.65, {"NUMBER": 0.5}))] == ["ID", "NUMBER"]
    assert [e.label for e in scan(pieces, thresholds=Thresholds(by_label={"ID": 0.0}))] == [
        "ID",
        "NUMBER",
        "ID",
    ]


def test_threshold_zero_keeps_what_overlaps() -> None:
    pieces = [Piece("123-45 abc")]
    assert [e.label for e in scan(pieces)] == ["LONG"]
    assert [e.label for e in scan(pieces, thresholds=Thresholds(0.0))] == ["NUMBER", "LONG"]


def test_the_same_span_twice_is_shown_once() -> None:
    rows = (Pattern("A", "a+", 0.3), Pattern("A", "[a]+", 0.4), Pattern("A", "a+", 0.2, kind="k"))
    found = Scanner([PatternDetector(rows)], ScanOptions(Thresholds(0.0))).scan([Piece("aa")], "")
    assert [(e.kind, e.score) for e in found] == [(None, 0.4), ("k", 0.2)]


def test_allowed_texts_are_left_out_before_anything_else_is_decided() -> None:
    pieces = [Piece("123-45 abc")]
    assert [e.label for e in scan(pieces, allow=frozenset({"123-45 abc"}))] == ["NUMBER"]
    refused: Callable[[str], bool] = lambda text: text.startswith("123")  # noqa: E731
    assert scan(pieces, allowed=refused) == []


def random_text(seed: int, words: int) -> str:
    rng = random.Random(seed)
    values = ["123-45", "12345", "A1234", "id", "account", "lorem", "ipsum", "é", "\n", "123-45 abc", "x" * 30]
    return " ".join(rng.choice(values) for _ in range(words))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 60), st.sampled_from(["", "account"])), max_size=6)
)
def test_documents_that_are_scanned_together_have_the_entities_of_each(
    texts: list[tuple[int, int, str]],
) -> None:
    documents = [
        (cut(random_text(seed, words), 40, 90), over, f"{number}.txt")
        for number, (seed, words, over) in enumerate(texts)
    ]
    for pieces, over, _ in documents:
        for piece in pieces:
            piece.over = over
    together = scanner().scan_all([(pieces, name) for pieces, _, name in documents])
    assert together == [list(scanner().scan(pieces, name)) for pieces, _, name in documents]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 3_000), max_size=8), st.sampled_from([0.0, 0.5]))
def test_entities_do_not_depend_on_how_the_text_arrives(seed: int, places: list[int], threshold: float) -> None:
    text = random_text(seed, 300)
    whole = scan([Piece(text)], thresholds=Thresholds(threshold))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("WINDOW", 512), ("OVERLAP", 256), ("SEEK", 64)):
            patch.setattr(module, name, value)
        in_parts = scan(cut(text, *places), thresholds=Thresholds(threshold))
    assert in_parts == whole
    assert all(text[e.start : e.end] == e.text for e in in_parts)
    assert in_parts == sorted(in_parts, key=lambda e: (e.start, e.end, e.label))
