from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerproc.detection.encoder.scheme import Scheme, decode


def logits(names: list[str], tags: str) -> np.ndarray:
    """Scores at which each word has the class that `tags` names."""
    rows = np.zeros((len(tags.split()), len(names)), np.float32)
    for row, tag in zip(rows, tags.split(), strict=True):
        row[names.index(tag)] = 8
    return rows


@pytest.mark.parametrize(
    ("names", "tags", "spans"),
    [
        (["O", "B-A", "I-A", "B-B", "I-B"], "O B-A I-A B-A O B-B", [(1, 2, "A"), (3, 3, "A"), (5, 5, "B")]),
        (["O", "B-A", "I-A", "E-A", "S-A"], "S-A B-A I-A E-A S-A", [(0, 0, "A"), (1, 3, "A"), (4, 4, "A")]),
        (["O", "B-A", "I-A", "L-A", "U-A"], "U-A B-A L-A O", [(0, 0, "A"), (1, 2, "A")]),
        (["O", "A", "B"], "A A O B A", [(0, 1, "A"), (3, 3, "B"), (4, 4, "A")]),
    ],
)
def test_schemes_are_understood(names: list[str], tags: str, spans: list[tuple[int, int, str]]) -> None:
    scheme = Scheme(names)
    found = decode(scheme.moves(logits(names, tags)))
    assert [(one.first, one.last, scheme.types[one.type]) for one in found] == spans


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(-5, 5), min_size=5, max_size=5), min_size=1, max_size=5), st.randoms())
def test_the_best_legal_sequence_is_found(rows: list[list[int]], random: object) -> None:
    scores = np.array(rows, np.float32) + np.linspace(0, 0.1, 5 * len(rows), dtype=np.float32).reshape(-1, 5)

    def legal(moves: tuple[int, ...]) -> bool:
        return all(
            move < 3 or before in (move, move - 2) for before, move in zip((0, *moves), moves, strict=False)
        )

    best = max(
        filter(legal, product(range(5), repeat=len(rows))),
        key=lambda moves: sum(float(scores[word, move]) for word, move in enumerate(moves)),
    )
    begins = [word for word, move in enumerate(best) if move in (1, 2)]
    found = decode(scores)
    assert [one.first for one in found] == begins
    inside = [word for one in found for word in range(one.first, one.last + 1)]
    assert inside == [word for word, move in enumerate(best) if move]
