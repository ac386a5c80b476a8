"""From scores of moves to entities: the best sequence of legal moves, and how sure it is.

Moves are numbered O, then B of each label, then I of each label; I of a label may follow B and I of that label
alone. A word at which O is ahead of all others by more than `CERTAIN` is O, whatever is beside it. What remains
are short runs of words, and Viterbi's algorithm goes through all of them at once, a word of each in every step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CERTAIN = 6.0  # log-odds: every other move has less than a chance of 1 in 400
_NEVER = np.float32(-1e9)

_Scores = NDArray[np.float32]


class Found(NamedTuple):
    """Entities in a stream of words, in order."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]  # exclusive
    labels: NDArray[np.int64]
    chances: _Scores  # mean over its words that a word is of the entity's label, 0 to 1; not calibrated


def decode(scores: _Scores, closed: NDArray[np.bool_], breaks: NDArray[np.bool_]) -> Found:
    """The entities in a stream.

    Args:
        scores: a row of each word, a column of each move.
        closed: words that are in no entity.
        breaks: words that no entity begins or ends with.
    """
    columns = np.ascontiguousarray(scores.T)
    best_other = columns[1]
    for column in columns[2:]:
        best_other = np.maximum(best_other, column)
    open_words = np.flatnonzero((columns[0] - best_other < CERTAIN) & ~closed)
    shown = scores[open_words].astype(np.float32, copy=True)
    count = (scores.shape[1] - 1) // 2
    shown[breaks[open_words], 1 : 1 + count] = _NEVER
    is_first = np.ones(len(open_words), np.bool_)
    is_first[1:] = np.diff(open_words) != 1
    tags = _best(shown, np.flatnonzero(is_first))
    return _entities(open_words, is_first, tags, shown, breaks[open_words])


def _best(scores: _Scores, firsts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The best legal moves in runs of words that begin at `firsts`."""
    lengths = np.diff(firsts, append=len(scores))
    order = np.argsort(-lengths, kind="stable")
    firsts, lengths = firsts[order], lengths[order]
    # In step n there are as many runs as have a word n: the longer ones stand first.
    running = np.searchsorted(-lengths, -np.arange(int(lengths.max(initial=0))), side="left")
    tags = np.zeros(len(scores), np.int64)
    count = (scores.shape[1] - 1) // 2
    begins, insides = slice(1, 1 + count), slice(1 + count, None)
    best = np.empty((0, scores.shape[1]), np.float32)
    last = np.empty(len(firsts), np.int64)
    origins: list[NDArray[np.int64]] = []
    for step, runs in enumerate(running.tolist()):
        here = scores[firsts[:runs] + step]
        if step == 0:
            here[:, insides] = _NEVER
        else:
            last[runs : len(best)] = best[runs:].argmax(axis=1)
            best = best[:runs]
            origin = np.repeat(best.argmax(axis=1)[:, None], scores.shape[1], axis=1)
            goes_on = best[:, insides] > best[:, begins]
            origin[:, insides] = np.arange(1, 1 + count) + count * goes_on
            origins.append(origin)
            here += np.take_along_axis(best, origin, axis=1)
        best = here
    last[: len(best)] = best.argmax(axis=1)
    tags[firsts + lengths - 1] = last
    for step in range(len(origins), 0, -1):
        runs = len(origins[step - 1])
        last[:runs] = origins[step - 1][np.arange(runs), last[:runs]]
        tags[firsts[:runs] + step - 1] = last[:runs]
    return tags


def _entities(
    words: NDArray[np.int64],
    is_first: NDArray[np.bool_],
    tags: NDArray[np.int64],
    scores: _Scores,
    breaks: NDArray[np.bool_],
) -> Found:
    """The entities of `tags` of `words`, of which each that does not follow the one before it `is_first`."""
    count = (scores.shape[1] - 1) // 2
    starts = np.flatnonzero((tags > 0) & (tags <= count))
    stops = np.append(np.flatnonzero((tags <= count) | is_first), len(tags))
    ends = stops[np.searchsorted(stops, starts, side="right")]
    while len(starts) and breaks[ends - 1].any():
        ends = ends - breaks[ends - 1]
    labels = tags[starts] - 1
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    odds /= odds.sum(axis=1, keepdims=True)
    label = np.maximum(tags - 1, 0) % count
    places = np.arange(len(tags))
    # With a word more at the end, where an entity may end; each sum adds up its own words and no others.
    chances = np.append(odds[places, 1 + label] + odds[places, 1 + count + label], np.float32(0))
    sums = (
        np.add.reduceat(chances, np.stack([starts, ends], axis=1).ravel())[::2] if len(starts) else chances[:0]
    )
    return Found(words[starts], words[ends - 1] + 1, labels, (sums / (ends - starts)).astype(np.float32))
