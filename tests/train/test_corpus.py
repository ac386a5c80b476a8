from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
from tests.people import LABELS, samples

from nerproc.detection.tagger.stream import HALO
from nerproc.detection.tagger.word import BLANK, BREAK, split
from nerproc.train.corpus import Batch, Corpus
from nerproc.train.target import Material

GIVEN = samples(300)


def epoch(seed: int) -> list[Batch]:
    return list(Corpus([Material(GIVEN)], LABELS).epoch(np.random.default_rng(seed), batch=3))


def test_an_epoch_has_each_word_once() -> None:
    corpus = Corpus([Material(GIVEN)], LABELS)
    seen: Counter[str] = Counter()
    for batch in epoch(1):
        words = batch.words[:, HALO:-HALO][batch.counts]
        seen.update(corpus.vocabulary[number].lower() for number in words.tolist())
    assert seen.pop(BREAK) > 10
    assert seen.pop(BLANK) > 10
    assert seen == Counter(word.lower() for sample in GIVEN for word in split(sample.text).texts)


def test_epochs_differ_and_are_the_same_with_the_same_numbers() -> None:
    assert all(np.array_equal(a.words, b.words) for a, b in zip(epoch(1), epoch(1), strict=True))
    assert not np.array_equal(epoch(1)[0].words, epoch(2)[0].words)


def test_targets_are_legal_and_some_words_are_in_capitals() -> None:
    corpus = Corpus([Material(GIVEN)], LABELS)
    capitals = 0
    for batch in epoch(1):
        for words, goals in zip(batch.words[:, HALO:-HALO], batch.targets, strict=True):
            moves = goals.argmax(axis=1).tolist()
            assert all(move < 3 or before in {move, move - 2} for before, move in pairwise(moves))
            capitals += sum(corpus.vocabulary[number] == "SMITH" for number in words.tolist())
    assert 0 < capitals < 20


def test_a_block_that_holds_no_word_is_no_batch() -> None:
    corpus = Corpus([Material(samples(177))], LABELS)  # the stream of its second epoch ends just behind a block
    batches = list(corpus.epoch(np.random.default_rng((1, 1)), batch=1))
    assert len(batches) > 5
    assert all(batch.counts.any() for batch in batches)
