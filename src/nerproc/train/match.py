"""What was found beside what was to be found: which span answers which, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from nerproc.schema.entity import Spanned
from nerproc.schema.evaluation import MistakeKind
from nerproc.train.sample import Span


@dataclass(frozen=True, slots=True)
class Pair:
    """A span of a sample and the one that was found for it; one of them may be missing."""

    expected: Span | None
    found: Span | None

    @property
    def correct(self) -> bool:
        """Whether start, end and label are the same."""
        return self.expected == self.found

    @property
    def partial(self) -> bool:
        """Whether the label is right, and the borders are not."""
        return self.mistake == "borders"

    @property
    def mistake(self) -> MistakeKind | None:
        """What is wrong."""
        if self.expected is None:
            return "spurious"
        if self.found is None:
            return "missed"
        if self.expected.label != self.found.label:
            return "label"
        return None if self.correct else "borders"

    @property
    def span(self) -> Span:
        """The one expected, if there is one."""
        return cast("Span", self.expected or self.found)


def pairs(expected: Iterable[Span], found: Iterable[Spanned]) -> list[Pair]:
    """Each span of both sides in one pair.

    Equal ones answer each other; then those that overlap, by label, then by how much, then from left to right.
    """
    theirs = {Span(span.start, span.end, span.label) for span in found}
    ours = set(expected)
    equal = ours & theirs
    left, right = ours - equal, theirs - equal
    made = [Pair(span, span) for span in equal]
    for _, _, one, other in sorted(_overlaps(sorted(left), sorted(right))):
        if one in left and other in right:
            made.append(Pair(one, other))
            left.remove(one)
            right.remove(other)
    made += [Pair(span, None) for span in left] + [Pair(None, span) for span in right]
    return sorted(made, key=lambda pair: (pair.span, pair.found is None))


def _overlaps(ours: list[Span], theirs: list[Span]) -> Iterator[tuple[bool, int, Span, Span]]:
    """All that overlap, the best ones sorting first. Both lists are by start, and `ours` do not overlap."""
    first = 0
    for other in theirs:
        while first < len(ours) and ours[first].end <= other.start:
            first += 1
        for one in ours[first:]:
            if one.start >= other.end:
                break
            shared = min(one.end, other.end) - max(one.start, other.start)
            yield one.label != other.label, -shared, one, other
