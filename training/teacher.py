"""The encoder as a teacher: what it says of the words of texts that nobody marked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
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
from training.tokens import IGNORED, cut, framed, sentence

_Chances = NDArray[np.float16]  # words x moves
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

    def __call__(self, texts: Sequence[str]) -> list[_Chances]:
        """The chances of the moves of each word of each text; see `nerproc.train.target.Teacher`."""
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(self._read, texts))

    def _read(self, text: str) -> _Chances:
        read = sentence(self._tokenizer, Sample(text, ()), LABELS, self._corpus)
        tokens, kinds, moves = cut(framed(read, self._corpus), _LENGTH)
        logits = self._session.run(tokens[None], kinds[None])[0]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances = powers / powers.sum(axis=1, keepdims=True)
        return self._ours(text, chances[np.flatnonzero(moves != IGNORED)])

    def _ours(self, text: str, chances: NDArray[np.float32]) -> _Chances:
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


def kept(
    teacher: Callable[[Sequence[str]], list[_Chances]], folder: Path, size: int = 2_000
) -> Callable[[Sequence[str]], list[_Chances]]:
    """`teacher`, whose answers are kept in `folder`: a text is never read twice, also not by another run."""
    folder.mkdir(parents=True, exist_ok=True)

    def asked(texts: Sequence[str]) -> list[_Chances]:
        said = {key: answer for file in sorted(folder.glob("*.npz")) for key, answer in _load(file)}
        new = [text for text in dict.fromkeys(texts) if _key(text) not in said]
        for first in range(0, len(new), size):
            part = new[first : first + size]
            answers = teacher(part)
            keys = [_key(text) for text in part]
            _save(folder / f"{keys[0].decode()}.npz", keys, answers)
            said.update(zip(keys, answers, strict=True))
        return [said[_key(text)] for text in texts]

    return asked


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24].encode()


def _load(file: Path) -> Iterator[tuple[bytes, _Chances]]:
    with np.load(file) as content:
        keys, lengths, chances = content["keys"], content["lengths"], content["chances"]
    return zip(keys.tolist(), np.split(chances, np.cumsum(lengths)[:-1]), strict=True)


def _save(file: Path, keys: Sequence[bytes], answers: Sequence[_Chances]) -> None:
    partial = file.with_suffix(".new")
    with partial.open("wb") as opened:
        lengths = np.array([len(answer) for answer in answers])
        np.savez(opened, keys=np.array(keys), lengths=lengths, chances=np.concatenate(answers))
    partial.rename(file)
