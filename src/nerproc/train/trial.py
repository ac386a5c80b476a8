"""What a network finds in samples, held against their spans: one figure to choose by, and the calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from nerproc.detection.network.calibration import Calibration, calibrated
from nerproc.detection.network.decode import Found, decode
from nerproc.detection.tagger.stream import join, moves
from nerproc.detection.tagger.vector import BLANK_ID, BREAK_ID, PAD, TAB_ID
from nerproc.detection.tagger.word import BLANK, BREAK, TAB, split
from nerproc.train.sample import Sample, Span
from nerproc.train.target import Material, width
from nerproc.train.target import moves as moves_of

_Numbers = NDArray[np.int64]
_STEPS = 50  # of Newton's method, none longer than 1; ten are enough as a rule


class Trial:
    """Samples whose spans are known, as one stream of words."""

    def __init__(self, held: Sequence[Material], labels: Sequence[str]) -> None:
        """Of each part of `held` the labels count that its spans say all of; no part is without samples."""
        samples = [sample for part in held for sample in part.samples]
        self._counts = np.array(
            [[part.annotated is None or label in part.annotated for label in labels] for part in held]
        )
        words = [split(sample.text) for sample in samples]
        seen = {word for each in words for word in each.texts} - {BREAK, BLANK, TAB}
        self.vocabulary = ["", BREAK, BLANK, TAB, *sorted(seen)]
        known = {word: number for number, word in enumerate(self.vocabulary)}
        numbers = [np.array([known[word] for word in each.texts], np.int64) for each in words]
        self._stream, starts = join(numbers, PAD)
        sizes = [len(part.samples) for part in held]
        self._firsts = starts[np.cumsum([0, *sizes[:-1]])]  # where each part begins
        tags = np.zeros(len(self._stream), np.int64)
        for sample, each, start in zip(samples, words, starts.tolist(), strict=True):
            tags[start : start + len(each.texts)] = moves_of(sample, each, labels)
        gold = _found(_certain(tags, labels), self._stream)
        self._gold = self._spans(gold)
        # How many words before each place are of each label.
        of_label = (tags[:, None] > 0) & ((tags[:, None] - 1) % len(labels) == np.arange(len(labels)))
        self._before = np.concatenate([np.zeros((1, len(labels)), np.int64), np.cumsum(of_label, axis=0)])

    def run(
        self,
        vectors: Callable[[_Numbers], NDArray[np.float32]],
        network: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    ) -> tuple[float, Calibration]:
        """Strict micro F1, and the calibration that makes scores the share of spans that are no mistakes.

        F1 is the mean of that of the parts. For the calibration a span is no mistake where a piece of it is of
        its label. Held to its exact ends too, a name with a title more or less would fall under every
        threshold, and nobody would see it.

        Args:
            vectors: of numbers of the vocabulary.
            network: blocks of vectors -> scores of moves.
        """
        found = _found(moves(self._stream, PAD, vectors, network), self._stream)
        counts = self._counts[self._parts(found), found.labels]
        found = Found._make(column[counts] for column in found)
        f1 = fmean(map(_f1, self._gold, self._spans(found)))
        is_right = self._before[found.ends, found.labels] > self._before[found.starts, found.labels]
        return f1, calibrate(found.chances, is_right)

    def _parts(self, found: Found) -> _Numbers:
        """The part that each of `found` is in."""
        return np.searchsorted(self._firsts, found.starts, side="right") - 1

    def _spans(self, found: Found) -> list[set[tuple[int, int, int]]]:
        """Those of each part."""
        spans: list[set[tuple[int, int, int]]] = [set() for _ in self._firsts]
        columns = (self._parts(found), found.starts, found.ends, found.labels)
        for part, *span in zip(*(column.tolist() for column in columns), strict=True):
            spans[part].add(tuple(span))
        return spans


def of_words(sample: Sample, labels: Sequence[str]) -> tuple[Span, ...]:
    """The spans of `sample` as a `Trial` knows them: a word of which a span has a part is all in it."""
    words = split(sample.text)
    tags = moves_of(sample, words, labels)
    closed = np.array([word in {BLANK, TAB} for word in words.texts], np.bool_)
    breaks = np.array([word == BREAK for word in words.texts], np.bool_)
    found = decode(_certain(tags, labels), closed, breaks)
    columns = (words.starts[found.starts], words.ends[found.ends - 1], found.labels)
    return tuple(
        Span(start, end, labels[label])
        for start, end, label in zip(*(c.tolist() for c in columns), strict=True)
    )


def _certain(tags: _Numbers, labels: Sequence[str]) -> NDArray[np.float32]:
    """Scores that leave no doubt about the moves `tags`."""
    return np.eye(width(labels), dtype=np.float32)[tags] * 99


def _f1(gold: set[tuple[int, int, int]], found: set[tuple[int, int, int]]) -> float:
    total = len(gold) + len(found)
    return 2 * len(gold & found) / total if total else 1.0


def _found(scores: NDArray[np.float32], stream: _Numbers) -> Found:
    return decode(scores, np.isin(stream, (PAD, BLANK_ID, TAB_ID)), stream == BREAK_ID)


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
