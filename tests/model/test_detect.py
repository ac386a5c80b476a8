from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nerproc
from nerproc.errors import InvalidRequest, NotFound, PatternError
from nerproc.model.registry import cards, load
from nerproc.model.scanner import scanner_for, validate
from nerproc.schema.name import PATTERNS
from nerproc.schema.report import LocalSource, ReportRequest

TEXT = "Write to ada@example.com, card 4111 1111 1111 1111, case EMP-123."


class Piece:
    def __init__(self, text: str) -> None:
        self.text = text

    def location(self, _offset: int) -> None:
        return None

    def hint(self, _offset: int) -> str:
        return ""


def request(**fields: object) -> ReportRequest:
    return ReportRequest(source=LocalSource(paths=["/x"]), **{"model": PATTERNS, **fields})  # type: ignore[arg-type]


detect = partial(nerproc.detect, model=PATTERNS)


def scan(text: str, **fields: object) -> list[tuple[str, str]]:
    wanted = request(**fields)
    model = load(wanted.model)
    validate(wanted, model.card())
    return [(entity.label, entity.text) for entity in scanner_for(wanted, model).scan([Piece(text)], "x")]


def test_finds_entities_of_a_text() -> None:
    assert [(e.object, e.label, e.text) for e in detect(TEXT)] == [
        ("", "EMAIL", "ada@example.com"),
        ("", "CARD_NUMBER", "4111 1111 1111 1111"),
    ]
    assert all(TEXT[e.start : e.end] == e.text for e in detect(TEXT, threshold=0))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200))
def test_offsets_are_those_of_the_text(text: str) -> None:
    text += TEXT
    assert all(text[e.start : e.end] == e.text for e in detect(text, threshold=0))


def test_labels_are_a_filter_and_custom_tags_come_on_top() -> None:
    found = detect(TEXT, labels=["EMAIL"], custom_tags={"CASE": r"EMP-\d+"})
    assert [(e.label, e.source) for e in found] == [("EMAIL", "pattern"), ("CASE", "custom")]
    assert [e.label for e in detect(TEXT, labels=["CASE"], custom_tags={"CASE": r"EMP-\d+"})] == ["CASE"]
    assert detect(TEXT, labels=[]) == []


def test_custom_tags_win_over_what_they_overlap() -> None:
    assert [e.label for e in detect(TEXT, custom_tags={"WHO": r"ada@\w+"})] == ["WHO", "CARD_NUMBER"]


@pytest.mark.parametrize("threshold", [-0.1, 1.1])
def test_thresholds_are_from_0_to_1(threshold: float) -> None:
    with pytest.raises(InvalidRequest, match="threshold"):
        detect(TEXT, threshold=threshold)


def test_unknown_names_are_answered_with_those_that_exist() -> None:
    with pytest.raises(InvalidRequest, match="NOPE") as label:
        detect(TEXT, labels=["EMAIL", "NOPE"])
    assert "EMAIL" in str(label.value.hint)
    with pytest.raises(NotFound) as model:
        detect(TEXT, model="nope")
    assert "patterns" in str(model.value.hint)
    with pytest.raises(InvalidRequest, match="not a label"):
        detect(TEXT, custom_tags={"lower": "a"})
    with pytest.raises(PatternError):
        detect(TEXT, custom_tags={"BAD": "("})


def test_threads_may_share_it() -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(detect, [TEXT] * 40))
    assert all(result == results[0] for result in results)


def test_long_texts_are_read_in_windows() -> None:
    text = ("word " * 300_000) + TEXT
    assert [e.label for e in detect(text)] == ["EMAIL", "CARD_NUMBER"]
    assert all(text[e.start : e.end] == e.text for e in detect(text))


def test_the_models_and_their_labels() -> None:
    card = load("patterns").card()
    assert card in cards()
    assert card.labels == sorted(card.labels)
    assert set(card.labels) >= {
        "EMAIL", "URL", "PHONE_NUMBER", "SSN", "CARD_NUMBER", "ID_NUMBER", "IBAN", "IP_ADDRESS", "MAC_ADDRESS",
        "CRYPTO_ADDRESS", "VIN", "LICENSE_PLATE", "DATE", "SECRET",
    }  # fmt: skip


def test_a_request_decides_what_is_found() -> None:
    assert scan(TEXT) == [("EMAIL", "ada@example.com"), ("CARD_NUMBER", "4111 1111 1111 1111")]
    assert scan(TEXT, labels=["EMAIL"]) == [("EMAIL", "ada@example.com")]
    assert scan(TEXT, threshold=1.0, thresholds={"CARD_NUMBER": 1.0}, labels=["CARD_NUMBER"]) != []
    assert scan(TEXT, allow=["ada@example.com"]) == [("CARD_NUMBER", "4111 1111 1111 1111")]
    assert scan(TEXT, allow_patterns=[r".*@example\.com"]) == [("CARD_NUMBER", "4111 1111 1111 1111")]
    assert ("NAME", "ada") not in scan(TEXT, deny={"NAME": ["ad"]})
    assert ("CASE", "EMP-123") in scan(TEXT, deny={"CASE": ["emp-123"]})
    assert scan("2125551234", threshold=0.0, labels=["PHONE_NUMBER"])[0] == ("PHONE_NUMBER", "2125551234")


def test_a_request_is_checked_at_submit() -> None:
    for wrong, error in [
        (request(model="x"), NotFound),
        (request(labels=["NOPE"]), InvalidRequest),
        (request(custom_tags={"A": "("}), PatternError),
        (request(allow_patterns=["("]), PatternError),
    ]:
        with pytest.raises(error):
            validate(wrong, load(wrong.model).card())
    wanted = request(labels=["A", "EMAIL"], custom_tags={"A": "a"})
    validate(wanted, load(wanted.model).card())
