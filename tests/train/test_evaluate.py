"""Precision, recall, and what stands beside them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from nerproc.errors import SampleError
from nerproc.schema.evaluation import Evaluation, Rate
from nerproc.train.evaluate import WARM_UP, evaluate
from nerproc.train.sample import Sample, Span

Find = Callable[[str], list[Span]]

SAMPLES = [
    Sample(
        "Ann met Bob Lee in Rome", (Span(0, 3, "NAME"), Span(8, 15, "NAME"), Span(19, 23, "CITY")), "a", "f:1"
    ),
    Sample("Ann left", (Span(0, 3, "NAME"),), "b", "f:2"),
    Sample("Rome, Paris", (Span(0, 4, "CITY"), Span(6, 11, "CITY")), "c", "f:3"),
    Sample("nobody in May", (), "c", "f:4"),
]


def finding(**words: str) -> Find:
    """Finds words, as what they are."""

    def find(text: str) -> list[Span]:
        return [
            Span(match.start(), match.end(), label)
            for word, label in words.items()
            for match in re.finditer(rf"\b{word}\b", text)
        ]

    return find


WRONG = finding(Bob="NAME", Rome="CITY", Paris="NAME", May="NAME", met="VERB")


def test_the_counts_and_rates() -> None:
    found = evaluate(WRONG, SAMPLES, model="m")
    city, name = found.labels
    assert (city.label, city.expected, city.found, city.correct, city.partial) == ("CITY", 3, 2, 2, 0)
    assert (name.label, name.expected, name.found, name.correct, name.partial) == ("NAME", 3, 3, 0, 1)
    assert [city.precision.value, city.recall.value, city.f1.value] == [1, 0.6667, 0.8]
    assert city.f2.value == round(5 * (1 * 2 / 3) / (4 * 1 + 2 / 3), 4)
    assert (found.micro.expected, found.micro.found, found.micro.correct, found.micro.partial) == (6, 5, 2, 1)
    assert found.micro.f1.value == round(4 / 11, 4)
    assert found.macro.f1.value == 0.4
    assert found.macro.precision.value == 0.5
    assert (found.samples, found.documents, found.characters) == (4, 3, sum(len(one.text) for one in SAMPLES))
    assert found.unscored == {"VERB": 1}


def test_confusions() -> None:
    found = evaluate(WRONG, SAMPLES, model="m")
    table = {(one.expected, one.found): one.count for one in found.confusions}
    assert table == {
        ("CITY", "CITY"): 2,
        ("NAME", "NAME"): 1,
        ("NAME", None): 2,
        ("CITY", "NAME"): 1,
        (None, "NAME"): 1,
    }


def test_the_most_frequent_mistakes_come_first_in_their_context() -> None:
    found = evaluate(WRONG, SAMPLES, model="m", worst=3)
    kinds = [(one.kind, one.expected, one.found, one.text, one.times, one.place) for one in found.mistakes]
    assert kinds == [
        ("missed", "NAME", None, "Ann", 2, "f:1"),
        ("borders", "NAME", "NAME", "Bob Lee", 1, "f:1"),
        ("label", "CITY", "NAME", "Paris", 1, "f:3"),
    ]
    borders = found.mistakes[1]
    assert (borders.left_context, borders.right_context, borders.found_text) == ("Ann met ", " in Rome", "Bob")
    assert evaluate(WRONG, SAMPLES, model="m", worst=0).mistakes == []


def test_only_the_labels_asked_for_count() -> None:
    found = evaluate(WRONG, SAMPLES, model="m", labels=["NAME"])
    assert [one.label for one in found.labels] == ["NAME"]
    assert found.micro.expected == 3
    assert found.micro.found == 3  # Paris is a wrong NAME, though CITY does not count
    assert found.unscored == {"CITY": 2, "VERB": 1}
    assert all("NAME" in {one.expected, one.found} for one in [*found.confusions, *found.mistakes])


def test_a_label_that_is_never_found_has_no_precision() -> None:
    found = evaluate(finding(Rome="CITY"), SAMPLES, model="m")
    assert found.labels[1].precision == Rate(value=None, low=None, high=None)
    assert found.labels[1].recall.value == 0
    assert found.labels[1].f1.value == 0


def test_nothing_to_score() -> None:
    with pytest.raises(SampleError) as caught:
        evaluate(WRONG, SAMPLES, model="m", labels=["DATE"])
    assert caught.value.hint == "Labels in the samples: CITY, NAME."
    with pytest.raises(SampleError):
        evaluate(WRONG, [], model="m")


def intervals(found: Evaluation) -> list[tuple[float | None, float | None]]:
    return [(rate.low, rate.high) for one in [*found.labels, found.micro] for rate in (one.recall, one.f1)]


def numbered(count: int, per_document: int) -> list[Sample]:
    """Samples of one span; in every second document none can be found."""
    return [
        Sample(
            f"{'Ann' if number // per_document % 2 else 'Bob'} {number}",
            (Span(0, 3, "NAME"),),
            f"{number // per_document}",
        )
        for number in range(count)
    ]


class TestIntervals:
    def test_the_seed_decides(self) -> None:
        some = numbered(60, 1)
        one, same, other = (
            evaluate(finding(Ann="NAME"), some, model="m", seed=seed, rounds=200) for seed in (1, 1, 2)
        )
        assert intervals(one) == intervals(same) != intervals(other)

    def test_one_is_as_wide_as_statistics_says(self) -> None:
        recall = evaluate(finding(Ann="NAME"), numbered(400, 1), model="m", rounds=2_000).micro.recall
        assert recall.low is not None
        assert recall.high is not None
        assert recall.value == 0.5
        assert recall.low == pytest.approx(0.5 - 1.96 * (0.25 / 400) ** 0.5, abs=0.006)
        assert recall.high == pytest.approx(0.5 + 1.96 * (0.25 / 400) ** 0.5, abs=0.006)

    def test_spans_of_one_document_count_as_one_draw(self) -> None:
        recall = evaluate(finding(Ann="NAME"), numbered(400, 10), model="m", rounds=2_000).micro.recall
        assert recall.low == pytest.approx(0.5 - 1.96 * (0.25 / 40) ** 0.5, abs=0.02)

    def test_a_label_that_is_not_drawn_does_not_count_as_failed(self) -> None:
        some = [*numbered(20, 1), Sample("Rome", (Span(0, 4, "CITY"),), "rome")]
        macro = evaluate(finding(Ann="NAME", Bob="NAME", Rome="CITY"), some, model="m").macro
        assert (macro.f1.low, macro.f1.high) == (1, 1)

    def test_the_perfect_has_none(self) -> None:
        recall = evaluate(finding(Ann="NAME", Bob="NAME"), numbered(40, 1), model="m").micro.recall
        assert (recall.low, recall.value, recall.high) == (1, 1, 1)


def test_speed_does_not_count_what_is_loaded_first() -> None:
    calls = 0

    def slow_at_first(text: str) -> list[Span]:
        nonlocal calls
        calls += 1
        if calls == 1:
            time.sleep(0.5)
        return []

    some = numbered(WARM_UP + 50, 1)
    found = evaluate(slow_at_first, some, model="m", rounds=1)
    assert calls == 2 * WARM_UP + 50
    assert found.seconds < 0.4
    assert found.characters_per_second > 1_000
