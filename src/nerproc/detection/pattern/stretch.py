"""The stretches of a text that stand beside digits.

Most patterns are numbers, and most text has few digits. So what can only match beside a digit is looked for in
an extract of the text: its digits with MAX_REACH bytes around them. In prose that is next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_REACH = 40  # bytes without a digit before, between and after the digits of a match
_MARGIN = MAX_REACH + 4  # one character more, so that the boundaries of a match are seen
SEPARATOR = b"\0"  # no pattern matches across it


class Stretches(NamedTuple):
    """Stretches of a text, in order."""

    data: bytes  # their bytes, with a separator between two
    firsts: list[int]  # where each begins in the text, in bytes
    lasts: list[int]  # where it ends
    places: NDArray[np.int64]  # where it begins in `data`

    def number(self, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which stretches `offsets` in `data` are in."""
        return np.searchsorted(self.places, offsets, side="right") - 1

    def origin(self, offsets: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The offsets in the text of `offsets` in `data`, which are in the stretches `numbers`."""
        return offsets + (np.array(self.firsts) - self.places)[numbers]

    def only(self, text: bytes, numbers: Sequence[int]) -> Stretches:
        """Some of them."""
        return _cut(text, [self.firsts[n] for n in numbers], [self.lasts[n] for n in numbers])


def beside_digits(text: bytes) -> Stretches | None:
    """What stands around the digits of `text` (UTF-8); None if it has none."""
    codes = np.frombuffer(text, np.uint8)
    digits = np.flatnonzero((codes - 48) < 10)  # below 48 the bytes wrap round
    if not len(digits):
        return None
    breaks = np.flatnonzero(digits[1:] - digits[:-1] > 2 * _MARGIN)
    firsts = (digits[np.concatenate(([0], breaks + 1))] - _MARGIN).tolist()
    lasts = (digits[np.concatenate((breaks, [len(digits) - 1]))] + 1 + _MARGIN).tolist()
    firsts[0] = max(firsts[0], 0)
    lasts[-1] = min(lasts[-1], len(text))
    if not text.isascii():  # cut between characters
        firsts = [_next_character(text, first) for first in firsts]
        lasts = [_next_character(text, last) for last in lasts]
    return _cut(text, firsts, lasts)


def _next_character(text: bytes, offset: int) -> int:
    while offset < len(text) and text[offset] & 0xC0 == 0x80:
        offset += 1
    return offset


def _cut(text: bytes, firsts: list[int], lasts: list[int]) -> Stretches:
    data = SEPARATOR.join([text[first:last] for first, last in zip(firsts, lasts, strict=True)])
    lengths = np.array(lasts) - np.array(firsts) + len(SEPARATOR)
    return Stretches(data, firsts, lasts, np.concatenate(([0], np.cumsum(lengths[:-1]))))
