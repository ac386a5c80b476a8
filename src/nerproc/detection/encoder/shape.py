"""How a word is written: what an encoder that reads lower case is told of capital letters and digits.

Networks were trained with these very numbers, as a row of the token-type table each; they must not change.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHAPES = 8
OTHER = 0  # neither letter nor digit; also for the tokens that are no words
LOWER = 1  # letters without case, such as Chinese ones, are lower
CAPITALIZED = 2  # the first of two or more letters is upper, all others are lower
UPPER = 3  # two or more letters
INITIAL = 4  # one upper letter
MIXED = 5
DIGITS = 6
ALPHANUMERIC = 7  # letters and digits


def shapes(texts: Sequence[str]) -> NDArray[np.int64]:
    """The shape of each word, from 0 to 7; of its characters only letters and digits count."""
    known = {text: _shape(text) for text in set(texts)}
    return np.fromiter((known[text] for text in texts), np.int64, len(texts))


def _shape(text: str) -> int:
    letters = text if text.isalpha() else "".join(filter(str.isalpha, text))
    if len(letters) < len(text) and any(map(str.isdigit, text)):
        return ALPHANUMERIC if letters else DIGITS
    if not letters:
        return OTHER
    upper = sum(map(str.istitle, letters))  # of one letter: whether it is upper, or a title-case digraph
    if upper == 0:
        return LOWER
    if upper == len(letters):
        return UPPER if upper > 1 else INITIAL
    return CAPITALIZED if upper == 1 and letters[0].istitle() else MIXED
