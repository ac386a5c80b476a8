from __future__ import annotations

import numpy as np
import pytest

from nerproc.detection.encoder.scheme import Scheme
from nerproc.detection.network.decode import decode


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
        (["O", "B-A", "I-A", "B-B", "I-B"], "I-A I-A B-A O I-B", [(0, 1, "A"), (2, 2, "A"), (4, 4, "B")]),
        (["O", "B-A", "M-A", "E-A", "S-A"], "B-A M-A E-A S-A", [(0, 2, "A"), (3, 3, "A")]),
        (["[PAD]", "O", "X", "I-A", "[CLS]"], "[CLS] I-A I-A X [PAD]", [(1, 2, "A")]),
        (["O", "A", "B"], "A A O B A", [(0, 1, "A"), (3, 3, "B"), (4, 4, "A")]),
    ],
)
def test_schemes_are_understood(names: list[str], tags: str, spans: list[tuple[int, int, str]]) -> None:
    scheme = Scheme(names)
    none = np.zeros(len(tags.split()), np.bool_)
    found = decode(scheme.moves(logits(names, tags)), closed=none, breaks=none)
    columns = (found.starts.tolist(), (found.ends - 1).tolist(), found.labels.tolist())
    assert [(first, last, scheme.types[label]) for first, last, label in zip(*columns, strict=True)] == spans
    assert ((found.chances > 0.99) & (found.chances <= 1)).all()
