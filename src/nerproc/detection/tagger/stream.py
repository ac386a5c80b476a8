"""Texts behind one another as one stream of words, and its moves from the network.

The network sees a word and `HALO` neighbours on each side; beside a text are `HALO` empty words. So the
stream can be cut anywhere, into blocks that show the words beside them: where the cuts are, and which other
texts there are, changes nothing. Batches always have the same shape, so that no rounding differs either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

DILATIONS = (1, 1, 2, 4)  # words to either side that each layer looks at, beside the word itself
HALO = sum(DILATIONS)  # words
BLOCK = 128  # words of the stream in a block
BATCH = 8  # blocks that are given to the network at once: what fits into the caches


def join(texts: Sequence[NDArray[np.int64]], pad: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The stream of `texts`, given as numbers of words, and where each begins in it.

    The stream begins with `HALO` times `pad`, and each text is followed by as many.
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    starts = np.cumsum(lengths + HALO) - lengths
    stream = np.full(int((lengths + HALO).sum()) + HALO, pad, np.int64)
    for start, text in zip(starts.tolist(), texts, strict=True):
        stream[start : start + len(text)] = text
    return stream, starts


def blocks(stream: NDArray[np.int64], pad: int, *, multiple: int = BATCH) -> NDArray[np.int64]:
    """The stream in blocks of `BLOCK` words with `HALO` on each side; as many as a multiple of `multiple`."""
    count = -(-len(stream) // (BLOCK * multiple)) * multiple
    padded = np.full(count * BLOCK + 2 * HALO, pad, np.int64)
    padded[HALO : HALO + len(stream)] = stream
    return sliding_window_view(padded, BLOCK + 2 * HALO)[::BLOCK]


def moves(
    stream: NDArray[np.int64],
    pad: int,
    vectors: Callable[[NDArray[np.int64]], NDArray[np.float32]],
    network: Callable[[NDArray[np.float32]], NDArray[np.float32]],
) -> NDArray[np.float32]:
    """What the network says of each word of `stream`: a row of scores, one for each move."""
    shown = blocks(stream, pad)
    found = [network(vectors(shown[first : first + BATCH])) for first in range(0, len(shown), BATCH)]
    joined = np.concatenate(found).reshape(len(shown) * BLOCK, -1)
    return joined[: len(stream)]
