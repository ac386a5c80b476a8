"""Which patterns can have a context word near a stretch of text at all.

The exact question is `context.Near`'s and costs microseconds for each match. This one is asked first, for whole
stretches at once; its answer may be a yes too often, never a no.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate

import numpy as np

from nerproc.detection.pattern.context import AFTER, BEFORE, FIRST_UNSPACED, LETTERS, Context, split
from nerproc.detection.pattern.database import Database, Expression
from nerproc.detection.pattern.stretch import Stretches

# Words of phrases that much text has, in one language or another; "org" ends hosts.
_EVERYWHERE = {
    "a", "as", "at", "by", "c", "d", "da", "de", "di", "do", "e", "el", "et", "f", "g", "h", "her", "his", "i",
    "id", "in", "is", "it", "la", "m", "me", "my", "n", "no", "of", "on", "or", "org", "p", "r", "s", "the",
    "to", "us", "v", "y",
}  # fmt: skip
_WIDEST = 4  # bytes of a character in UTF-8
Hits = list[tuple[int, int]]  # end in the text, number of the word


class Vocabulary:
    """The context words of some patterns, which are numbered by the bits of masks."""

    def __init__(self, contexts: Mapping[int, Context]) -> None:
        """Of the patterns with these numbers."""
        self._unspaced = 0  # patterns with words of scripts without spaces
        self._masks = _masks_by_word(contexts)
        for number, context in contexts.items():
            if context.parts:
                self._unspaced |= 1 << number
        words = [word for word in self._masks if word.isascii()]
        self._mask_of = [self._masks[word] for word in words]
        # Plain texts, all in one group: compiled and found in no time.
        self._database = Database([Expression(f" {word} ", 0) for word in words], group=len(words) or 1)

    def masks(self, text: bytes, stretches: Stretches) -> list[int]:
        """For each stretch, the patterns that may have a context word near a match in it."""
        shown = [
            _around(text, first, last) for first, last in zip(stretches.firsts, stretches.lasts, strict=True)
        ]
        joined = b" ".join([b"", *shown, b""])
        places = list(accumulate((len(part) + 1 for part in shown[:-1]), initial=1))  # where each begins in it
        hits: Hits = []
        self._database.scan(joined.translate(LETTERS), _keep_hit, hits)
        masks = [0] * len(shown)
        for end, word in hits:
            masks[bisect(places, end - 2) - 1] |= self._mask_of[word]  # the hit ends behind a space
        for number in {bisect(places, place) - 1 for place in _unusual(joined)}:
            masks[number] |= self._careful_mask(shown[number].decode("utf-8", "ignore"))
        return masks

    def _careful_mask(self, text: str) -> int:
        mask = 0
        for word in self._masks.keys() & split(text):
            mask |= self._masks[word]
        return mask | self._unspaced if max(text, default="") >= FIRST_UNSPACED else mask


def _masks_by_word(contexts: Mapping[int, Context]) -> dict[str, int]:
    """A word in lower case -> the patterns that it belongs to, itself or in a phrase."""
    frequency = Counter(
        word for context in contexts.values() for phrase in context.phrases for word in phrase.split()
    )
    masks: dict[str, int] = {}
    for number, context in contexts.items():
        for words in (*context.words, *context.phrases):
            # One word of a phrase is enough to tell that it may be there: the one that fewest phrases have.
            piece = min(words.split(), key=lambda word: (word in _EVERYWHERE, frequency[word]))
            masks[piece] = masks.get(piece, 0) | 1 << number
    return masks


def _keep_hit(word: int, _start: int, end: int, _flags: int, hits: Hits) -> None:
    hits.append((end, word))


def _around(text: bytes, first: int, last: int) -> bytes:
    """A stretch with all that is near to anything in it."""
    shown = text[max(0, first - BEFORE) : last + AFTER]
    if shown.isascii():
        return shown
    return text[max(0, first - _WIDEST * BEFORE) : last + _WIDEST * AFTER]


def _unusual(joined: bytes) -> list[int]:
    """Where letters beyond ASCII or capitals inside words stand."""
    codes = np.frombuffer(joined, np.uint8)
    capital = (codes - 65) < 26
    small = (codes - 97) < 26
    unusual = capital[1:] & small[:-1]
    unusual[1:] |= capital[:-2] & capital[1:-1] & small[2:]
    if not joined.isascii():
        # Not every character beyond ASCII is a letter; quotes and dashes (E2 80 ..) and fixed spaces are not.
        first, second = codes[:-1], codes[1:]
        punctuation = ((first == 0xE2) & (second == 0x80)) | ((first == 0xC2) & (second == 0xA0))
        unusual |= (first >= 0xC2) & ~punctuation
    places: list[int] = unusual.nonzero()[0].tolist()
    return places
