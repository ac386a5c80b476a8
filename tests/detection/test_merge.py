from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nerproc.detection.merge import merge
from nerproc.detection.span import Span


def span(start: int, end: int, source: str = "pattern", score: float = 0.5, *, validated: bool = False) -> Span:
    return Span(start, end, "NAME", None, score, source, validated)


def test_custom_then_validated_then_sure_then_others() -> None:
    custom, proved = span(0, 3, "custom"), span(2, 9, validated=True)
    sure, tagged = span(0, 8, score=0.6), span(0, 20, "tagger", 0.9)
    assert merge([tagged, sure, proved, custom]) == [custom]
    assert merge([tagged, sure, proved]) == [proved]
    assert merge([tagged, sure]) == [sure]


def test_what_a_tagger_was_taught_by_a_user_comes_before_patterns() -> None:
    taught = span(2, 6, "tagger")._replace(label="CONTACT")
    assert merge([span(0, 9, validated=True), taught]) == [taught]
    assert merge([span(0, 3, "custom"), taught]) == [span(0, 3, "custom")]
    assert merge([span(0, 9), span(2, 6, "plugin")._replace(label="CONTACT")]) == [span(0, 9)]


def test_between_a_tagger_and_a_doubtful_pattern_the_longer_is_kept() -> None:
    """A town is part of an address, a name of a host."""
    assert merge([span(4, 9, "tagger", 0.9), span(0, 12)]) == [span(0, 12)]
    assert merge([span(0, 12, "tagger", 0.9), span(4, 9)]) == [span(0, 12, "tagger", 0.9)]


def test_patterns_know_dates_better_than_a_tagger() -> None:
    known, tagged = span(0, 8)._replace(label="DATE"), span(0, 12, "tagger", 1.0)._replace(label="DATE")
    assert merge([tagged, known]) == [known]
    assert merge([tagged, span(13, 15)]) == [tagged, span(13, 15)]


def test_then_the_longer_then_the_surer_then_the_earlier() -> None:
    assert merge([span(0, 5, score=0.9), span(2, 8, score=0.6)]) == [span(2, 8, score=0.6)]
    assert merge([span(0, 5, score=0.6), span(0, 5, score=0.9)]) == [span(0, 5, score=0.9)]
    first, second = span(0, 5)._replace(kind="x"), span(0, 5)._replace(kind="y")
    assert merge([first, second]) == [first]
    assert merge([second, first]) == [second]


def test_what_a_loser_overlapped_is_kept() -> None:
    assert merge([span(0, 4), span(3, 9), span(8, 10)]) == [span(3, 9)]
    assert merge([span(0, 4, validated=True), span(3, 9), span(8, 10)]) == [
        span(0, 4, validated=True),
        span(8, 10),
    ]


def test_custom_spans_are_kept_though_they_overlap() -> None:
    first, second = span(0, 4, "custom"), span(2, 8, "custom")._replace(label="B")
    assert merge([second, first, span(7, 9)]) == [first, second]


LENGTHS = st.integers(1, 12)
SOURCES = st.sampled_from(["pattern", "tagger", "custom"])
SPANS = st.lists(
    st.tuples(st.integers(0, 40), LENGTHS, SOURCES, st.sampled_from([0.5, 0.7, 1.0]), st.booleans()).map(
        lambda row: span(row[0], row[0] + row[1], row[2], row[3], validated=row[4])
    ),
    max_size=25,
)


@given(SPANS)
def test_kept_spans_do_not_overlap_and_each_dropped_one_is_beaten(spans: list[Span]) -> None:
    kept = merge(spans)
    plain = [one for one in kept if one.source != "custom"]
    assert kept == sorted(kept, key=lambda one: one.start)
    assert all(a.end <= b.start for a, b in pairwise(plain))
    assert {one[:2] for one in spans if one.source == "custom"} <= {one[:2] for one in kept}
    for one in spans:
        assert any(one.start < other.end and other.start < one.end for other in kept)


@given(SPANS, st.randoms())
def test_the_order_of_the_input_decides_between_equals_only(spans: list[Span], random: object) -> None:
    distinct = list({(one.start, one.end, one.source, one.validated): one for one in spans}.values())
    shuffled = list(distinct)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert {one[:3] for one in merge(shuffled)} == {one[:3] for one in merge(distinct)}
