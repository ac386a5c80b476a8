"""Dates in figures that are cut out of a longer number are none: of 2026-02-29T08:00:00 the first two parts.

Patterns know what a date in figures looks like; a network knows that figures and hyphens are often one.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from nerproc.detection.span import Span

DATE = "DATE"
_AFTER = regex.compile(r"[-./:]?\p{N}")
_BEFORE = regex.compile(r"(?r)\p{N}[-./:]?")
_LETTER = regex.compile(r"\p{L}")


def without_pieces(text: str, spans: Sequence[Span]) -> list[Span]:
    """`spans` but for such dates."""
    return [span for span in spans if span.label != DATE or not _is_piece(text, span)]


def _is_piece(text: str, span: Span) -> bool:
    if _LETTER.search(text, span.start, span.end):
        return False
    return bool(_AFTER.match(text, span.end) or _BEFORE.match(text, 0, span.start))
