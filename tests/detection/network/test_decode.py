from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerproc.detection.network.decode import CERTAIN, decode

SCORES = st.integers(1, 5).flatmap(
    lambda words: st.lists(
        st.lists(st.integers(-40, 40).map(lambda n: n / 16), min_size=5, max_size=5),
        min_size=words,
        max_size=words,
    )
)
Entities = list[tuple[int, int, int]]


def entities(
    scores: list[list[float]], closed: list[int] | None = None, breaks: list[int] | None = None
) -> Entities:
    places = np.arange(len(scores))
    found = decode(
        np.array(scores, np.float32).reshape(-1, 5),
        np.isin(places, closed or []),
        np.isin(places, breaks or []),
    )
    return list(zip(found.starts.tolist(), found.ends.tolist(), found.labels.tolist(), strict=True))


def legal(moves: tuple[int, ...]) -> bool:
    return all(move < 3 or before in {move, move - 2} for before, move in pairwise((0, *moves)))


def of(moves: tuple[int, ...]) -> Entities:
    found: Entities = []
    for place, move in enumerate(moves):
        if move in {1, 2}:
            found.append((place, place + 1, move - 1))
        elif move > 2:
            found[-1] = (found[-1][0], place + 1, move - 3)
    return found


@settings(max_examples=300)
@given(SCORES)
def test_the_moves_are_the_best_of_all_legal_ones(scores: list[list[float]]) -> None:
    assert all(row[0] - max(row[1:]) < CERTAIN for row in scores)
    best: dict[float, list[Entities]] = {}
    for moves in filter(legal, product(range(5), repeat=len(scores))):
        total = sum(row[move] for row, move in zip(scores, moves, strict=True))
        best.setdefault(total, []).append(of(moves))
    assert entities(scores) in best[max(best)]


@given(st.lists(SCORES, max_size=6))
def test_texts_between_which_is_a_closed_word_do_not_matter_to_each_other(
    texts: list[list[list[float]]],
) -> None:
    stream: list[list[float]] = []
    expected: Entities = []
    closed = []
    for text in texts:
        expected += [(start + len(stream), end + len(stream), label) for start, end, label in entities(text)]
        closed.append(len(stream) + len(text))
        stream += [*text, [0.0, 9, 9, 9, 9]]
    assert entities(stream, closed) == expected


OUT, BEGIN, GO_ON = [5.0, 0, 0, 0, 0], [0.0, 5, 0, 0, 0], [0.0, 0, 0, 5, 0]


def test_a_line_break_is_inside_of_entities_but_never_at_their_ends() -> None:
    assert entities([BEGIN, GO_ON, GO_ON], breaks=[1]) == [(0, 3, 0)]
    assert entities([BEGIN, GO_ON, GO_ON, OUT], breaks=[1, 2]) == [(0, 1, 0)]
    assert entities([BEGIN, OUT], breaks=[0]) == []


def test_a_long_run_of_entities_takes_no_step_too_few() -> None:
    assert entities([BEGIN, *[GO_ON] * 5000, BEGIN, GO_ON]) == [(0, 5001, 0), (5001, 5003, 0)]


def test_the_chance_is_the_mean_over_the_words() -> None:
    found = decode(np.array([BEGIN, GO_ON, OUT], np.float32), np.zeros(3, bool), np.zeros(3, bool))
    total = np.exp(5) + 4
    assert found.chances.tolist() == [pytest.approx((np.exp(5) + 1) / total)]
