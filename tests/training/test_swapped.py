from __future__ import annotations

from itertools import pairwise

import numpy as np
from training.accurate import LABELS
from training.swapped import Swaps, named

from nerproc.detection.tagger.word import split
from nerproc.train.sample import Sample, Span


def sample(text: str, **names: str) -> Sample:
    spans = [
        Span(place, place + len(name), label)
        for label, name in names.items()
        for place in range(len(text))
        if text.startswith(name, place)
    ]
    return Sample(text, tuple(sorted(spans)))


def parts(sample: Sample) -> list[str]:
    """What lies beside the spans."""
    bounds = [0, *(bound for span in sample.spans for bound in (span.start, span.end)), len(sample.text)]
    return [sample.text[start:end] for start, end in list(pairwise(bounds))[::2]]


def names(sample: Sample) -> list[str]:
    return [sample.text[span.start : span.end] for span in sample.spans]


def test_a_copy_says_the_same_of_others() -> None:
    original = sample("Ann Lee left Paris. Then Ann Lee wrote.", NAME="Ann Lee", LOCATION="Paris")
    [copy] = Swaps(1).samples([original])
    assert parts(copy) == parts(original)
    assert [span.label for span in copy.spans] == [span.label for span in original.spans]
    first, place, second = names(copy)
    assert first == second
    assert first != "Ann Lee"
    assert place != "Paris"


def test_names_are_written_as_those_that_they_replace() -> None:
    texts = [
        sample("i saw ann in rome", NAME="ann", LOCATION="rome"),
        sample("MR JONES OF DERBY", NAME="JONES"),
    ]
    for original, copy in zip(texts, Swaps(2).samples(texts), strict=True):
        assert copy.text.islower() == original.text.islower()
        assert copy.text.isupper() == original.text.isupper()


def test_what_is_not_simply_a_name_stays() -> None:
    texts = [
        sample("nobody is named here"),
        sample("she works for Acme", ORGANIZATION="Acme"),
        sample("hi @ann", NAME="ann"),
        sample("R2D2 landed", NAME="R2D2"),
        sample("on Mount Etna", LOCATION="Mount Etna"),
        sample("the Duke of all that", NAME="the Duke of all that"),
    ]
    assert Swaps(3).samples(texts) == []


def test_a_seed_makes_the_same_copies() -> None:
    texts = [sample(f"Ann met Bob {number} times", NAME="Ann") for number in range(20)]
    assert Swaps(1).samples(texts) == Swaps(1).samples(texts)
    assert Swaps(1).samples(texts) != Swaps(2).samples(texts)


def test_what_a_teacher_is_certain_of_is_a_span() -> None:
    text = "Ann Lee and Bob"
    chances = np.full((len(split(text).texts), 1 + 2 * len(LABELS)), 0.01, np.float16)
    name = LABELS.index("NAME")
    chances[:, 0] = 0.9
    chances[0, [0, 1 + name]] = 0.02, 0.9
    chances[1, [0, 1 + len(LABELS) + name]] = 0.02, 0.9
    chances[3, [0, 1 + name]] = 0.4, 0.55  # less certain
    [found] = named([Sample(text, ())], lambda _: [chances], LABELS)
    assert names(found) == ["Ann Lee"]
