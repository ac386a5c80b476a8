"""Names whose parts a hyphen joins: both parts or none.

A network that does not know "Vauquelin" or "Diop" may call one of them a name and the other not. Of 62
capitalised words that a hyphen joins to a part of a name in what people marked, 61 belong to it or are a name
by themselves (training sets of EWT, WNUT17, BTC, CrossNER and LitBank).
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from nerproc.detection.span import Span
from nerproc.schema.entity import MAX_ENTITY_LENGTH

NAME = "NAME"
_HYPHENS = ("-", "\u2010", "\u2011")
_WORD = r"\p{Lu}[\p{L}\p{M}'’]*\p{L}"
_AFTER = regex.compile(rf"(?:[{''.join(_HYPHENS)}]{_WORD})+(?![\p{{L}}\p{{M}}\p{{N}}])")
_BEFORE = regex.compile(rf"(?r)(?<![\p{{L}}\p{{M}}\p{{N}}])(?:{_WORD}[{''.join(_HYPHENS)}])+")
_LAST = regex.compile(rf"(?r)(?<![\p{{L}}\p{{M}}\p{{N}}]){_WORD}")
_FIRST = regex.compile(_WORD)


def with_both_parts(text: str, spans: Sequence[Span]) -> list[Span]:
    """`spans`, in order; names reach over the hyphens beside them, if that is no part of another entity."""
    whole: list[Span] = []
    for place, span in enumerate(spans):
        if span.label == NAME:
            before = whole[-1].end if whole else 0
            after = spans[place + 1].start if place + 1 < len(spans) else len(text)
            start, end = _start(text, span, before), _end(text, span, after)
            if (start, end) != (span.start, span.end) and end - start <= MAX_ENTITY_LENGTH:
                span = span._replace(start=start, end=end)  # noqa: PLW2901
        whole.append(span)
    return whole


def _end(text: str, span: Span, most: int) -> int:
    if text[span.end : span.end + 1] not in _HYPHENS or not _LAST.match(text, span.start, span.end):
        return span.end
    found = _AFTER.match(text, span.end)
    return found.end() if found and found.end() <= most else span.end


def _start(text: str, span: Span, least: int) -> int:
    if text[span.start - 1 : span.start] not in _HYPHENS or not _FIRST.match(text, span.start, span.end):
        return span.start
    found = _BEFORE.match(text, least, span.start)
    return found.start() if found and found.start() >= least else span.start
