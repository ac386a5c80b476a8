"""Runs what a plugin finds over windows of text: cut into stretches that such models can take.

Other libraries read a text as a whole and need memory in proportion: a gigabyte for 100,000 characters, says
spaCy's documentation of `max_length`. So they are given stretches of LENGTH, cut at white space, with CONTEXT
on either side; each stretch owns what begins in it. Where a text is cut depends on the text alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from nerproc.detection.plugin.plugin import Find, Found
from nerproc.detection.span import Hint, Span
from nerproc.detection.unpaired import without_halves
from nerproc.errors import NerprocError
from nerproc.schema.entity import MAX_ENTITY_LENGTH

LENGTH = 10_000  # code points that a stretch owns, about
CONTEXT = 1_000  # code points shown on each side of what it owns, about
SEEK = 256  # code points before a place in which white space is looked for


class Stretch(NamedTuple):
    """A part of a text; all offsets are those of the text."""

    shown: int  # where what the model sees begins
    start: int  # of what it owns
    end: int  # exclusive
    shown_end: int  # exclusive


def stretches(text: str) -> Iterator[Stretch]:
    """The stretches of a text; every character is owned by exactly one."""
    start = 0
    while start < len(text):
        end = _cut(text, start + LENGTH)
        yield Stretch(_cut(text, start - CONTEXT), start, end, _cut(text, end + CONTEXT))
        start = end


def _cut(text: str, at: int) -> int:
    """Behind the last white space before `at`, or `at` where there is none near; never outside the text."""
    if at <= 0:
        return 0
    if at >= len(text):
        return len(text)
    for place in range(at, max(at - SEEK, 0), -1):
        if text[place - 1].isspace():
            return place
    return at


class PluginDetector:
    """A detector around what a plugin finds."""

    is_light = False  # nobody knows what it takes

    def __init__(self, find: Find, labels: Collection[str], *, name: str) -> None:
        """Report `labels` alone; `name` is the model's, for errors."""
        self._find = find
        self._labels = frozenset(labels)
        self._name = name
        self.warnings: list[str] = []

    def detect_all(self, texts: Sequence[tuple[str, Hint | None]]) -> list[list[Span]]:
        """For each text what the plugin finds in it.

        Raises:
            NerprocError: it finds something outside the text.
        """
        return [list(self._spans(without_halves(text))) for text, _ in texts]

    def _spans(self, text: str) -> Iterator[Span]:
        for shown, start, end, shown_end in stretches(text):
            part = text[shown:shown_end]
            if part.isspace():
                continue
            for found in itertools.starmap(Found, self._find(part)):  # a plain tuple will do
                if found.label not in self._labels:
                    continue
                span = self._span(found, part, shown)
                if span is not None and start <= span.start < end:
                    yield span

    def _span(self, found: Found, part: str, offset: int) -> Span | None:
        """The span without white space around it; None if nothing, or too much, is left."""
        start, end, label, score, kind = found
        if not (0 <= start <= end <= len(part) and 0 <= score <= 1):
            raise NerprocError(
                f"model {self._name!r} says {label} at {start} to {end} with score {score:g}, "
                f"in a text of {len(part)} characters",
                hint="Its plugin needs to be repaired.",
            )
        text = part[start:end]
        start += len(text) - len(text.lstrip())
        end -= len(text) - len(text.rstrip())
        if not 0 < end - start <= MAX_ENTITY_LENGTH:
            return None
        return Span(offset + start, offset + end, label, kind, float(score), "plugin", validated=False)
