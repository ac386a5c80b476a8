from __future__ import annotations

import numpy as np

from nerproc.detection.tagger.word import split
from nerproc.train.sample import Sample, Span
from nerproc.train.target import Material, moves, targets

LABELS = ("CITY", "NAME")  # moves: O, B-CITY, B-NAME, I-CITY, I-NAME
TEXT = "Ann Lee is in Rome"


def test_moves_begin_and_go_on() -> None:
    sample = Sample(TEXT, (Span(0, 7, "NAME"), Span(14, 18, "CITY")))
    assert moves(sample, split(TEXT), LABELS).tolist() == [2, 4, 0, 0, 1]


def test_a_word_of_which_a_part_is_in_a_span_is_in_it() -> None:
    sample = Sample(TEXT, (Span(1, 5, "NAME"), Span(13, 14, "CITY")))
    assert moves(sample, split(TEXT), LABELS).tolist() == [2, 4, 0, 0, 0]


def test_a_teacher_says_what_is_not_annotated_and_only_that() -> None:
    chances = np.array([[0.1, 0.2, 0.3, 0.2, 0.2]] * 5)
    material = Material(
        [Sample(TEXT, (Span(0, 3, "NAME"),))],
        annotated=("NAME",),
        teacher=lambda texts: [chances for _ in texts],
    )
    (found,) = targets(material, [split(TEXT)], LABELS)
    assert found[0].tolist() == [0, 0, 1, 0, 0]
    assert np.allclose(found[1:], [0.6, 0.2, 0, 0.2, 0], atol=1e-3)
