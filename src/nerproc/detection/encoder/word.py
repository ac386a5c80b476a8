"""Text as words of tokens with their places, and words as windows that fit an encoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tokenizers import Tokenizer

CHUNK = 1 << 16  # characters that are tokenized at once, about
SEEK = 1 << 12  # characters before the end of a chunk in which white space is looked for
LONGEST = 32  # tokens of a word that an encoder sees; the word has its label from the first


class Word(NamedTuple):
    """What the tokenizer takes for a word."""

    start: int  # in the text
    end: int  # exclusive
    tokens: list[int]


class Window(NamedTuple):
    """A run of words; those that it owns are labelled by it."""

    shown: int  # first word that the encoder sees
    start: int  # first word that it owns
    end: int  # exclusive
    shown_end: int  # exclusive


def words(tokenizer: Tokenizer, text: str) -> list[Word]:
    """The words of `text`, in order."""
    found: list[Word] = []
    start = 0
    while start < len(text):
        end = _cut(text, start)
        found += _words(tokenizer, text[start:end], start)
        start = end
    return found


def _cut(text: str, start: int) -> int:
    """Where the chunk that begins at `start` ends: before white space, if there is any near."""
    end = start + CHUNK
    if end >= len(text):
        return len(text)
    return next((place for place in range(end, end - SEEK, -1) if text[place].isspace()), end)


def _words(tokenizer: Tokenizer, text: str, offset: int) -> Iterator[Word]:
    encoding = tokenizer.encode(text, add_special_tokens=False)
    current: int | None = None
    start = end = 0
    tokens: list[int] = []
    for token, number, (first, last) in zip(encoding.ids, encoding.word_ids, encoding.offsets, strict=True):
        if number is None or first == last:
            continue
        if number != current:
            if tokens:
                yield Word(offset + start, offset + end, tokens)
            current, start, tokens = number, first, []
        end = last
        if len(tokens) < LONGEST:
            tokens.append(token)
    if tokens:
        yield Word(offset + start, offset + end, tokens)


def windows(found: Sequence[Word], *, length: int, overlap: int) -> Iterator[Window]:
    """Windows of at most `length` tokens, about `overlap` of them before and after what each owns.

    `length` must have room for twice the overlap and a word more.
    """
    start = 0
    while start < len(found):
        shown = _back(found, start, overlap)
        room = length - sum(len(word.tokens) for word in found[shown:start])
        shown_end = start
        while shown_end < len(found) and (room := room - len(found[shown_end].tokens)) >= 0:
            shown_end += 1
        end = shown_end if shown_end == len(found) else max(start + 1, _back(found, shown_end, overlap))
        yield Window(shown, start, end, shown_end)
        start = end


def _back(found: Sequence[Word], place: int, tokens: int) -> int:
    """The word from which on there are at most so many tokens before `place`."""
    while place > 0 and (tokens := tokens - len(found[place - 1].tokens)) >= 0:
        place -= 1
    return place
