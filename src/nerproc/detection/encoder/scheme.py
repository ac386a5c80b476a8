"""What the classes of an encoder mean: BIO, IOBES, BILOU or bare types, all made the moves of BIO.

Moves are numbered O, then B of each label, then I of each label. The last word of an entity (E, L) counts as I,
an entity of one word (S, U) as B.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nerproc.detection.plugin.label import ours
from nerproc.errors import InvalidRequest

_TAG = re.compile(r"([BIESLU])[-_](.+)")
_NEVER = np.float32(-1e9)
_LESS = np.float32(1e-3)  # how much less likely a bare type begins an entity than it goes on with one

_Scores = NDArray[np.float32]


class Scheme:
    """The classes of one encoder."""

    def __init__(self, names: Sequence[str]) -> None:
        """`names` are those of the classes, in order.

        Raises:
            InvalidRequest: they name no entities.
        """
        tags = [_parse(name) for name in names]
        self.types = sorted({kind for _, kind in tags if kind})
        if not self.types or all(re.fullmatch(r"LABEL_\d+", kind) for kind in self.types):
            raise InvalidRequest(
                "the classes of the encoder have no names of entities",
                hint='Give config.json an "id2label" like {"0": "O", "1": "B-PER", "2": "I-PER"}.',
            )
        count = len(self.types)
        self._sources: list[list[int]] = [[] for _ in range(1 + 2 * count)]  # classes of each move
        for number, (prefix, kind) in enumerate(tags):
            if not kind:
                self._sources[0].append(number)
                continue
            place = self.types.index(kind)
            if prefix in "BSU":
                self._sources[1 + place].append(number)
            else:
                self._sources[1 + count + place].append(number)
        self.labels = [ours(kind) for kind in self.types]  # label and kind of each type

    def moves(self, logits: _Scores) -> _Scores:
        """The log-probability of each move, a row of each word."""
        shifted = logits - logits.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        count = len(self.types)
        scores = np.full((len(logits), 1 + 2 * count), _NEVER, np.float32)
        for move, classes in enumerate(self._sources):
            if classes:
                scores[:, move] = np.logaddexp.reduce(logs[:, classes], axis=1)
        for place in range(1, 1 + count):
            if not self._sources[place]:
                scores[:, place] = scores[:, place + count] - _LESS
        return scores


def names_of(id2label: object) -> list[str]:
    """The names of the classes, in order, from what `config.json` says.

    Raises:
        InvalidRequest: there are none, or a number is missing.
    """
    if isinstance(id2label, Mapping):
        names = {str(number): str(name) for number, name in id2label.items()}
        if names and names.keys() == {str(number) for number in range(len(names))}:
            return [names[str(number)] for number in range(len(names))]
    raise InvalidRequest(
        'config.json has no "id2label" with a name for every class',
        hint="Export an encoder that was trained for token classification.",
    )


class Found(NamedTuple):
    """An entity in a row of words."""

    first: int  # word
    last: int  # word, inclusive
    type: int  # its number in `Scheme.types`
    score: float  # 0 to 1


def decode(scores: _Scores) -> list[Found]:
    """The entities of the most likely legal sequence of moves; I follows only B or I of its label (Viterbi)."""
    path = _best_path(scores)
    count = (scores.shape[1] - 1) // 2
    chances = np.exp(scores)
    found: list[Found] = []
    for word, move in enumerate(path):
        if not move:
            continue
        place = (move - 1) % count
        chance = float(min(1.0, chances[word, 1 + place] + chances[word, 1 + count + place]))
        if move > count:
            first, last, _, score = found.pop()
            length = last - first + 1
            found.append(Found(first, word, place, (score * length + chance) / (length + 1)))
        else:
            found.append(Found(word, word, place, chance))
    return found


def _best_path(scores: _Scores) -> list[int]:
    count = (scores.shape[1] - 1) // 2
    begins, insides = slice(1, 1 + count), slice(1 + count, None)
    best = scores[0].astype(np.float64)
    best[insides] = _NEVER
    origins = np.empty(scores.shape, np.int32)
    for word in range(1, len(scores)):
        origin = origins[word]
        origin[:] = best.argmax()
        goes_on = best[insides] > best[begins]
        origin[insides] = np.arange(1, 1 + count) + count * goes_on
        best = best[origin] + scores[word]
    path = [int(best.argmax())]
    for word in range(len(scores) - 1, 0, -1):
        path.append(int(origins[word, path[-1]]))
    return path[::-1]


def _parse(name: str) -> tuple[str, str]:
    """Prefix and type of a class: ("B", "PER"); type "" for outside."""
    if name in {"O", "OUT", "OUTSIDE", "0"}:
        return "", ""
    match = _TAG.fullmatch(name)
    return (match[1], match[2]) if match else ("I", name)
