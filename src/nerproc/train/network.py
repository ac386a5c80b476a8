"""The small tagger's network, as it is trained; `detection/tagger` runs what `export.py` makes of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nerproc.detection.tagger.feature import WHOLE, Features, table_rows
from nerproc.detection.tagger.stream import DILATIONS
from nerproc.train.extra import torch

Tensor = torch.Tensor

WIDTH = 64  # numbers of a row of the table
HIDDEN = 256
STATE = 96  # numbers of a word between layers
_FORGOTTEN = 0.2  # share of words of which the network is not shown which word it is, but its parts alone


class Network(torch.nn.Module):
    """Rows of words -> vectors of words -> scores of moves."""

    def __init__(self, moves: int, bits: int, *, dropout: float = 0.0) -> None:
        """`moves`: how many there are; `bits`: of the table."""
        super().__init__()
        self.table = torch.nn.Parameter(torch.randn(table_rows(bits), WIDTH) * 0.1)
        self.hidden = torch.nn.Linear(WIDTH, HIDDEN)
        self.word = torch.nn.Linear(HIDDEN, STATE)
        self.layers = torch.nn.ModuleList(torch.nn.Linear(3 * STATE, STATE) for _ in DILATIONS)
        self.head = torch.nn.Linear(STATE, moves)
        self.dropout = torch.nn.Dropout(dropout)

    def vectors(self, found: Features) -> Tensor:
        """The vector of each word of `found`."""
        weights = torch.from_numpy(found.weights)
        if self.training:
            weights = self._forget(weights, torch.from_numpy(found.starts))
        sums = torch.nn.functional.embedding_bag(
            torch.from_numpy(found.rows),
            self.table,
            torch.from_numpy(found.starts),
            mode="sum",
            per_sample_weights=weights,
        )
        return self.word(torch.relu(self.hidden(sums)))  # type: ignore[no-any-return]

    def forward(self, vectors: Tensor) -> Tensor:
        """Scores of moves, for blocks of words with `HALO` neighbours on each side."""
        state = self.dropout(vectors)
        for layer, reach in zip(self.layers, DILATIONS, strict=True):
            middle = state[:, reach:-reach]
            seen = torch.cat([state[:, : -2 * reach], middle, state[:, 2 * reach :]], dim=2)
            state = middle + self.dropout(torch.relu(layer(seen)))
        return self.head(state)  # type: ignore[no-any-return]

    def scores(self, words: NDArray[np.int64], vectors: Tensor) -> Tensor:
        """`forward` for numbers of `vectors`."""
        return self(vectors[torch.from_numpy(words)])  # type: ignore[no-any-return]

    def _forget(self, weights: Tensor, starts: Tensor) -> Tensor:
        forgotten = starts[torch.rand(len(starts)) < _FORGOTTEN]
        weights = weights.clone()
        for row in range(WHOLE):
            weights[forgotten + row] = 0
        return weights


def with_pad(vectors: Tensor) -> Tensor:
    """`vectors` behind that of the empty word, which is what stands beside a text."""
    return torch.cat([torch.zeros(1, vectors.shape[1]), vectors])


def subset(found: Features, words: NDArray[np.int64]) -> Features:
    """The features of some words of `found`."""
    ends = np.append(found.starts[1:], len(found.rows))
    counts = ends[words] - found.starts[words]
    starts = np.cumsum(counts) - counts
    places = np.arange(int(counts.sum())) + np.repeat(found.starts[words] - starts, counts)
    return Features(found.rows[places], found.weights[places], starts)


def extended(old: Tensor, labels: Sequence[str], old_labels: Sequence[str]) -> Tensor:
    """Rows of the head for `labels`: those of `old_labels` where it knew them, else none of its own (zeros)."""
    grown = torch.zeros(1 + 2 * len(labels), *old.shape[1:])
    grown[0] = old[0]
    for number, label in enumerate(old_labels):
        for first, old_first in ((1, 1), (1 + len(labels), 1 + len(old_labels))):
            grown[first + labels.index(label)] = old[old_first + number]
    return grown
