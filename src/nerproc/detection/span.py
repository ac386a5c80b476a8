"""What a detector returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol


class Span(NamedTuple):
    """A labelled stretch of a window of text."""

    start: int  # offset in code points of the window
    end: int  # exclusive
    label: str
    kind: str | None
    score: float  # 0 to 1
    source: str  # "pattern", "custom", "tagger" or "plugin"
    validated: bool  # a checksum or a parser confirmed it


Hint = Callable[[int], str]  # offset in the window -> words that stand over it (see extraction.Segment.hint)


class Detector(Protocol):
    """Texts in, spans out. Deterministic; not thread-safe."""

    is_light: bool  # no text takes it long or much memory: several may be given at once
    warnings: list[str]  # what it gave up on; its caller clears them

    def detect_all(self, texts: Sequence[tuple[str, Hint | None]]) -> list[list[Span]]:
        """For each of `texts` its candidates, in any order, possibly overlapping."""
        ...
