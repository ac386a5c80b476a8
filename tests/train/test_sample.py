"""What all samples together have to hold, and how they are divided."""

from __future__ import annotations

import random

import pytest

from nerproc.errors import InvalidRequest, SampleError
from nerproc.train.label import Relabel
from nerproc.train.sample import LEAST, Sample, Span, check_enough
from nerproc.train.split import split


def sample(number: int, *labels: str, document: str = "") -> Sample:
    text = f"text {number} " + "x" * len(labels)
    start = len(text) - len(labels)
    spans = tuple(Span(start + place, start + place + 1, label) for place, label in enumerate(labels))
    return Sample(text, spans, document, f"file:{number}")


class TestEnough:
    def test_samples_of_each_label_are_counted_once(self) -> None:
        some = [sample(number, "A", "A", "B") for number in range(LEAST)] + [sample(99)]
        assert check_enough(iter(some)) == {"A": LEAST, "B": LEAST}

    def test_no_entity_at_all(self) -> None:
        with pytest.raises(SampleError, match="no entity in 2 samples"):
            check_enough([sample(1), sample(2)])
        with pytest.raises(SampleError, match="no entity in 0 samples"):
            check_enough([])

    def test_a_rare_label_is_named_with_its_place(self) -> None:
        some = [sample(number, "A") for number in range(LEAST)]
        some += [sample(number, "B", "B") for number in range(50, 50 + LEAST - 1)]
        with pytest.raises(SampleError, match=r"fewer than 5 samples: B \(4, first in file:50\)\."):
            check_enough(some)


class TestMapping:
    @pytest.mark.parametrize("target", ["name", "7UP", "", "N AME", "X" * 65])
    def test_a_target_is_a_label(self, target: str) -> None:
        with pytest.raises(InvalidRequest, match="is not a label"):
            Relabel({"PER": target})


class TestSplit:
    def test_no_document_is_on_both_sides(self) -> None:
        some = [sample(number, document=f"d{number % 40}") for number in range(400)]
        learnt, held = split(some, share=0.2, seed=1)
        assert not {one.document for one in learnt} & {one.document for one in held}
        assert sorted(learnt + held, key=lambda one: one.text) == sorted(some, key=lambda one: one.text)
        assert 80 <= len(held) < 80 + 10
        assert held == [one for one in some if one in held]

    def test_it_depends_on_the_seed_and_not_on_the_order(self) -> None:
        some = [sample(number) for number in range(100)]
        held = set(split(some, share=0.1, seed=1)[1])
        assert held == set(split(random.Random(0).sample(some, 100), share=0.1, seed=1)[1])
        assert held != set(split(some, share=0.1, seed=2)[1])

    def test_most_stay_where_they_are_when_samples_are_added(self) -> None:
        some = [sample(number) for number in range(1_000)]
        before, after = (set(split(some[:count], share=0.1)[1]) for count in (900, 1_000))
        assert len(before & after) >= 80

    def test_samples_of_the_same_text_stay_together(self) -> None:
        some = [sample(number % 10) for number in range(100)]
        learnt, held = split(some, share=0.3)
        assert not {one.text for one in learnt} & {one.text for one in held}

    def test_one_document_is_divided_all_the_same(self) -> None:
        learnt, held = split([sample(number, document="d") for number in range(20)], share=0.1)
        assert (len(learnt), len(held)) == (18, 2)

    @pytest.mark.parametrize("seed", range(8))
    def test_no_label_is_held_out_as_a_whole(self, seed: int) -> None:
        some = [sample(number, "ABC"[number % 3], document=f"d{number % 3}") for number in range(60)]
        some += [sample(number, "D", document=f"d{number % 2 + 3}") for number in range(60, 80)]
        learnt, held = split(some, share=0.15, seed=seed)
        assert {span.label for one in learnt for span in one.spans} == set("ABCD")
        assert {one.document for one in held} in ({"d3"}, {"d4"})

    @pytest.mark.parametrize("seed", range(8))
    def test_where_each_document_has_a_label_of_its_own_samples_are_held_out(self, seed: int) -> None:
        some = [sample(number, "AB"[number % 2], document=f"d{number % 2}") for number in range(40)]
        learnt, held = split(some, share=0.15, seed=seed)
        assert {span.label for one in learnt for span in one.spans} == set("AB")
        assert len(held) == 6

    @pytest.mark.parametrize("seed", range(8))
    def test_most_is_learnt_though_one_document_is_long(self, seed: int) -> None:
        some = [sample(number, "A", document="long" if number > 3 else str(number)) for number in range(100)]
        assert {one.document for one in split(some, share=0.15, seed=seed)[1]} == set("0123")

    def test_neither_side_is_empty(self) -> None:
        some = [sample(1), sample(2)]
        for share in (0.0, 0.5, 1.0):
            assert [len(side) for side in split(some, share=share)] == [1, 1]
        assert split(some[:1], share=0.5) == (some[:1], [])
        assert split([], share=0.5) == ([], [])
