"""The beginning of an object, word by word, with the label of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nerproc.result.table import ObjectRow, PreviewSpan
from nerproc.schema.report import ObjectResult, PreviewToken

OUTSIDE = "O"  # the label of what is no entity

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Document:
    """An object with the beginning of its text, as it was read."""

    found: ObjectResult
    text: str  # its first code points, PREVIEW_LENGTH at most
    spans: Sequence[PreviewSpan]  # the entities within `text`


def tokens(row: ObjectRow) -> list[PreviewToken]:
    """The words of a preview, each cut where an entity begins or ends within it.

    So every token is wholly inside its entity or outside of all. Of entities that overlap, the one that begins
    earlier labels what they share.
    """
    text = row.preview_text
    return [
        PreviewToken(text=word[0], label=stretch.label, start=word.start(), end=word.end())
        for stretch in _stretches(row.preview_spans, len(text))
        for word in _WORD.finditer(text, stretch.start, stretch.end)
    ]


def _stretches(spans: Sequence[PreviewSpan], length: int) -> Iterator[PreviewSpan]:
    """The spans, without what an earlier one covers, and the stretches between them."""
    done = 0
    for start, end, label in sorted(spans):
        if start > done:
            yield PreviewSpan(done, start, OUTSIDE)
        if end > done:
            yield PreviewSpan(max(start, done), end, label)
            done = end
    if done < length:
        yield PreviewSpan(done, length, OUTSIDE)
