"""A sample: a text with its spans. What every format is turned into, and the checks that it has to pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from nerproc.errors import SampleError
from nerproc.train.flaw import Flaw
from nerproc.train.label import Relabel

LEAST = 5  # samples that a label must be in, to be learnt


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled stretch of a text."""

    start: int  # offset in code points
    end: int  # exclusive
    label: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, and all that is to be found in it."""

    text: str
    spans: tuple[Span, ...]  # by start; none is empty, none overlaps another
    document: str = field(default="", compare=False)  # what it is a piece of; "": a document of its own
    place: str = field(default="", compare=False)  # file and line that it was read from

    @property
    def unit(self) -> str:
        """What must not be torn apart: the document, or all samples of the same text."""
        return self.document or self.text


@dataclass(frozen=True, slots=True)
class RawSpan:
    """A span as a file has it: not yet checked."""

    start: object
    end: object
    label: object
    line: int | None = None  # of the file, if the span has one of its own


@dataclass(frozen=True, slots=True)
class Draft:
    """A sample as a file has it: not yet checked."""

    text: object
    spans: Sequence[RawSpan]
    document: str = ""


def checked(draft: Draft, relabel: Relabel, *, place: str = "") -> Sample:
    """The sample that `draft` is, its spans by start and its labels as `relabel` has them.

    Space at the ends of a span is no part of it: people mark it by accident, and nothing finds it.

    Raises:
        Flaw: it is none.
    """
    text = draft.text
    if not isinstance(text, str):
        raise Flaw("the text is missing, or no string", hint='write it under the key "text"')
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Flaw(
            f"the text has half a surrogate pair at {error.start}", hint="write the whole character"
        ) from None
    found: dict[Span, int | None] = {}
    for raw in draft.spans:
        label = relabel(raw.label, line=raw.line)
        if label is not None:
            found.setdefault(_span(raw, label, text), raw.line)
    ordered = sorted(found)
    for one, other in pairwise(ordered):
        if other.start < one.end:
            raise Flaw(
                f"span {other.start} to {other.end} ({other.label}) lies across span {one.start} to {one.end}"
                f" ({one.label})",
                hint="keep one of them; mapping a label to O leaves its spans out",
                line=found[other],
            )
    return Sample(text, tuple(ordered), draft.document, place)


def _span(raw: RawSpan, label: str, text: str) -> Span:
    start, end = raw.start, raw.end
    if (
        not isinstance(start, int)
        or not isinstance(end, int)
        or isinstance(start, bool)
        or isinstance(end, bool)
    ):
        raise Flaw(
            f"a span ({label}) has no start and end",
            hint="give both as whole numbers: offsets in code points of the text, the end exclusive",
            line=raw.line,
        )
    if start < 0 or end > len(text) or start > end:
        raise Flaw(
            f"span {start} to {end} ({label}) is outside the text, which is {len(text)} long",
            hint="offsets count code points from 0, the end is exclusive",
            line=raw.line,
        )
    if start == end:
        raise Flaw(f"the span at {start} ({label}) is empty", hint="the end is exclusive", line=raw.line)
    quote = text[start:end]
    if quote.isspace():
        raise Flaw(
            f"span {start} to {end} ({label}) has nothing but space in it",
            hint="mark words; mapping the label to O leaves its spans out",
            line=raw.line,
        )
    return Span(start + len(quote) - len(quote.lstrip()), end - len(quote) + len(quote.rstrip()), label)


def check_enough(samples: Iterable[Sample]) -> Counter[str]:
    """In how many samples each label is; reads them once and keeps none.

    Raises:
        SampleError: there is no entity at all, or a label is in fewer than `LEAST` samples.
    """
    counts: Counter[str] = Counter()
    places: dict[str, str] = {}
    number = 0
    for number, sample in enumerate(samples, 1):  # noqa: B007 - it is used behind the loop
        for label in {span.label for span in sample.spans}:
            counts[label] += 1
            places.setdefault(label, sample.place)
    if not counts:
        raise SampleError(
            f"There is no entity in {number} samples.",
            hint="Are the spans under another key, or are all labels mapped to O?",
        )
    rare = sorted(
        (label for label in counts if counts[label] < LEAST), key=lambda label: (counts[label], label)
    )
    if rare:
        listed = ", ".join(
            f"{label} ({counts[label]}{', first in ' + places[label] if places[label] else ''})"
            for label in rare
        )
        raise SampleError(
            f"Labels are in fewer than {LEAST} samples: {listed}.",
            hint="Add samples of them, map them to another label, or to O to leave them out.",
        )
    return counts
