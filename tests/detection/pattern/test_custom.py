from __future__ import annotations

import time

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from nerproc.detection.pattern import custom, trial
from nerproc.detection.pattern.custom import CustomDetector, CustomTag, deny_tag
from nerproc.errors import PatternError

# By the way each runs: located by hyperscan, behind a gate, under `regex` alone.
EXPRESSIONS = [
    r"EMP-\d{3}", r"a+b?", r"(?:aa|aaa)b?", r"\bé?\w+\b", r"(?i)emp", r"[a-e]{2,3}?", r"a|ab|abc",
    r"\d+(?:-\d+)?", r"(?<!a)b+", r"(a|b)\1", r"(?>a+)b", r"a++b", r"\w+(?=-)", r"^a", r"b$", r"(?m)^\w+$",
    r"\p{Lu}+", r"[^\W\d]+", r"\w{1,64}@\w{1,64}", r"a{,2}b", r"(?:ab){e<=1}",
    r"\N{LATIN SMALL LETTER E WITH ACUTE}", r"\u00e9+", r"(?a)\w+", r"a.b", r"(?s)a.+?b", r"\s+a", r"(?r)ab+",
    r"x*+y",
]  # fmt: skip
TEXTS = st.text(alphabet="abcdeEMP-123é @\nßx y中\ud800\x1c", max_size=40)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_way_gives_what_finditer_gives(expression: str) -> None:
    detector = CustomDetector([CustomTag("TAG", expression)])

    @settings(max_examples=25, deadline=None)
    @given(TEXTS)
    def check(text: str) -> None:
        expected = sorted(m.span() for m in regex.finditer(expression, text) if m[0])
        assert sorted((span.start, span.end) for span in detector.detect(text)) == expected

    check()


def test_spans_say_that_a_user_asked_for_them() -> None:
    (span,) = CustomDetector([CustomTag("EMP", r"E-\d+")]).detect("see E-12")
    assert span == (4, 8, "EMP", None, 1.0, "custom", False)


def test_many_tags_keep_apart() -> None:
    tags = [
        CustomTag(f"T{number}", rf"{number}x+(?=y)" if number % 2 else f"{number}x+") for number in range(40)
    ]
    found = CustomDetector(tags).detect("7xxy 8xx 39xy é"[:-2])
    assert {(span.label, span.start) for span in found} >= {("T7", 0), ("T8", 5), ("T39", 9), ("T9", 10)}


@pytest.mark.parametrize(
    ("expression", "position"),
    [("(a", 2), ("[z-a]", 4), ("a*", 0), (r"\b", 0), ("(?=a)", 0), ("", 0), ("x|", 0)],
)
def test_bad_and_empty_expressions_are_refused(expression: str, position: int) -> None:
    with pytest.raises(PatternError) as raised:
        trial.check([CustomTag("OK", "a"), CustomTag("BAD", expression)])
    assert raised.value.tag == "BAD"
    assert raised.value.position == position
    assert "BAD" in raised.value.message


def test_expressions_tried_apart_are_refused_alike() -> None:
    with pytest.raises(PatternError) as raised:
        trial.check([CustomTag("OK", "a{3}"), CustomTag("BAD", "a{2}(")])
    assert (raised.value.tag, raised.value.position) == ("BAD", 5)


def test_compiling_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "LIMIT", 1.5)
    began = time.monotonic()
    with pytest.raises(PatternError, match="too l") as raised:
        trial.check([CustomTag("SLOW", "(?:" * 3 + "a{9000}b?){900}){900}){90}")])
    assert time.monotonic() - began < 10
    assert raised.value.tag == "SLOW"


@pytest.mark.parametrize("expression", ["(a+)+$", "(?<!c)(a+)+$", "(a|aa)+$"])
def test_catastrophic_expressions_end_and_say_so(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom, "BUDGET", 0.1)
    detector = CustomDetector([CustomTag("BAD", expression), CustomTag("GOOD", "ab")])
    began = time.monotonic()
    found = detector.detect("a" * 1_000_000 + "b\n" + "é")
    assert time.monotonic() - began < 10
    assert "GOOD" in {span.label for span in found}


def test_what_was_found_before_the_budget_ran_out_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom, "BUDGET", 0.1)
    detector = CustomDetector([CustomTag("TAG", r"start|(?<=x)(a+)+c")])
    found = detector.detect("start x" + "a" * 5_000 + "é")
    assert [(span.start, span.end) for span in found] == [(0, 5)]
    assert ["TAG" in warning for warning in detector.warnings] == [True]


def test_floods_of_events_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom, "MAX_EVENTS", 10)
    assert len(CustomDetector([CustomTag("A", "a+")]).detect("a " * 100)) == 100


def test_matches_over_the_longest_entity_are_dropped() -> None:
    for text in ("a" * 8_193, "a" * 8_193 + "é"):
        assert CustomDetector([CustomTag("A", "a+")]).detect(text) == []


def test_denied_texts_are_whole_words_in_any_case() -> None:
    detector = CustomDetector([deny_tag("NAME", ["Ann", "Ann Lee", "C++", "Zoë", " "])])
    text = "ann Lee, Annie, ANN c++ and zoë; banns"
    assert [text[span.start : span.end] for span in detector.detect(text)] == ["ann Lee", "ANN", "c++", "zoë"]
