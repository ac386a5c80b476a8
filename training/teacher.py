"""The encoder as a teacher: what it says of the words of texts that nobody marked."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nerproc.detection.encoder.encoder import NETWORK
from nerproc.detection.encoder.word import words
from nerproc.detection.network.session import Session
from nerproc.detection.tagger.word import BLANK, BREAK, TAB, split
from nerproc.train.sample import Sample
from training.accurate import LABELS, tokenizer_of
from training.tokens import IGNORED, Chances, cut, framed, sentence

_LENGTH = 254  # tokens of a text that are read; paragraphs are seldom longer
_SPACES = {BREAK, BLANK, TAB}


class Reader:
    """Reads texts under the rules of one corpus."""

    def __init__(self, folder: Path, corpus: int, *, threads: int) -> None:
        """Read with the encoder in `folder`, as many texts at once as there are `threads`."""
        self._session = Session(folder / NETWORK, threads=1)
        self._tokenizer = tokenizer_of(folder)
        self._corpus = corpus
        self._threads = threads

    def __call__(self, texts: Sequence[str]) -> list[Chances]:
        """The chances of the moves of each word of each text; see `nerproc.train.target.Teacher`."""
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(self._read, texts))

    def _read(self, text: str) -> Chances:
        read = sentence(self._tokenizer, Sample(text, ()), LABELS, self._corpus)
        shown = cut(framed(read, self._corpus), _LENGTH)
        logits = self._session.run(shown.tokens[None], shown.shapes[None])[0]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances = powers / powers.sum(axis=1, keepdims=True)
        return self._ours(text, chances[np.flatnonzero(shown.moves != IGNORED)])

    def _ours(self, text: str, chances: NDArray[np.float32]) -> Chances:
        """What was said of the tokenizer's words, of our words; of those that were not read, outside."""
        theirs = words(self._tokenizer, text)[: len(chances)]
        mine = split(text)
        count = len(LABELS)
        outside = np.zeros(1 + 2 * count, np.float32)
        outside[0] = 1
        starts = np.array([word.start for word in theirs], np.int64)
        ends = np.array([word.end for word in theirs], np.int64)
        result = np.tile(outside, (len(mine.texts), 1))
        places = np.searchsorted(starts, mine.starts, side="right") - 1
        for number, place in enumerate(places.tolist()):
            if place >= 0 and mine.starts[number] < ends[place]:
                result[number] = chances[place]
                if mine.starts[number] > starts[place]:  # goes on with a word of theirs
                    result[number, 1 + count :] += result[number, 1 : 1 + count]
                    result[number, 1 : 1 + count] = 0
        for number in range(len(mine.texts) - 2, -1, -1):
            if mine.texts[number] in _SPACES:  # inside where what follows goes on, else outside
                result[number, 1 : 1 + count] = 0
                result[number, 1 + count :] = result[number + 1, 1 + count :]
                result[number, 0] = 1 - result[number, 1 + count :].sum()
        return result.astype(np.float16)
