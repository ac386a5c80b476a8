"""What the classes of an encoder mean: BIO, IOB1, IOBES, BILOU, BMES or bare types, all made the moves of BIO.

Moves are numbered O, then B of each label, then I of each label. The last word of an entity (E, L) counts as I,
an entity of one word (S, U) as B.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nerproc.detection.plugin.label import ours
from nerproc.errors import InvalidRequest

_TAG = re.compile(r"([BIMESLU])[-_](.+)")
_OUTSIDE = {"O", "OUT", "OUTSIDE", "0", "X", "PAD", "CLS", "SEP"}  # the last ones: of what is no word
_NEVER = np.float32(-1e9)
_LESS = np.float32(1e-3)  # how much less likely a bare type begins an entity than it goes on with one
_ODD = np.float32(
    4.0
)  # the same of I where there is B: the rule in IOB1, a mistake elsewhere, and names are alike

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
        begins, insides = scores[:, 1 : 1 + count], scores[:, 1 + count :]
        for place in range(count):
            less = _ODD if self._sources[1 + place] else _LESS
            np.maximum(begins[:, place], insides[:, place] - less, out=begins[:, place])
        return scores


def names_of(id2label: object) -> list[str]:
    """The names of the classes, in order, from what `config.json` says.

    Raises:
        InvalidRequest: there are none, or a number is missing.
    """
    if isinstance(id2label, Mapping) and all(isinstance(name, str) for name in id2label.values()):
        names = {str(number): str(name) for number, name in id2label.items()}
        if names and names.keys() == {str(number) for number in range(len(names))}:
            return [names[str(number)] for number in range(len(names))]
    raise InvalidRequest(
        'config.json has no "id2label" with a name for every class',
        hint="Export an encoder that was trained for token classification.",
    )


def _parse(name: str) -> tuple[str, str]:
    """Prefix and type of a class: ("B", "PER"); type "" for outside."""
    if name.strip("[]<>").upper() in _OUTSIDE:
        return "", ""
    match = _TAG.fullmatch(name)
    return (match[1], match[2]) if match else ("I", name)
