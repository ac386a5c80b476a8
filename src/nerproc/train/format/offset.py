"""Offsets of tools that run in a browser: some count code points, some UTF-16 units, and no file says which.

They differ only behind a character above U+FFFF, an emoji mostly.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from nerproc.train.flaw import Flaw
from nerproc.train.sample import RawSpan

_LAST_OF_ONE_UNIT = "\uffff"


def in_code_points(text: object, spans: list[RawSpan], quotes: Sequence[object]) -> list[RawSpan]:
    """`spans` in code points: the first reading in which every span agrees with the text.

    `quotes` are the texts that the file gives for the spans, by which agreement is told; a span without one has
    to begin and end as words do. Without emoji before them there is one reading, and quotes alone count.

    Raises:
        Flaw: they agree in neither.
    """
    if not isinstance(text, str):
        return spans
    others = _from_utf16(text, spans) if max(text, default="") > _LAST_OF_ONE_UNIT else spans
    if others == spans:
        quoted = [(span, quote) for span, quote in zip(spans, quotes, strict=True) if isinstance(quote, str)]
        if all(_agrees(text, span, quote) for span, quote in quoted):
            return spans
        raise Flaw(
            "the text of a span is not what its offsets say",
            hint="was the text changed after it was annotated, or its line ends?",
        )
    for reading in (spans, others):
        if all(map(_agrees, [text] * len(spans), reading, quotes)):
            return reading
    raise Flaw(
        "it cannot be told whether offsets count code points or UTF-16 units",
        hint='write the sample as {"text": …, "spans": …}, with offsets in code points',
    )


def _from_utf16(text: str, spans: list[RawSpan]) -> list[RawSpan]:
    units = accumulate((1 + (character > _LAST_OF_ONE_UNIT) for character in text), initial=0)
    points = {unit: point for point, unit in enumerate(units)}

    def point(unit: object) -> int | None:
        return points.get(unit) if type(unit) is int else None

    return [RawSpan(point(span.start), point(span.end), span.label) for span in spans]


def _agrees(text: str, span: RawSpan, quote: object) -> bool:
    start, end = span.start, span.end
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        return False
    if isinstance(quote, str):
        return text[start:end].split() == quote.replace("\\n", " ").split()
    if text[start].isspace() or text[end - 1].isspace():
        return False
    inside = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    return not inside and not (end < len(text) and text[end - 1].isalnum() and text[end].isalnum())
