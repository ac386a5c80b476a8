"""Text as words of tokens with their places, and words as windows that fit an encoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex
from tokenizers import Tokenizer

from nerproc.detection.unpaired import without_halves

CHUNK = 1 << 16  # characters that are tokenized at once, about
SEEK = 1 << 12  # characters before the end of a chunk in which white space is looked for
_WHOLE = 3  # characters of a word before a dot that ends a sentence, at least
LONGEST = 32  # tokens of a word that an encoder sees; the word has its label from the first

# Letters and digits of scripts that put spaces between words, and where a word of them goes on.
_LETTER = r"[[\p{L}\p{M}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
_JOINT = r"['’‐‑-]"
_INSIDE = regex.compile(rf"(?V1)(?<={_LETTER})(?={_JOINT}?{_LETTER})|(?<={_LETTER}{_JOINT})(?={_LETTER})")


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
    text = without_halves(text)
    is_coarse = _knows_spaces_alone(tokenizer)
    found: list[Word] = []
    start = 0
    while start < len(text):
        end = _cut(text, start)
        found += _words(tokenizer, text[start:end], start, is_coarse=is_coarse)
        start = end
    return found


def _knows_spaces_alone(tokenizer: Tokenizer) -> bool:
    """Whether a tokenizer takes all between two spaces for a word, as SentencePiece does.

    Marks beside a word, and each token of scripts without spaces, are then words of their own here.
    """
    return len(set(tokenizer.encode("a.", add_special_tokens=False).word_ids)) == 1


def _cut(text: str, start: int) -> int:
    """Where the chunk that begins at `start` ends: before white space, if there is any near."""
    end = start + CHUNK
    if end >= len(text):
        return len(text)
    return next((place for place in range(end, end - SEEK, -1) if text[place].isspace()), end)


def _words(tokenizer: Tokenizer, text: str, offset: int, *, is_coarse: bool) -> Iterator[Word]:
    encoding = tokenizer.encode(text, add_special_tokens=False)
    current: int | None = None
    start = end = 0
    tokens: list[int] = []
    for token, number, (first, last) in zip(encoding.ids, encoding.word_ids, encoding.offsets, strict=True):
        if number is None or first == last:
            continue
        if number != current or (is_coarse and first >= end and _begins(text, first)):
            if tokens:
                yield Word(offset + start, offset + end, tokens)
            current, start, tokens = number, first, []
        end = last
        if len(tokens) < LONGEST:
            tokens.append(token)
    if tokens:
        yield Word(offset + start, offset + end, tokens)


def _begins(text: str, place: int) -> bool:
    """Whether a word begins at `place`, where a token does and another ends that is not a space alone."""
    return not _INSIDE.match(text, place) and not text[place - 1 : place].isspace()


def cuts(text: str, found: Sequence[Word]) -> list[bool]:
    """Whether a paragraph or a sentence of `text` begins with each word; a sentence, where that is certain."""
    begins = [True] * len(found)
    for place in range(1, len(found)):
        end = found[place - 1].end
        gap = text[end : found[place].start]
        begins[place] = gap.count("\n") > 1 or (bool(gap) and _ends(text, found, place))
    return begins


def _ends(text: str, found: Sequence[Word], place: int) -> bool:
    """Whether a sentence ends before a word: by ! or ?, or by a dot after a word that is no abbreviation."""
    mark = text[found[place - 1].start : found[place - 1].end]
    if mark != "." or place < 2:
        return mark in {"!", "?"}
    start, end = found[place - 2][:2]
    return end - start >= _WHOLE and text[start:end].islower()


def windows(found: Sequence[Word], *, length: int, overlap: int, cuts: Sequence[bool]) -> Iterator[Window]:
    """Windows of at most `length` tokens.

    Each ends at the last of `cuts` in its second half, and the next begins there. Where there is none, they
    show about `overlap` tokens before and after what they own.

    `length` must have room for twice the overlap and a word more.
    """
    start = 0
    while start < len(found):
        shown = start if cuts[start] else _back(found, start, overlap)
        room = length - sum(len(word.tokens) for word in found[shown:start])
        shown_end = start
        while shown_end < len(found) and (room := room - len(found[shown_end].tokens)) >= 0:
            shown_end += 1
        end = shown_end
        if end < len(found):
            half = start + (end - start + 1) // 2
            end = next((place for place in range(shown_end, half, -1) if cuts[place]), start)
            shown_end = end if end > start else shown_end
            end = end if end > start else max(start + 1, _back(found, shown_end, overlap))
        yield Window(shown, start, end, shown_end)
        start = end


def _back(found: Sequence[Word], place: int, tokens: int) -> int:
    """The word from which on there are at most so many tokens before `place`."""
    while place > 0 and (tokens := tokens - len(found[place - 1].tokens)) >= 0:
        place -= 1
    return place
