"""Samples as numbers, and the batches of an epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nerproc.detection.tagger.stream import BLOCK, HALO, blocks
from nerproc.detection.tagger.vector import BLANK_ID, BREAK_ID, PAD
from nerproc.detection.tagger.word import BLANK, BREAK, TAB, split
from nerproc.train.target import Material, Targets, targets, width

_Numbers = NDArray[np.int64]

_RUN = 8  # samples in a row that may stand in one text
_UPPER, _LOWER = 0.04, 0.08  # share of samples in capital letters; in small ones, up to the second number
_WRAPPED = 0.15  # share of samples in which lines are broken
_LINE = (6, 16)  # words between two such breaks


@dataclass(frozen=True, slots=True)
class Batch:
    """Blocks of words for the network."""

    words: _Numbers  # blocks x words with their neighbours, numbers in the vocabulary
    targets: NDArray[np.float32]  # blocks x words x moves
    counts: NDArray[np.bool_]  # blocks x words: whether it is a word


class Corpus:
    """All that is learned from, as numbers of a vocabulary."""

    def __init__(self, materials: Sequence[Material], labels: Sequence[str]) -> None:
        """Cut all samples into words, ask the teachers."""
        words = [[split(sample.text) for sample in material.samples] for material in materials]
        self._moves = width(labels)
        seen = {word for each in words for text in each for word in text.texts}
        original = [BREAK, BLANK, TAB, *sorted(seen - {BREAK, BLANK, TAB})]
        cases = {word.upper() for word in original} | {word.lower() for word in original}
        self.vocabulary = ["", *original, *sorted(cases.difference(original))]  # as in `Vectors`: PAD first
        known = {word: number for number, word in enumerate(self.vocabulary)}
        self._upper = np.array([known[word.upper()] for word in ["", *original]])
        self._lower = np.array([known[word.lower()] for word in ["", *original]])
        self._texts = [np.array([known[word] for word in t.texts], np.int64) for each in words for t in each]
        self._targets = [
            target
            for material, each in zip(materials, words, strict=True)
            for target in targets(material, each, labels)
        ]
        self.size = sum(map(len, self._texts))  # words

    def epoch(self, rng: np.random.Generator, *, batch: int) -> Iterator[Batch]:
        """Everything once, in random order, in batches of at most `batch` blocks."""
        stream, goals = self._stream(rng)
        shown = blocks(stream, PAD, multiple=1)
        padded = np.zeros((len(shown), BLOCK, self._moves), np.float32)
        padded.reshape(-1, self._moves)[: len(goals)] = goals
        order = rng.permutation(len(shown))
        for first in range(0, len(order), batch):
            chosen = order[first : first + batch]
            words = shown[chosen]
            counts = words[:, HALO:-HALO] != PAD
            if counts.any():  # the last block may hold nothing but what stands beside texts
                yield Batch(words, padded[chosen], counts)

    def _stream(self, rng: np.random.Generator) -> tuple[_Numbers, Targets]:
        """Runs of neighbouring samples, as one stream."""
        outside = np.zeros((HALO, self._moves), np.float16)
        outside[:, 0] = 1
        numbers: list[_Numbers] = []
        goals: list[Targets] = []
        for run in _runs(len(self._texts), rng):
            numbers.append(np.full(HALO, PAD))
            goals.append(outside)
            for place in run:
                text, goal = self._varied(place, rng)
                numbers.append(text)
                goals.append(goal)
                joint = _JOINTS[rng.integers(len(_JOINTS))]
                numbers.append(np.array(joint, np.int64))
                goals.append(outside[: len(joint)])
        return np.concatenate(numbers), np.concatenate(goals)

    def _varied(self, place: int, rng: np.random.Generator) -> tuple[_Numbers, Targets]:
        text, goal = self._texts[place], self._targets[place]
        case, wrapped = rng.random(2)
        if case < _UPPER:
            text = self._upper[text]
        elif case < _LOWER:
            text = self._lower[text]
        if wrapped >= _WRAPPED or len(text) <= _LINE[0]:
            return text, goal
        places = np.cumsum(rng.integers(*_LINE, size=len(text) // _LINE[0]))
        places = places[places < len(text)]
        return np.insert(text, places, BREAK_ID), np.insert(goal, places, self._inside(goal[places]), axis=0)

    def _inside(self, goal: Targets) -> Targets:
        """What a line break before words of `goal` is: inside, where they go on; else outside."""
        inside = goal.copy()
        inside[:, 1 : 1 + self._moves // 2] = 0
        inside[:, 0] = 1 - inside[:, 1 + self._moves // 2 :].sum(axis=1)
        return inside


# What stands between two samples of a run: nothing (a space, in a text), a line break, an empty line.
_JOINTS: tuple[tuple[int, ...], ...] = (
    (),
    (),
    (),
    (BREAK_ID,),
    (BREAK_ID,),
    (BLANK_ID,),
    (PAD,) * HALO,
    (PAD,) * HALO,
)


def _runs(count: int, rng: np.random.Generator) -> list[range]:
    """The numbers below `count` in runs of random lengths, in random order."""
    lengths = rng.integers(1, _RUN + 1, size=count)
    cuts: list[Any] = [0, *np.cumsum(lengths)[np.cumsum(lengths) < count].tolist(), count]
    runs = [range(first, last) for first, last in pairwise(cuts) if first < last]
    return [runs[place] for place in rng.permutation(len(runs))]
