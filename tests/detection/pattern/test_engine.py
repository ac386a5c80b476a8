"""The engine finds what the simple definition finds, whatever it leaves out on the way."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detection.pattern import slow

from nerproc.detection.pattern.engine import PatternDetector
from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.table import patterns
from nerproc.detection.span import Span

DOCUMENTS = Path(__file__).parents[3] / "examples" / "documents"

# Values, the words that stand beside them, and what breaks offsets and boundaries.
PIECES = [
    *"0123456789", *" \n\t.,;:-/()+@#_'\"=", *"abXYzéßЖ中😀\u00a0\u2019\ud800\0",
    "a@b.com", "ada.lopez@example.org", "http://x.com/a", "www.example.com", "example.com", "212-555-1234",
    "(212) 555-1234", "+1 212 555 1234", "+49 30 901820", "2125551234", "4111 1111 1111 1111",
    "4111111111111111", "123-45-6789", "123456789", "GB33BUKB20201555555555", "DE89 3704 0044 0532 0130 00",
    "10.1.2.3", "1.2.3.4", "::1", "2001:db8::1", "00:1A:2B:3C:4D:5E", "2024-12-31", "31/12/2024", "5 May 2020",
    "Dec 31, 2024", "12/24", "20241231",
    "1HGCM82633A004352", "AKIAIOSFODNN7EXAMPLE", "password: hunter22", "AB123456C", "X1234567", "943 476 5919",
    "phone", "call", "ssn", "card", "passport", "accountNumber", "tax_id", "SSNs", "téléphone", "版本",
    "version ", "date", "NHS", "social security", "driver's license", "aws secret ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.lists(
    st.sampled_from(PIECES), max_size=20
).map(" ".join)


@cache
def detector(floor: float) -> PatternDetector:
    return PatternDetector(patterns(), floor=lambda _: floor)


def compare(text: str, floor: float, hint: Callable[[int], str] | None = None) -> None:
    expected = slow.find(patterns(), text, hint, floor=lambda _: floor)
    assert sorted(detector(floor).detect(text, hint), key=str) == sorted(expected, key=str)


@settings(max_examples=80, deadline=None)
@given(TEXTS, st.sampled_from([0.0, 0.5]))
def test_equals_the_simple_definition(text: str, floor: float) -> None:
    compare(text, floor)


@settings(max_examples=25, deadline=None)
@given(TEXTS, st.sampled_from(["", "phone", "customer.ssn", "card number", "passportNo"]))
def test_equals_the_simple_definition_with_hints(text: str, words: str) -> None:
    compare(text, 0.5, lambda offset: words if offset % 2 else "")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.sampled_from([None, "phone", "card number"])), max_size=5))
def test_texts_given_together_have_the_matches_of_each(texts: list[tuple[str, str | None]]) -> None:
    asked = [(text, None if words is None else lambda _, words=words: words) for text, words in texts]
    assert detector(0.5).detect_all(asked) == [detector(0.5).detect(text, hint) for text, hint in asked]


@pytest.mark.parametrize("floor", [0.0, 0.5])
def test_equals_the_simple_definition_on_documents(floor: float) -> None:
    files = sorted(
        file for file in DOCUMENTS.rglob("*") if file.suffix in {".txt", ".md", ".csv", ".json", ".log"}
    )
    assert files
    for file in files[:12]:
        compare(file.read_text(encoding="utf-8", errors="replace")[:10_000], floor)


def test_equals_the_simple_definition_far_from_the_start() -> None:
    compare("x" * 70_000 + " – call 2125551234 – " + "é" * 5_000 + " ssn 123456789 ", 0.5)


def test_a_text_of_other_scripts_keeps_offsets() -> None:
    text = "почта 😀 ada@example.com 中文 card 4111 1111 1111 1111 конец"
    spans = detector(0.5).detect(text)
    assert {text[span.start : span.end] for span in spans} >= {"ada@example.com", "4111 1111 1111 1111"}


def test_a_lone_surrogate_is_no_obstacle() -> None:
    text = "\ud800 ada@example.com \udfff"
    (span,) = (span for span in detector(0.5).detect(text) if span.label == "EMAIL")
    assert text[span.start : span.end] == "ada@example.com"


ROWS = (
    Pattern("LAZY", r"a{2,4}?", 1.0),
    Pattern("CHOICE", r"(?:aa|aaa)b?", 1.0),
    Pattern("OPTIONAL", r"\d+(?:-\d+)?", 1.0),
    Pattern("GATED", r"(?<!b)a+(?=b)", 1.0, gate=r"a"),
    Pattern("PREFIXED", r"[ab]*@\d", 1.0, gate=r"@\d", prefix="ab"),
    Pattern("ANCHORED", r"(?<![ab])[ab]*@\d", 1.0, gate=r"@\d", prefix="ab"),
    Pattern("WORD", r"\b[a-z]+\d\b", 1.0, gate=r"[A-Z]\d", prefix="abAB", ignore_case=True),
    Pattern("CASELESS", r"ab?", 1.0, ignore_case=True),
    Pattern("LATER", r"(?<!\w)(?!1)[12](?:[- ][12])?(?!\w)", 1.0, gate=r"[12](?:[- ][12])?"),
    Pattern("EITHER", r"(?<!\w)2a|a1?", 1.0, gate=r"2?a1?"),
)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="aAbB@1-é 2", max_size=30))
def test_every_way_to_match_is_that_of_finditer(text: str) -> None:
    rows = PatternDetector(ROWS)
    assert sorted(rows.detect(text), key=str) == sorted(slow.find(ROWS, text), key=str)


def test_matches_over_the_longest_entity_are_dropped() -> None:
    rows = PatternDetector((Pattern("A", r"a+", 1.0),))
    assert rows.detect("a" * 8_193) == []
    assert rows.detect("a" * 8_192) == [Span(0, 8_192, "A", None, 1.0, "pattern", False)]


def test_the_cache_is_used_and_may_be_damaged(tmp_path: Path) -> None:
    rows = (Pattern("A", r"a\d", 1.0),)
    expected = PatternDetector(rows, cache=tmp_path).detect("a1")
    (file,) = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    assert PatternDetector(rows, cache=tmp_path).detect("a1") == expected
    assert file.stat().st_mtime_ns == written
    file.write_bytes(b"damaged")
    assert PatternDetector(rows, cache=tmp_path).detect("a1") == expected


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert PatternDetector((Pattern("A", r"a\d", 1.0),), cache=blocked / "cache").detect("a1")


def test_no_patterns_find_nothing() -> None:
    assert PatternDetector(()).detect("a@b.com") == []
