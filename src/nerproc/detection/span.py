"""What a detector returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol


class Span(NamedTuple):
    """A labelled stretch of a window of text."""

    start: int  # offset in code points of the window
    end: int  # exclusive
    label: str
    kind: str | None
    score: float  # 0 to 1
    source: str  # "pattern", "custom" or "tagger"
    validated: bool  # a checksum or a parser confirmed it


Hint = Callable[[int], str]  # offset in the window -> words that stand over it (see extraction.Segment.hint)


class Detector(Protocol):
    """Text in, spans out. Deterministic; not thread-safe."""

    def detect(self, text: str, hint: Hint | None = None) -> list[Span]:
        """The candidates in `text`, in any order, possibly overlapping."""
        ...
