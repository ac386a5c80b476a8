"""The stretches of a text that stand beside digits.

Most patterns are numbers, and most text has few digits. So what can only match beside a digit is looked for in
an extract of the text: its digits with MAX_REACH bytes around them. In prose that is next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

MAX_REACH = 40  # bytes without a digit before, between and after the digits of a match
_MARGIN = MAX_REACH + 4  # one character more, so that the boundaries of a match are seen
_SEPARATOR = b"\0"  # no pattern matches across it


class Stretches(NamedTuple):
    """Stretches of a text, in order; all offsets are in bytes."""

    data: bytes  # their bytes, with a separator between two
    firsts: list[int]  # where each begins in the text
    lasts: list[int]  # where it ends
    places: list[int]  # where it begins in `data`

    def only(self, text: bytes, numbers: Sequence[int]) -> Stretches:
        """Some of them."""
        if len(numbers) == len(self.firsts):
            return self
        return _cut(text, [self.firsts[n] for n in numbers], [self.lasts[n] for n in numbers])


NO_STRETCHES = Stretches(b"", [], [], [])


def beside_digits(text: bytes) -> Stretches:
    """What stands around the digits of `text` (UTF-8)."""
    codes = np.frombuffer(text, np.uint8)
    digits = ((codes - 48) < 10).nonzero()[0]  # below 48 the bytes wrap round
    if not len(digits):
        return NO_STRETCHES
    breaks = (digits[1:] - digits[:-1] > 2 * _MARGIN).nonzero()[0]
    firsts = [first - _MARGIN for first in (int(digits[0]), *digits[breaks + 1].tolist())]
    lasts = [last + 1 + _MARGIN for last in (*digits[breaks].tolist(), int(digits[-1]))]
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
    parts = [text[first:last] for first, last in zip(firsts, lasts, strict=True)]
    places = list(accumulate((len(part) + len(_SEPARATOR) for part in parts[:-1]), initial=0))
    return Stretches(_SEPARATOR.join(parts), firsts, lasts, places)
