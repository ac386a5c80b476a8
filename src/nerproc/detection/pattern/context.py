"""Words that stand near a match, and whether they make it likelier.

Near is what begins at most BEFORE code points before the match or ends at most AFTER code points behind it, and
what stands over it (`hint`: the column of a table, the key of a value). Words are compared whole and in lower
case; `accountNumber` and `account_number` are two words each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from nerproc.detection.span import Hint

BEFORE = 60  # code points; about the eight words before a value, where its name stands
AFTER = 24  # code points; room for "123456789 (passport no.)"

# As Presidio does (its defaults: 0.35 more, at least 0.4). The least is higher here, so that a name beside a
# value always lifts it over the default threshold of 0.5; 1.0 is left to what was validated.
BOOST = 0.35
LEAST = 0.6
MOST = 0.95

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+|\d+")
_FIRST_UNSPACED = "\u0e00"  # from Thai on, scripts set words without spaces, or glue particles to them


class Context(NamedTuple):
    """The context words of a pattern, sorted by how they are looked for."""

    words: frozenset[str]  # whole words, with their English plurals
    phrases: tuple[str, ...]  # several words, framed by spaces
    parts: tuple[str, ...]  # of scripts without spaces: anywhere

    @classmethod
    def of(cls, entries: Sequence[str]) -> Context:
        """Sort the `context` of a pattern."""
        parts = tuple(entry for entry in entries if any(c >= _FIRST_UNSPACED for c in entry))
        split = {entry: _WORD.findall(entry) for entry in entries if entry not in parts}
        words = {words[0] for words in split.values() if len(words) == 1}
        plurals = {f"{word}s" for word in words if word.isascii() and word.isalpha()}
        phrases = tuple(f" {' '.join(words)} " for words in split.values() if len(words) > 1)
        return cls(frozenset(words | plurals), phrases, parts)


class Near:
    """What stands near the matches of one window; looked up once for a span, then remembered."""

    def __init__(self, text: str, hint: Hint | None) -> None:
        """Of `text` and what `hint` says about its places."""
        self._text = text
        self._hint = hint
        self._seen: dict[tuple[int, int], tuple[list[str], frozenset[str]]] = {}

    def has(self, context: Context, start: int, end: int) -> bool:
        """Whether a word, phrase or part of `context` stands near `text[start:end]`."""
        seen = self._seen.get((start, end))
        if seen is None:
            seen = self._look(start, end)
            self._seen[start, end] = seen
        words, vocabulary = seen
        if not context.words.isdisjoint(vocabulary):
            return True
        if not context.phrases and not context.parts:
            return False
        line = f" {' '.join(words)} "
        return any(phrase in line for phrase in context.phrases) or any(part in line for part in context.parts)

    def _look(self, start: int, end: int) -> tuple[list[str], frozenset[str]]:
        words = [*self._before(start), *self._after(end)]
        if self._hint is not None:
            words += _WORD.findall(self._hint(start))
        pieces: list[str] = []
        vocabulary: set[str] = set()
        for word in words:
            if word.isalpha() and (word.islower() or word.istitle() or word.isupper()):
                pieces.append(word.lower())
            else:
                vocabulary.add(word.lower())
                pieces += map(str.lower, _HUMP.findall(word))
        vocabulary.update(pieces)
        return pieces, frozenset(vocabulary)

    def _before(self, start: int) -> list[str]:
        first = max(0, start - BEFORE)
        words = _WORD.findall(self._text, first, start)
        if words and first > 0 and self._text[first].isalnum() and self._text[first - 1].isalnum():
            del words[0]  # the rest of a word that begins too far away
        return words

    def _after(self, end: int) -> list[str]:
        last = end + AFTER
        words = _WORD.findall(self._text, end, last)
        if words and last < len(self._text) and self._text[last].isalnum() and self._text[last - 1].isalnum():
            del words[-1]
        return words


def raised(score: float) -> float:
    """The score of a match of base `score` beside a context word."""
    return round(min(max(score + BOOST, LEAST), MOST), 2)
