from __future__ import annotations

from itertools import pairwise

from training.accurate import LABELS
from training.record import Records


def test_records_are_marked_where_their_values_are() -> None:
    samples = Records(7).samples(400)
    assert {span.label for sample in samples for span in sample.spans} == set(LABELS)
    for sample in samples:
        assert "{" not in sample.text.removeprefix("{")
        assert all(one.end <= other.start for one, other in pairwise(sample.spans))
        for span in sample.spans:
            value = sample.text[span.start : span.end]
            assert value
            assert value == value.strip()


def test_a_seed_makes_the_same_records() -> None:
    assert Records(3).samples(20) == Records(3).samples(20)
    assert Records(3).samples(20) != Records(4).samples(20)
