from __future__ import annotations

from hashlib import sha256

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nerproc.detection.tagger.feature import features, table_rows
from nerproc.detection.tagger.word import split

WORDS = st.lists(st.text(st.characters(codec=None), min_size=1, max_size=60), min_size=1, max_size=8)


def test_rows_are_those_that_models_were_trained_with() -> None:
    found = features(["Berlin", "BERLIN", "x", ",", "1987", "Straße", "東", "a" * 100, "\n\n"], 15)
    assert found.rows[:12].tolist() == [
        10624,
        6820,
        36043,
        94237,
        82135,
        94384,
        89238,
        94626,
        98644,
        56209,
        73491,
        63587,
    ]
    assert (
        sha256(found.rows.astype("<i8").tobytes()).hexdigest()
        == "ee62bf5c951ffab7977c1f3ca6369b304676a1eaa4b7b357acd8141adaaf096e"
    )


@given(WORDS)
def test_the_rows_of_a_word_do_not_depend_on_the_others(words: list[str]) -> None:
    together = features(words, 9)
    assert together.rows.max() < table_rows(9)
    ends = np.append(together.starts[1:], len(together.rows))
    for word, start, end in zip(words, together.starts, ends, strict=True):
        alone = features([word], 9)
        assert together.rows[start:end].tolist() == alone.rows.tolist()
        assert together.weights[start:end].tolist() == alone.weights.tolist()


def test_words_that_differ_in_case_share_all_rows_but_the_exact_one_and_the_shape() -> None:
    lower, upper = (features([word], 15).rows for word in ("london", "LONDON"))
    assert np.flatnonzero(lower != upper).tolist() == [2, 8]


def test_what_is_left_out_of_a_long_word_is_not_looked_at() -> None:
    word = "Über" + "x" * 200 + "ßE"
    (short,) = split(word).texts
    assert len(short) < len(word)
    assert features([short], 15).rows.tolist() == features([word], 15).rows.tolist()


def test_numbers_of_as_many_digits_share_all_rows_but_the_exact_one() -> None:
    one, other = (features([word], 15).rows for word in ("1987", "2021"))
    assert np.flatnonzero(one != other).tolist() == [2]
