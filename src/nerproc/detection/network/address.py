"""Addresses with their codes: a network that knows the street may not know the town or the code behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from nerproc.detection import postal
from nerproc.detection.span import Span
from nerproc.schema.entity import MAX_ENTITY_LENGTH

ADDRESS = "ADDRESS"
_TAIL = regex.compile(postal.TAIL)
_GAP = regex.compile(postal.GAP)
_UNIT = regex.compile(
    r"(?:Apartment|Apt|Suite|Ste|Unit|Room|Floor|Level|Lot|Flat|Studio|Shop)\b\.?[ \t]*#?[ \t]*[\w/-]{1,6}"
)
_REST = regex.compile(r"(?<=\d)/?\d+[A-Za-z]?\b|(?<=\d/)\d+[A-Za-z]?\b")  # of a number that was cut
_GAPS = 4  # the last ones of an address at which its tail may begin; a half code is read again as a whole


def with_codes(text: str, spans: Sequence[Span]) -> list[Span]:
    """`spans`, in order; addresses have their town, state, code and country, and what lay in these is gone."""
    whole: list[Span] = []
    for span in spans:
        last = whole[-1] if whole else None
        if last is not None and last.label == ADDRESS and span.end <= last.end:
            continue
        if last is not None and _is_unit_of(text, last, span):
            whole.pop()
            span = span._replace(start=last.start)  # noqa: PLW2901
            last = whole[-1] if whole else None
        if span.label == ADDRESS and (last is None or last.end <= span.start):
            end = max((end for end in _ends(text, span) if end - span.start <= MAX_ENTITY_LENGTH), default=0)
            span = span._replace(end=max(end, span.end))  # noqa: PLW2901
        whole.append(span)
    return whole


def _is_unit_of(text: str, unit: Span, street: Span) -> bool:
    """Whether two addresses are one: `Flat 38` and, on the next line, `9 Nicola Keys`."""
    return (
        unit.label == street.label == ADDRESS
        and _UNIT.fullmatch(text, unit.start, unit.end) is not None
        and _GAP.fullmatch(text, unit.end, street.start) is not None
    )


def _ends(text: str, span: Span) -> Iterator[int]:
    """Where the address may end, by what stands behind each of its last gaps, or behind it."""
    gaps = [gap.start() for gap in _GAP.finditer(text, span.start, span.end)]
    rest = _REST.match(text, span.end)
    if rest is not None:
        yield rest.end()
    for place in (*gaps[-_GAPS:], rest.end() if rest is not None else span.end):
        found = _TAIL.match(text, place)
        if found is not None:
            yield found.end()
