"""What a network finds in samples, held against their spans: one figure to choose by, and the calibration."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from nerproc.detection.network.calibration import Calibration, calibrated
from nerproc.detection.network.decode import Found, decode
from nerproc.detection.tagger.stream import join, moves
from nerproc.detection.tagger.vector import BLANK_ID, BREAK_ID, PAD, TAB_ID
from nerproc.detection.tagger.word import BLANK, BREAK, TAB, split
from nerproc.train.sample import Sample
from nerproc.train.target import moves as moves_of

_Numbers = NDArray[np.int64]
_STEPS = 50  # of Newton's method, none longer than 1; ten are enough as a rule


class Trial:
    """Samples whose spans are known, as one stream of words."""

    def __init__(
        self, samples: Sequence[Sample], labels: Sequence[str], annotated: Collection[str] | None = None
    ) -> None:
        """`annotated`: the labels that spans of `samples` say all of, and that count; None: all of `labels`."""
        self._counts = np.array([annotated is None or label in annotated for label in labels])
        words = [split(sample.text) for sample in samples]
        seen = {word for each in words for word in each.texts} - {BREAK, BLANK, TAB}
        self.vocabulary = ["", BREAK, BLANK, TAB, *sorted(seen)]
        known = {word: number for number, word in enumerate(self.vocabulary)}
        numbers = [np.array([known[word] for word in each.texts], np.int64) for each in words]
        self._stream, starts = join(numbers, PAD)
        tags = np.zeros(len(self._stream), np.int64)
        for sample, each, start in zip(samples, words, starts.tolist(), strict=True):
            tags[start : start + len(each.texts)] = moves_of(sample, each, labels)
        self._gold = _spans(_found(np.eye(1 + 2 * len(labels), dtype=np.float32)[tags] * 99, self._stream))
        # How many words before each place are of each label.
        of_label = (tags[:, None] > 0) & ((tags[:, None] - 1) % len(labels) == np.arange(len(labels)))
        self._before = np.concatenate([np.zeros((1, len(labels)), np.int64), np.cumsum(of_label, axis=0)])

    def run(
        self,
        vectors: Callable[[_Numbers], NDArray[np.float32]],
        network: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    ) -> tuple[float, Calibration]:
        """Strict micro F1, and the calibration that makes scores the share of spans that are no mistakes.

        For that, a span is none where a part of it is of its label. Held to its exact ends too, a name with a
        title more or less would fall under every threshold, and nobody would see it.

        Args:
            vectors: of numbers of the vocabulary.
            network: blocks of vectors -> scores of moves.
        """
        found = _found(moves(self._stream, PAD, vectors, network), self._stream)
        counts = self._counts[found.labels]
        found = Found._make(column[counts] for column in found)
        spans = _spans(found)
        total = len(spans) + len(self._gold)
        f1 = 2 * len(spans.keys() & self._gold.keys()) / total if total else 1.0
        is_right = self._before[found.ends, found.labels] > self._before[found.starts, found.labels]
        return f1, calibrate(found.chances, is_right)


def _found(scores: NDArray[np.float32], stream: _Numbers) -> Found:
    return decode(scores, np.isin(stream, (PAD, BLANK_ID, TAB_ID)), stream == BREAK_ID)


def _spans(found: Found) -> dict[tuple[int, int, int], None]:
    return dict.fromkeys(zip(found.starts.tolist(), found.ends.tolist(), found.labels.tolist(), strict=True))


def calibrate(chances: NDArray[np.float32], is_right: NDArray[np.bool_]) -> Calibration:
    """The calibration under which scores of `chances` are the likeliest, given which of them were right.

    Platt scaling with his targets, which keep it finite (Probabilistic outputs for support vector machines,
    1999).
    """
    certain = np.clip(chances.astype(np.float64), 1e-6, 1 - 1e-6)
    odds = np.stack([np.log(certain / (1 - certain)), np.ones(len(certain))], axis=1)
    right = int(is_right.sum())
    wrong = len(is_right) - right
    if not right or not wrong:
        return Calibration()
    goal = np.where(is_right, (right + 1) / (right + 2), 1 / (wrong + 2))
    factors = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        scores = calibrated(chances, Calibration(*factors))
        slopes = odds * (scores * (1 - scores))[:, None]
        step = np.linalg.solve(slopes.T @ odds + 1e-3 * np.eye(2), odds.T @ (scores - goal))
        factors -= step / max(1.0, float(np.abs(step).max()))
    return Calibration(*(float(factor) for factor in factors)) if factors[0] > 0 else Calibration()
