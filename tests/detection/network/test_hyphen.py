from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerproc.detection.network.hyphen import with_both_parts
from nerproc.detection.span import Span
from nerproc.schema.entity import MAX_ENTITY_LENGTH


def spans_of(text: str, *parts: str, label: str = "NAME") -> list[Span]:
    places = [(text.index(part), text.index(part) + len(part)) for part in parts]
    return [Span(start, end, label, None, 0.9, "tagger", validated=False) for start, end in places]


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("Mme Solange Vauquelin-Diop, Lyon", "Solange Vauquelin", "Solange Vauquelin-Diop"),
        ("dear Nadia Okonkwo-Reyes", "Reyes", "Okonkwo-Reyes"),
        ("Anne-Marie-Louise d'Orléans", "Anne", "Anne-Marie-Louise"),
        ("Ann O’Neil\u2011D'Arcy", "Ann O’Neil", "Ann O’Neil\u2011D'Arcy"),
        ("Łucja Żak-Śliwa.", "Łucja Żak", "Łucja Żak-Śliwa"),
    ],
)
def test_a_name_has_both_parts(text: str, part: str, whole: str) -> None:
    [found] = with_both_parts(text, spans_of(text, part))
    assert text[found.start : found.end] == whole


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a Smith-led team", "Smith"),
        ("Smith-", "Smith"),
        ("-Smith", "Smith"),
        ("Smith -Jones", "Smith"),
        ("Smith-3B", "Smith"),
        ("4K-Smith", "Smith"),
        ("Boeing 747-Smith", "Boeing 747"),
        ("smith-Jones", "smith"),
    ],
)
def test_other_words_do_not_belong_to_a_name(text: str, part: str) -> None:
    spans = spans_of(text, part)
    assert with_both_parts(text, spans) == spans


def test_what_is_an_entity_by_itself_stays_one() -> None:
    text = "the Bush-Cheney campaign"
    spans = spans_of(text, "Bush", "Cheney")
    assert with_both_parts(text, spans) == spans


def test_only_names_are_made_whole() -> None:
    text = "the Paris-Nice race"
    spans = spans_of(text, "Paris", label="LOCATION")
    assert with_both_parts(text, spans) == spans


def test_no_name_becomes_longer_than_entities_may_be() -> None:
    text = "Ann-B" + "o" * MAX_ENTITY_LENGTH
    spans = spans_of(text, "Ann")
    assert with_both_parts(text, spans) == spans


@pytest.mark.parametrize(
    ("text", "parts", "names"),
    [
        ("Hi Bob - Sarah-Jane lives here", ["Bob - Sarah-Jane"], ["Bob", "Sarah-Jane"]),
        ("Eve Adams – Tom Baker — me", ["Eve Adams – Tom Baker —"], ["Eve Adams", "Tom Baker"]),
        ("for Sarah-Jane Whitfield", ["Sarah-", "Jane Whitfield"], ["Sarah-Jane Whitfield"]),
        ("for Sarah- and Jane", ["Sarah-", "Jane"], ["Sarah", "Jane"]),
        ("for Sarah -", ["Sarah -"], ["Sarah"]),
    ],
)
def test_a_hyphen_joins_what_it_touches_and_parts_the_rest(
    text: str, parts: list[str], names: list[str]
) -> None:
    found = with_both_parts(text, spans_of(text, *parts))
    assert [text[span.start : span.end] for span in found] == names


def test_a_span_of_hyphens_alone_is_no_name() -> None:
    assert with_both_parts("a -- b", spans_of("a -- b", "--")) == []


def letters(text: str, spans: list[Span]) -> set[int]:
    """Where there are letters in the spans."""
    return {place for span in spans for place in range(span.start, span.end) if text[place].isalpha()}


@given(st.text(alphabet="Ab- é\u2010", max_size=30), st.sets(st.integers(0, 30), max_size=8))
def test_entities_stay_apart_and_keep_what_they_had(text: str, bounds: set[int]) -> None:
    places = sorted(bound for bound in bounds if bound <= len(text))
    spans = [
        Span(start, end, "NAME", None, 0.5, "tagger", validated=False)
        for start, end in zip(places[::2], places[1::2], strict=False)
    ]
    found = with_both_parts(text, spans)
    assert letters(text, spans) <= letters(text, found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert with_both_parts(text, found) == found
