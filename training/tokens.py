"""Marked sentences as tokens of MiniLM, and the batches of an epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from nerproc.detection.encoder import shape
from nerproc.detection.encoder.word import LONGEST, Word, words
from nerproc.train.sample import Sample

_Numbers = NDArray[np.int64]
Chances = NDArray[np.float16]  # words x moves

CLS, SEP, MASK, PAD = 101, 102, 103, 0
ANY = 1  # [unused0]: the token of no corpus; those of corpora follow it
IGNORED = -100
_LONGEST_TEXT = 110  # tokens that neighbouring sentences are joined up to
MOST = 254  # tokens of a text that are learned
_GENERIC = 0.35  # share of texts that are read under the rules of no corpus in particular
_UPPER, _LOWER = 0.05, 0.10  # share of texts in capital letters; in small ones, up to the second number
_HIDDEN = 0.06  # share of words that are masked


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in tokens."""

    tokens: _Numbers
    shapes: _Numbers
    moves: _Numbers  # of the first token of each word; IGNORED for others
    chances: Chances  # of each word; of what people marked, certain
    corpus: int  # token of the corpus


class Text(NamedTuple):
    """A sentence as the network is shown it, with the tokens around it."""

    tokens: _Numbers
    shapes: _Numbers
    moves: _Numbers
    chances: Chances


class Batch(NamedTuple):
    """All of batch x tokens, but for `chances`, of which there is a row for each word of the batch."""

    tokens: torch.Tensor
    mask: torch.Tensor
    shapes: torch.Tensor
    moves: torch.Tensor
    chances: torch.Tensor

    @property
    def is_word(self) -> torch.Tensor:
        """Batch x tokens: whether a word begins there."""
        return self.moves != IGNORED


def moves_of(sample: Sample, found: Sequence[Word], labels: Sequence[str]) -> _Numbers:
    """The move of each word: O, then B of each label, then I of each."""
    moves = np.zeros(len(found), np.int64)
    starts = np.array([word.start for word in found], np.int64)
    ends = np.array([word.end for word in found], np.int64)
    for span in sample.spans:
        first, last = np.searchsorted(ends, span.start, side="right"), np.searchsorted(starts, span.end)
        if first < last:
            moves[first:last] = 1 + len(labels) + labels.index(span.label)
            moves[first] = 1 + labels.index(span.label)
    return moves


def sentence(tokenizer: Tokenizer, sample: Sample, labels: Sequence[str], corpus: int) -> Sentence:
    """`sample` as tokens, as certain as it is marked."""
    found = words(tokenizer, sample.text)
    moves = moves_of(sample, found, labels)
    kinds = shape.shapes([sample.text[word.start : word.end] for word in found])
    tokens, shapes, targets = [], [], []
    for word, kind, move in zip(found, kinds.tolist(), moves.tolist(), strict=True):
        tokens += word.tokens[:LONGEST]
        shapes += [kind] * len(word.tokens)
        targets += [move] + [IGNORED] * (len(word.tokens) - 1)
    columns = (np.array(column, np.int64) for column in (tokens, shapes, targets))
    return Sentence(*columns, np.eye(1 + 2 * len(labels), dtype=np.float16)[moves], corpus)


def epoch(sentences: Sequence[Sentence], rng: np.random.Generator, *, tokens: int) -> Iterator[Batch]:
    """All `sentences` once, neighbours joined, in batches of about `tokens` tokens with little padding."""
    texts = [_varied(joined, rng) for joined in _joined(sentences, rng)]
    order = sorted(range(len(texts)), key=lambda place: len(texts[place].tokens) + rng.random() * 8)
    batches, current = [], []
    for place in order:
        current.append(place)
        if len(texts[place].tokens) * len(current) >= tokens:
            batches.append(current)
            current = []
    if current:
        batches.append(current)
    for number in rng.permutation(len(batches)).tolist():
        yield collate([texts[place] for place in batches[number]])


def collate(texts: Sequence[Text]) -> Batch:
    """Texts beside each other."""
    longest = max(len(text.tokens) for text in texts)
    shown = np.full((3, len(texts), longest), PAD, np.int64)
    shown[2] = IGNORED
    mask = np.zeros((len(texts), longest), np.int64)
    for row, text in enumerate(texts):
        size = len(text.tokens)
        shown[:, row, :size] = text.tokens, text.shapes, text.moves
        mask[row, :size] = 1
    tokens, shapes, moves = (torch.from_numpy(column) for column in shown)
    chances = torch.from_numpy(np.concatenate([text.chances for text in texts])).float()
    return Batch(tokens, torch.from_numpy(mask), shapes, moves, chances)


def framed(text: Sentence, corpus: int) -> Text:
    """A sentence with the tokens around it."""
    return Text(
        np.concatenate([[CLS, corpus], text.tokens, [SEP]]),
        np.concatenate([[0, 0], text.shapes, [0]]),
        np.concatenate([[IGNORED, IGNORED], text.moves, [IGNORED]]),
        text.chances,
    )


def cut(text: Text, most: int) -> Text:
    """The first `most` tokens."""
    moves = text.moves[:most]
    return Text(text.tokens[:most], text.shapes[:most], moves, text.chances[: int((moves != IGNORED).sum())])


def _joined(sentences: Sequence[Sentence], rng: np.random.Generator) -> Iterator[Sentence]:
    """Runs of neighbours of one corpus, of one to four sentences."""
    place = 0
    while place < len(sentences):
        run = [sentences[place]]
        size = len(run[0].tokens)
        for other in sentences[place + 1 : place + int(rng.integers(1, 5))]:
            size += len(other.tokens)
            if other.corpus != run[0].corpus or size > _LONGEST_TEXT:
                break
            run.append(other)
        place += len(run)
        columns = (
            np.concatenate([getattr(each, name) for each in run])
            for name in ("tokens", "shapes", "moves", "chances")
        )
        yield Sentence(*columns, run[0].corpus)


def _varied(text: Sentence, rng: np.random.Generator) -> Text:
    case, rules = rng.random(2)
    shapes, tokens = text.shapes, text.tokens
    is_word = (shapes >= shape.LOWER) & (shapes <= shape.MIXED)
    if case < _UPPER:
        shapes = np.where(is_word & (shapes != shape.INITIAL), shape.UPPER, shapes)
    elif case < _LOWER:
        shapes = np.where(is_word, shape.LOWER, shapes)
    starts = text.moves != IGNORED
    hidden = (rng.random(len(text.chances)) < _HIDDEN)[np.cumsum(starts) - 1]
    tokens = np.where(hidden, MASK, tokens)
    corpus = ANY if rules < _GENERIC else text.corpus
    return cut(framed(Sentence(tokens, shapes, text.moves, text.chances, corpus), corpus), MOST)
