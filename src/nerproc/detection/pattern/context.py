"""Words that stand near a match, and whether they make it likelier.

Near is what begins at most BEFORE code points before the match or ends at most AFTER code points behind it,
and what stands over it (`hint`: the column of a table, the key of a value). Words are runs of letters, compared
whole and in lower case; `accountNumber` and `account_number` are two words each. Of several capitals before
small letters the last need not begin another word (LANr, USt), so such a word counts uncut, too.
"""

from __future__ import annotations

import re
from bisect import bisect
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

# Capitals of the Latin script; other scripts have none, or seldom any inside words.
_CAPITALS = "A-Z" + "".join(c for c in map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))) if c.isupper())
_WORD = re.compile(rf"[{_CAPITALS}]+s?(?![^\W\d{_CAPITALS}_])|[{_CAPITALS}]?[^\W\d{_CAPITALS}_]+")
_UNCUT = re.compile(r"[^\W\d_]*[A-Z]{2}[a-z][^\W\d_]*")
_INNER_CAPITAL = re.compile(r"[A-Z](?:(?<=[a-z].)|[A-Z][a-z])")
# ASCII letters in lower case; everything else is a space.
LETTERS = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalpha() else 32 for code in range(256))
FIRST_UNSPACED = "\u0e00"  # from Thai on, scripts set words without spaces, or glue particles to them


class Context(NamedTuple):
    """The context words of a pattern, sorted by how they are looked for."""

    words: frozenset[str]  # whole words, with their English plurals
    phrases: tuple[str, ...]  # several words, framed by spaces
    heads: frozenset[str]  # the first words of phrases
    parts: tuple[str, ...]  # of scripts without spaces: anywhere

    @classmethod
    def of(cls, entries: Sequence[str]) -> Context:
        """Sort the `context` of a pattern."""
        unspaced = {entry for entry in entries if any(c >= FIRST_UNSPACED for c in entry)}
        parts = tuple(" ".join(split(entry)) for entry in entries if entry in unspaced)  # as lines are
        pieces = [split(entry) for entry in entries if entry not in unspaced]
        words = {piece[0] for piece in pieces if len(piece) == 1 and len(piece[0]) > 1}
        plurals = {f"{word}s" for word in words if word.isascii() and word.isalpha()}
        phrases = tuple(f" {' '.join(words)} " for words in pieces if len(words) > 1)
        heads = frozenset(phrase.split()[0] for phrase in phrases)
        return cls(frozenset(words | plurals), phrases, heads, parts)


class Near:
    """What stands near the matches of one window; looked up once for a span, then remembered."""

    def __init__(
        self,
        text: str,
        hint: Hint | None,
        *,
        firsts: Sequence[int] = (),
        lasts: Sequence[int] = (),
        masks: Sequence[int] = (),
    ) -> None:
        """Of `text` and what `hint` says about its places.

        Args:
            text: the window.
            hint: what stands over its places.
            firsts: where stretches of `text` begin for which the patterns that may have a word near are known.
            lasts: where they end.
            masks: those patterns, as bits.
        """
        self._text = text
        self._hint = hint
        self._firsts = firsts
        self._lasts = lasts
        self._masks = masks
        self._seen: dict[tuple[int, int], list[str]] = {}

    def has(self, context: Context, start: int, end: int, pattern: int) -> bool:
        """Whether a word, phrase or part of the `context` of a pattern stands near `text[start:end]`."""
        stretch = bisect(self._firsts, start) - 1
        if stretch >= 0 and end <= self._lasts[stretch] and not self._masks[stretch] >> pattern & 1:
            return False
        words = self._seen.get((start, end))
        if words is None:
            words = self._seen[start, end] = self._words(start, end)
        if not context.words.isdisjoint(words):
            return True
        if not context.parts and context.heads.isdisjoint(words):
            return False
        line = f" {' '.join(words)} "
        return any(phrase in line for phrase in context.phrases) or any(part in line for part in context.parts)

    def which(self, context: Context, start: int, end: int) -> list[str]:
        """The words, phrases and parts of a context that stand near `text[start:end]`."""
        words = self._words(start, end)
        line = f" {' '.join(words)} "
        found = [word for word in dict.fromkeys(words) if word in context.words]
        return found + [known.strip() for known in (*context.phrases, *context.parts) if known in line]

    def _words(self, start: int, end: int) -> list[str]:
        """The words before, after and over the match, in this order."""
        text = self._text
        first, last = max(0, start - BEFORE), end + AFTER
        if first and text[first - 1].isalpha():
            while first < start and text[first].isalpha():  # the rest of a word that begins too far away
                first += 1
        if text[last - 1 : last].isalpha() and text[last : last + 1].isalpha():
            while last > end and text[last - 1].isalpha():
                last -= 1
        words = split(f"{text[first:start]} {text[end:last]}")
        return words + split(self._hint(start)) if self._hint is not None else words


def split(text: str) -> list[str]:
    """The words of `text`: runs of letters, cut before capitals inside them, in lower case.

    Those that may not have been cut rightly follow once more, behind an empty one: no phrase reaches into them.
    """
    if text.isascii() and not _INNER_CAPITAL.search(text):
        return text.encode().translate(LETTERS).decode().split()  # bytes are translated ten times as fast
    words: list[str] = _WORD.findall(text)
    if uncut := _UNCUT.findall(text):
        words += ["", *uncut]
    return [word.lower().replace("i\u0307", "i") for word in words]  # the capital of Turkish i


def raised(score: float) -> float:
    """The score of a match of base `score` beside a context word."""
    return round(min(max(score + BOOST, LEAST), MOST), 2)
