"""What the engine promises, said in the simplest way: every pattern alone, with `finditer`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import regex

from nerproc.detection.pattern.context import AFTER, BEFORE, Context, raised, split
from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.typography import as_typed
from nerproc.detection.span import Span


def find(
    patterns: Sequence[Pattern],
    text: str,
    hint: Callable[[int], str] | None = None,
    floor: Callable[[str], float] = lambda _: 0.0,
) -> list[Span]:
    text = as_typed(text)
    spans = []
    for pattern in patterns:
        flags = regex.ASCII | (regex.IGNORECASE if pattern.ignore_case else 0)
        for match in regex.finditer(pattern.expression, text, flags):
            start, end = match.span()
            if end - start > 8_192:
                continue
            verdict = pattern.validator(match[0]) if pattern.validator else None
            if verdict is False:
                continue
            score = pattern.score
            if verdict:
                score = 1.0
            elif pattern.context and has_context(pattern.context, text, start, end, hint):
                score = raised(score)
            if score >= floor(pattern.label):
                spans.append(Span(start, end, pattern.label, pattern.kind, score, "pattern", verdict is True))
    return spans


def has_context(
    context: Sequence[str], text: str, start: int, end: int, hint: Callable[[int], str] | None = None
) -> bool:
    """Word for word: the words that begin at most BEFORE before, or end at most AFTER behind."""
    first = max(0, start - BEFORE)
    while 0 < first < start and text[first - 1].isalpha() and text[first].isalpha():
        first += 1
    last = min(len(text), end + AFTER)
    while end < last < len(text) and text[last - 1].isalpha() and text[last].isalpha():
        last -= 1
    words = split(f"{text[first:start]} {text[end:last]}") + split(hint(start) if hint else "")
    wanted = Context.of(context)
    line = f" {' '.join(words)} "
    return (
        any(word in wanted.words for word in words)
        or any(phrase in line for phrase in wanted.phrases)
        or any(part in line for part in wanted.parts)
    )
