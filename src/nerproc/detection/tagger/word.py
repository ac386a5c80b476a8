"""Text as words with their offsets.

A word is a run of letters, marks and digits; any other character is a word by itself, and so is each one of the
scripts that put no spaces between words. Line breaks are words too (`BREAK`, `BLANK`): they tell rows and
paragraphs apart.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nerproc.detection.pattern.typography import as_typed

BREAK = "\n"  # one line break, however it is written
BLANK = "\n\n"  # two or more in a row
TAB = "\t"
LONGEST = 64  # characters; `feature.py` looks at fewer

_SPACE, _SINGLE, _RUN, _LINE = range(4)  # classes of characters
_LINES = {"\r": BREAK, "\r\n": BREAK, "\n": BREAK}
# Thai to Myanmar, Khmer, kana, Han: scripts without spaces between words.
_UNSPACED: tuple[tuple[int, int], ...] = (
    (0x0E00, 0x0F00),
    (0x1000, 0x10A0),
    (0x1780, 0x1800),
    (0x3040, 0x3100),
    (0x3400, 0xA000),
    (0xF900, 0xFB00),
    (0x20000, 0x32000),
)
_LAST_MARKS = 0x3100  # beyond it, marks are rare enough to stand alone


class Words(NamedTuple):
    """The words of a text, in order."""

    texts: list[str]  # of very long ones, the beginning and the end: nobody looks at more, and they are kept
    starts: NDArray[np.int64]  # offsets in code points
    ends: NDArray[np.int64]  # exclusive


def split(text: str) -> Words:
    """The words of `text`."""
    codes = np.frombuffer(as_typed(text).encode("utf-32-le", "surrogatepass"), np.uint32)
    classes = _classes()[codes]
    begins = np.ones(len(codes), np.bool_)
    np.not_equal(classes[1:], classes[:-1], out=begins[1:])
    begins |= classes == _SINGLE
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(codes))[: len(starts)]
    kinds = classes[starts]
    visible = kinds != _SPACE
    starts, ends, kinds = starts[visible], ends[visible], kinds[visible]
    texts = [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    for place in np.flatnonzero(ends - starts > LONGEST).tolist():
        texts[place] = texts[place][: LONGEST // 2] + texts[place][-LONGEST // 2 :]
    for place in np.flatnonzero(kinds == _LINE).tolist():
        texts[place] = _LINES.get(texts[place], BLANK)
    return Words(texts, starts, ends)


@cache
def _classes() -> NDArray[np.uint8]:
    """The class of each code point."""
    points = np.arange(sys.maxunicode + 1, dtype=np.uint32).view("<U1")
    classes = np.full(len(points), _SINGLE, np.uint8)
    classes[np.strings.isalnum(points)] = _RUN
    for point in range(_LAST_MARKS):
        if classes[point] == _SINGLE and unicodedata.category(chr(point)).startswith("M"):
            classes[point] = _RUN
    for first, last in _UNSPACED:
        classes[first:last] = _SINGLE
    classes[np.strings.isspace(points)] = _SPACE
    classes[ord(TAB)] = _SINGLE
    classes[[ord("\n"), ord("\r")]] = _LINE
    return classes
