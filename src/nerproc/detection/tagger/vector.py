"""The vector of each word, made once for each distinct one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from nerproc.detection.network.session import Session
from nerproc.detection.tagger.feature import features, table_rows
from nerproc.detection.tagger.folder import TABLE, WORD
from nerproc.detection.tagger.word import BLANK, BREAK, TAB
from nerproc.errors import InvalidRequest

CACHE = 1 << 16  # words that are kept: 16 MiB of vectors, about as much again for the words
CHUNK = 256  # words whose vectors are made at once; always as many, so that none depends on the others

# Numbers that are the same in every model: of the nothing beside a text, and of the words of these names.
PAD, BREAK_ID, BLANK_ID, TAB_ID = range(4)


class Vectors:
    """Vectors of words, by a number for each distinct word; keeps about `CACHE` of them."""

    def __init__(self, folder: Path, bits: int, *, threads: int) -> None:
        """Read the table of the model in `folder`.

        Raises:
            InvalidRequest: it is not as large as `bits` say.
        """
        try:
            tensors = load_file(folder / TABLE)
            self._table, self._scale = tensors["table"], tensors["scale"].astype(np.float32)
        except (SafetensorError, KeyError) as error:
            raise InvalidRequest(f"{TABLE} in {folder} is no table", hint="train the model anew") from error
        if len(self._table) != table_rows(bits) or len(self._scale) != len(self._table):
            raise InvalidRequest(f"{TABLE} in {folder} has not 2^{bits} rows", hint="train the model anew")
        self._bits = bits
        self._session = Session(folder / WORD, threads=threads, shape=(CHUNK, self._table.shape[1]))
        self._forget()

    @property
    def width(self) -> int:
        """How many numbers a vector has."""
        return self._session.width

    def numbers(self, words: list[str]) -> NDArray[np.int64]:
        """The number of each of `words`, valid until the next call of `make_room`."""
        known = self._known
        new = set(words).difference(known)
        if new:
            self._learn(sorted(new))
        return np.fromiter(map(known.__getitem__, words), np.int64, len(words))

    def make_room(self) -> None:
        """Forget all words if there are too many of them."""
        if len(self._known) > CACHE:
            self._forget()

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of words with `numbers`."""
        return self._vectors.take(numbers, axis=0)

    def _forget(self) -> None:
        self._known: dict[str, int] = {"": PAD}
        self._vectors: NDArray[np.float32] = np.zeros((1, self._session.width), np.float32)
        self._learn([BREAK, BLANK, TAB])

    def _learn(self, words: list[str]) -> None:
        first = len(self._known)
        self._known.update(zip(words, range(first, first + len(words)), strict=True))
        end = first + len(words)
        if end > len(self._vectors):
            grown = np.zeros((max(end, 2 * len(self._vectors)), self._vectors.shape[1]), np.float32)
            grown[:first] = self._vectors[:first]
            self._vectors = grown
        for start in range(0, len(words), CHUNK):
            chunk = words[start : start + CHUNK]
            self._vectors[first + start : first + start + len(chunk)] = self._made(chunk)

    def _made(self, words: list[str]) -> NDArray[np.float32]:
        sums = np.zeros((CHUNK, self._table.shape[1]), np.float32)
        rows, weights, starts = features(words, self._bits)
        weights *= self._scale[rows]
        sums[: len(words)] = np.add.reduceat(self._table[rows] * weights[:, None], starts, axis=0)
        return self._session.run(sums)[: len(words)]
