"""What is to be replaced in a document, in order; and the account of what was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from nerproc.extraction.errors import Broken
from nerproc.redaction.operator import Operators
from nerproc.schema.entity import Entity


class Changed(Broken):
    """The document is not the one that was scanned: what was found in it is not where it was."""


class Span(NamedTuple):
    """A stretch of a document's text that is to be replaced.

    An empty one only says that nothing else begins before it.
    """

    start: int  # offset in code points of the extracted text
    end: int  # exclusive
    label: str
    text: str

    def part(self, start: int, end: int) -> Span:
        """What of it stands from `start` to `end`."""
        start, end = max(start, self.start), min(end, self.end)
        return Span(start, end, self.label, self.text[start - self.start : end - self.start])


Apply = Callable[[str, str], str]


@dataclass(slots=True)
class Account:
    """What was replaced so far, in the outermost document."""

    apply: Apply  # label and text -> what stands there
    counts: Counter[str] = field(default_factory=Counter)
    places: list[tuple[int, int]] = field(default_factory=list)  # in the copy's text
    warnings: list[str] = field(default_factory=list)
    keeps_places: bool = True  # or else `places` stays empty, so that it takes no memory
    shift: int = 0  # from an offset of the text to that of the copy's

    def mark(self) -> tuple[int, int, int]:
        """Where it stands, for `reset`."""
        return self.shift, len(self.places), len(self.warnings)

    def reset(self, mark: tuple[int, int, int]) -> None:
        """Forget what was noted since `mark`."""
        self.shift = mark[0]
        del self.places[mark[1] :], self.warnings[mark[2] :]

    def replaced(self, start: int, length: int, new: int) -> None:
        """Note that `length` characters at `start` became `new`."""
        if new and self.keeps_places:
            self.places.append((start + self.shift, start + self.shift + new))
        self.shift += new - length


class Spans:
    """The spans of one document, which may be inside another, in order."""

    def __init__(self, spans: Iterable[Span], account: Account, base: int = 0) -> None:
        """`base` is where the document's text begins in that of the outermost one."""
        self._unread = iter(spans)
        self._next = next(self._unread, None)
        self.account = account
        self._base = base

    def peek(self) -> Span | None:
        """The next span, or None."""
        return self._next

    def pop(self) -> Span:
        """The next span, of which there is one."""
        span = self._next
        assert span is not None
        self._next = next(self._unread, None)
        return span

    def before(self, end: int) -> Iterator[Span]:
        """The spans that begin before `end`; of one that goes on behind it, the part before."""
        while self._next is not None and self._next.start < end:
            span = self._next
            if span.end > end:
                self._next = span.part(end, span.end)
                yield span.part(span.start, end)
                return
            yield self.pop()

    def within(self, start: int, end: int) -> Spans:
        """The spans of a document whose text stands from `start` to `end` of this one's."""
        inside = [
            Span(span.start - start, span.end - start, span.label, span.text) for span in self.before(end)
        ]
        return Spans(inside, self.account, self._base + start)

    def rest(self) -> list[Span]:
        """All spans that are left."""
        spans = []
        while self._next is not None:
            spans.append(self.pop())
        return spans

    def new(self, span: Span) -> str:
        """What stands in the place of `span`; notes that it is there."""
        if not span.text:
            return ""
        new = self.account.apply(span.label, span.text)
        self.account.replaced(self._base + span.start, len(span.text), len(new))
        return new

    def finish(self) -> None:
        """Say that all of the document was seen.

        Raises:
            Changed: there are spans behind its end.
        """
        while self._next is not None and not self._next.text:
            self.pop()
        if self._next is not None:
            raise Changed(str(Changed.__doc__))

    @property
    def base(self) -> int:
        """Where the document's text begins in that of the outermost one."""
        return self._base


def check(span: Span, text: str) -> None:
    """Compare a span with what stands in its place.

    Raises:
        Changed: they differ.
    """
    if span.text != text:
        raise Changed(str(Changed.__doc__))


def spans_of(
    entities: Iterable[Entity], operators: Operators, counts: Counter[str], done: int = 0
) -> Iterator[Span]:
    """The spans of `entities` that are not kept; of what begins in an earlier one, only the part behind it.

    Nothing before `done` is replaced any more.
    """
    pending: Entity | None = None  # of those that begin at one place, the longest
    for entity in entities:
        if operators.keeps(entity.label) or entity.start >= entity.end:
            continue
        counts[entity.label] += 1
        if pending is not None and entity.start == pending.start:
            pending = max(pending, entity, key=lambda each: each.end)
            continue
        if pending is not None and pending.end > done:
            yield _span(pending, done)
            done = pending.end
        pending = entity
    if pending is not None and pending.end > done:
        yield _span(pending, done)


def _span(entity: Entity, done: int) -> Span:
    span = Span(entity.start, entity.end, entity.label, entity.text)
    return span.part(max(done, entity.start), entity.end)


def lines(span: Span) -> Iterator[Span]:
    """The parts of a span between line breaks and tabs, without white space around.

    In a document whose structure these stand for, each part is replaced by itself.
    """
    start = 0
    for line in span.text.replace("\t", "\n").split("\n"):
        bare = line.strip()
        if bare:
            at = span.start + start + line.index(bare)
            yield Span(at, at + len(bare), span.label, bare)
        start += len(line) + 1
