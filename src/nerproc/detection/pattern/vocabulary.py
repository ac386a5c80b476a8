"""Which patterns can have a context word near a stretch of text at all.

The exact question is `context.Near`'s and costs microseconds for each match. This one is asked first, for whole
stretches at once; its answer may be a yes too often, never a no.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from nerproc.detection.pattern.context import AFTER, BEFORE, FIRST_UNSPACED, Context, split
from nerproc.detection.pattern.stretch import SEPARATOR, Stretches

_SHORT = 4  # letters
_WIDEST = 4  # bytes of a character in UTF-8
# ASCII letters in lower case; everything else is a space, but for the separator.
_LETTERS = bytes(
    ord(chr(code).lower()) if chr(code).isascii() and chr(code).isalpha() else 0 if code == SEPARATOR[0] else 32
    for code in range(256)
)


class Vocabulary:
    """The context words of some patterns, which are numbered by the bits of masks."""

    def __init__(self, contexts: Mapping[int, Context]) -> None:
        """Of the patterns with these numbers."""
        frequency = Counter(
            word for context in contexts.values() for phrase in context.phrases for word in phrase.split()
        )
        self._all = 0
        self._unspaced = 0  # patterns with words of scripts without spaces
        self._masks: dict[str, int] = {}  # word in lower case -> patterns that it belongs to
        for number, context in contexts.items():
            bit = 1 << number
            self._all |= bit
            if context.parts:
                self._unspaced |= bit
            for words in (*context.words, *context.phrases):
                # One word of a phrase is enough to tell that it may be there: no short one, which all text has.
                piece = min(words.split(), key=lambda word: (len(word) < _SHORT, frequency[word]))
                self._masks[piece] = self._masks.get(piece, 0) | bit
        self._words = frozenset(self._masks)

    def masks(self, text: bytes, stretches: Stretches) -> list[int]:
        """For each stretch, the patterns that may have a context word near a match in it."""
        shown = [
            _around(text, first, last) for first, last in zip(stretches.firsts, stretches.lasts, strict=True)
        ]
        joined = SEPARATOR.join(shown)
        lowered = joined.translate(_LETTERS).decode("ascii").split("\0")
        if len(lowered) != len(shown):  # the text has separators of its own
            return [self._all] * len(shown)
        masks = [self._mask(words.split()) for words in lowered]
        for number in _unusual(joined, shown):
            masks[number] |= self._careful_mask(shown[number].decode("utf-8", "ignore"))
        return masks

    def _mask(self, words: list[str]) -> int:
        mask = 0
        for word in self._words.intersection(words):
            mask |= self._masks[word]
        return mask

    def _careful_mask(self, text: str) -> int:
        mask = self._mask(split(text))
        return mask | self._unspaced if max(text, default="") >= FIRST_UNSPACED else mask


def _around(text: bytes, first: int, last: int) -> bytes:
    """A stretch with all that is near to anything in it."""
    shown = text[max(0, first - BEFORE) : last + AFTER]
    if shown.isascii():
        return shown
    return text[max(0, first - _WIDEST * BEFORE) : last + _WIDEST * AFTER]


def _unusual(joined: bytes, shown: list[bytes]) -> set[int]:
    """The stretches with letters beyond ASCII, or capitals inside words."""
    codes = np.frombuffer(joined, np.uint8)
    capital = (codes - 65) < 26
    small = (codes - 97) < 26
    hump = capital[1:] & small[:-1]
    hump[1:] |= capital[:-2] & capital[1:-1] & small[2:]
    marks = [np.flatnonzero(hump)]
    if not joined.isascii():
        # Not every character beyond ASCII is a letter; quotes and dashes (E2 80 ..) and fixed spaces are not.
        punctuation = ((codes[:-1] == 0xE2) & (codes[1:] == 0x80)) | (
            (codes[:-1] == 0xC2) & (codes[1:] == 0xA0)
        )
        marks.append(np.flatnonzero((codes[:-1] >= 0xC2) & ~punctuation))
    places = np.cumsum([0] + [len(part) + 1 for part in shown])
    return set((np.searchsorted(places, np.concatenate(marks), side="right") - 1).tolist())
