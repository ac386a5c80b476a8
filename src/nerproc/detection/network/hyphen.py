"""Hyphens in names: one that joins two parts belongs to the name, one between spaces ends it.

A network that does not know "Vauquelin" or "Diop" may call one of them a name and the other not. Of 62
capitalised words that a hyphen joins to a part of a name in what people marked, 61 belong to it or are a name
by themselves (training sets of EWT, WNUT17, BTC, CrossNER and LitBank).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
_OUTSIDE = regex.compile(r"^[\s–—-]+|[\s–—-]+$|\s+[-–—]+\s+")


def with_both_parts(text: str, spans: Sequence[Span]) -> list[Span]:
    """`spans`, in order; names reach over the hyphens beside them, if that is no part of another entity."""
    whole: list[Span] = []
    spans = [name for span in _joined(text, spans) for name in _apart(text, span)]
    for place, span in enumerate(spans):
        if span.label == NAME:
            before = whole[-1].end if whole else 0
            after = spans[place + 1].start if place + 1 < len(spans) else len(text)
            start, end = _start(text, span, before), _end(text, span, after)
            if (start, end) != (span.start, span.end) and end - start <= MAX_ENTITY_LENGTH:
                span = span._replace(start=start, end=end)  # noqa: PLW2901
        whole.append(span)
    return whole


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """`spans`, where a name that ends in a hyphen goes on with one that follows at once."""
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else span
        if last.label == span.label == NAME and last.end == span.start and text[last.end - 1] in _HYPHENS:
            joined[-1] = last._replace(end=span.end, score=max(last.score, span.score))
        else:
            joined.append(span)
    return joined


def _apart(text: str, span: Span) -> Iterator[Span]:
    """The names of a span that goes over a hyphen between spaces, as `Bob - Sarah` does; none ends in one."""
    if span.label != NAME:
        yield span
        return
    name = text[span.start : span.end]
    starts, ends = [0], []
    for found in _OUTSIDE.finditer(name):
        ends.append(found.start())
        starts.append(found.end())
    for start, end in zip(starts, [*ends, len(name)], strict=True):
        if start < end:
            yield span._replace(start=span.start + start, end=span.start + end)


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
