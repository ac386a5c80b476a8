"""Which span answers which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.train.samples import samples

from nerproc.train.match import pairs
from nerproc.train.sample import Sample, Span

A, B = "A", "B"


@pytest.mark.parametrize(
    ("expected", "found", "mistakes"),
    [
        ([(0, 3, A)], [(0, 3, A)], [None]),
        ([(0, 3, A)], [(0, 3, A), (0, 3, A)], [None]),
        ([(0, 3, A)], [(0, 3, B)], ["label"]),
        ([(0, 3, A)], [(0, 4, A)], ["borders"]),
        ([(0, 3, A)], [(1, 2, B)], ["label"]),
        ([(0, 3, A)], [(3, 4, A)], ["missed", "spurious"]),
        ([(0, 3, A)], [], ["missed"]),
        ([], [(0, 3, A)], ["spurious"]),
        # one answer each: the equal one first, then one of the same label, then the longest overlap
        ([(0, 3, A)], [(0, 3, A), (1, 4, A)], [None, "spurious"]),
        ([(0, 4, A)], [(0, 1, A), (1, 4, B)], ["borders", "spurious"]),
        ([(0, 9, A)], [(0, 2, A), (3, 9, A)], ["spurious", "borders"]),
        ([(0, 3, A), (3, 6, A)], [(0, 6, A)], ["borders", "missed"]),
        ([(0, 3, A), (3, 9, B)], [(2, 8, B)], ["missed", "borders"]),
    ],
)
def test_pairs(
    expected: list[tuple[int, int, str]], found: list[tuple[int, int, str]], mistakes: list[str | None]
) -> None:
    made = pairs([Span(*one) for one in expected], [Span(*one) for one in found])
    assert [pair.mistake for pair in made] == mistakes


@given(samples(), st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9), st.sampled_from(["NAME", "CITY"]))))
def test_every_span_is_in_one_pair(sample: Sample, others: list[tuple[int, int, str]]) -> None:
    found = {Span(start, start + length, label) for start, length, label in others} | set(sample.spans[::2])
    made = pairs(sample.spans, found)
    assert sorted(pair.expected for pair in made if pair.expected) == list(sample.spans)
    assert {pair.found for pair in made if pair.found} == found
    assert len([pair for pair in made if pair.found]) == len(found)
    assert {pair.found for pair in made if pair.correct} == found & set(sample.spans)
    for pair in made:
        if pair.expected and pair.found:
            assert pair.expected.start < pair.found.end
            assert pair.found.start < pair.expected.end
