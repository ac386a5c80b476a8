"""Why a match of the pattern tables was reported: its form, its check, and the words near it.

Looked up afterwards, for the few entities that somebody asks about: the engine keeps no reasons while it scans.
"""

from __future__ import annotations

import regex

from nerproc.detection.pattern.context import Context, Near
from nerproc.detection.pattern.context import raised as raised_score
from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.table import patterns
from nerproc.detection.pattern.typography import as_typed
from nerproc.schema.reason import Reason

SECONDS = 1.0  # for an expression, at one place


def reason(text: str, start: int, end: int, *, label: str, kind: str | None, score: float) -> Reason | None:
    """Why `text[start:end]` was reported so; None if no pattern explains it."""
    typed = as_typed(text)
    near = Near(typed, None)
    for row in patterns():
        if (row.label, row.kind) == (label, kind) and _matches(row, typed, start, end):
            found = _judged(row, typed[start:end], tuple(near.which(Context.of(row.context), start, end)))
            if found is not None and _score(found) == score:
                return found
    return None


def _matches(row: Pattern, text: str, start: int, end: int) -> bool:
    expression = regex.compile(row.expression, regex.ASCII | (regex.IGNORECASE if row.ignore_case else 0))
    try:
        hit = expression.match(text, start, timeout=SECONDS)
    except TimeoutError:
        return False
    return hit is not None and hit.end() == end


def _judged(row: Pattern, matched: str, words: tuple[str, ...]) -> Reason | None:
    verdict = row.validator(matched) if row.validator is not None else None
    if verdict is False:
        return None
    return Reason(row.expression, row.score, row.validator is not None, verdict is True, words)


def _score(found: Reason) -> float:
    if found.confirmed:
        return 1.0
    return raised_score(found.form_score) if found.words else found.form_score
