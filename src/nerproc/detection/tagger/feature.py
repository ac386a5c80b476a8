"""What the network sees of a word: rows of one table, of which it adds the vectors up.

Rows are chosen by hashes of the word, of its beginnings and endings, of its shape and of the runs of 3 to 5
characters in it, so that there is no list of known words: two words may share a row, hardly ever all of them.
Every model of format 1 was trained with these very hashes; they must not change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LENGTH = 24  # characters of a word that are looked at, with the marks around it; its last ones always are
_GRAMS = (3, 4, 5)
_FIXED = 9  # rows of every word: three by the word, five by affixes, one by shape
WHOLE = 3  # the first of them, which only words that were seen in training know

_Codes = NDArray[np.uint32]


class Features(NamedTuple):
    """The rows of some words, one word after the other."""

    rows: NDArray[np.int64]
    weights: NDArray[np.float32]  # of each row in the sum
    starts: NDArray[np.int64]  # where each word's rows begin


def table_rows(bits: int) -> int:
    """How many rows the table has whose parts have 2^bits, half and a sixteenth of that."""
    return sum(_sizes(bits))


def features(words: Sequence[str], bits: int) -> Features:
    """The rows of `words` in a table of `table_rows(bits)` rows."""
    exact, lengths = _characters(words)
    lower = _fold(*_characters([word.lower() for word in words]))
    sizes = _sizes(bits)
    offsets = np.cumsum([0, *sizes[:-1]])
    fixed = np.empty((len(words), _FIXED), np.int64)
    grams, has_gram = _grams(*lower)
    low = _hash(*lower)
    fixed[:, 0] = _bucket(low, sizes[0])
    fixed[:, 1] = _bucket(low * np.uint32(0x9E3779B1) + np.uint32(0x7F4A7C15), sizes[0])
    fixed[:, 2] = _bucket(_hash(exact, lengths), sizes[1]) + offsets[1]
    for number, affix in enumerate(_affixes(*lower)):
        fixed[:, WHOLE + number] = _bucket(affix, sizes[3]) + offsets[3]
    fixed[:, -1] = _bucket(_shape(exact, lengths), sizes[4]) + offsets[4]
    rows = np.concatenate([fixed, _bucket(grams, sizes[2]) + offsets[2]], axis=1)
    is_there = np.concatenate([np.ones_like(fixed, np.bool_), has_gram], axis=1)
    counts = is_there.sum(axis=1)
    weights = np.empty(rows.shape, np.float32)
    weights[:, :_FIXED] = 1
    weights[:, _FIXED:] = (1 / np.maximum(counts - _FIXED, 1))[:, None]
    return Features(rows[is_there], weights[is_there], np.cumsum(counts) - counts)


def _sizes(bits: int) -> tuple[int, int, int, int, int]:
    """Rows for lower-case words, exact words, runs of characters, affixes, shapes."""
    return 1 << bits, 1 << (bits - 1), 1 << bits, 1 << (bits - 1), 1 << (bits - 4)


def _characters(words: Sequence[str]) -> tuple[_Codes, NDArray[np.int64]]:
    """The characters of `words` between < and >, a row each, 0 behind the last; and their numbers.

    Of a long word the middle is left out.
    """
    half = LENGTH // 2
    cut = [word if len(word) <= LENGTH - 2 else word[: half - 1] + word[1 - half :] for word in words]
    flat = np.frombuffer("".join([f"<{word}>" for word in cut]).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, cut), np.int64, len(cut)) + 2
    places = np.arange(LENGTH)
    table = np.zeros((len(words), LENGTH), np.uint32)
    table[places < lengths[:, None]] = flat
    return table, lengths


def _fold(codes: _Codes, lengths: NDArray[np.int64]) -> tuple[_Codes, NDArray[np.int64]]:
    """`codes` with 0 in the place of each digit: 1987 and 2021 are alike."""
    codes[(codes >= ord("0")) & (codes <= ord("9"))] = ord("0")
    return codes, lengths


def _step(state: _Codes, codes: _Codes) -> _Codes:
    """One step of FNV-1a, with a whole character for a byte."""
    return (state ^ codes) * np.uint32(16777619)


def _start(count: int) -> _Codes:
    return np.full(count, 2166136261, np.uint32)


def _hash(codes: _Codes, lengths: NDArray[np.int64]) -> _Codes:
    state = _start(len(codes))
    for place in range(int(lengths.max(initial=0))):
        state = np.where(place < lengths, _step(state, codes[:, place]), state)
    return state


def _affixes(codes: _Codes, lengths: NDArray[np.int64]) -> list[_Codes]:
    """Hashes of the first 1 and 3 characters and of the last 2, 3 and 4, with the mark beside them."""
    found = []
    for count in (1, 3):
        state = _start(len(codes))
        for place in range(count + 1):
            state = _step(state, codes[:, place])
        found.append(state + np.uint32(count))
    words = np.arange(len(codes))
    for count in (2, 3, 4):
        state = _start(len(codes))
        for back in range(1, count + 2):
            state = _step(state, codes[words, np.maximum(lengths - back, 0)])
        found.append(state - np.uint32(count))
    return found


def _grams(codes: _Codes, lengths: NDArray[np.int64]) -> tuple[_Codes, NDArray[np.bool_]]:
    """The hashes of all runs of characters, a column for each place; and which of them there are."""
    hashes, there = [], []
    longest = int(lengths.max(initial=0))
    for count in _GRAMS:
        columns = max(longest - count + 1, 0)
        state = np.full((len(codes), columns), 2166136261 + count, np.uint32)
        for place in range(count):
            state = _step(state, codes[:, place : place + columns])
        hashes.append(state)
        there.append(np.arange(columns) + count <= lengths[:, None])
    return np.concatenate(hashes, axis=1), np.concatenate(there, axis=1)


def _shape(codes: _Codes, lengths: NDArray[np.int64]) -> _Codes:
    """A hash of the kinds of characters, each run of a kind once, and of whether there are more than three."""
    kinds = _kinds()[codes[:, 1:]]
    state = _step(_start(len(codes)), np.minimum(lengths - 2, 4).astype(np.uint32))
    for place in range(max(int(lengths.max(initial=0)) - 2, 0)):
        is_new = place + 2 < lengths
        if place:
            is_new &= kinds[:, place] != kinds[:, place - 1]
        state = np.where(is_new, _step(state, kinds[:, place]), state)
    return state


@cache
def _kinds() -> NDArray[np.uint32]:
    """1 for capital letters, 2 for small ones, 3 for other letters, 4 for digits, 5 for the rest."""
    points = np.arange(0x110000, dtype=np.uint32).view("<U1")
    kinds = np.full(len(points), 5, np.uint32)
    tests: tuple[tuple[int, Callable[..., NDArray[np.bool_]]], ...] = (
        (3, np.strings.isalpha),
        (4, np.strings.isdigit),
        (2, np.strings.islower),
        (1, np.strings.isupper),
    )
    for kind, test in tests:
        kinds[test(points)] = kind
    return kinds


def _bucket(hashes: _Codes, size: int) -> NDArray[np.int64]:
    """A row below `size`, a power of two, for each hash: from its high bits, after all bits were mixed."""
    mixed = hashes ^ (hashes >> np.uint32(15))
    mixed = mixed * np.uint32(0x2C1B3C6D)
    mixed ^= mixed >> np.uint32(12)
    mixed = mixed * np.uint32(0x297A2D39)
    return (mixed >> np.uint32(32 - size.bit_length() + 1)).astype(np.int64)
