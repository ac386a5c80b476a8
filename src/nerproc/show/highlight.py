"""A text with what was found in it: marked, labelled, and masked if need be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from nerproc.schema.entity import Spanned
from nerproc.show.inert import Html, inert
from nerproc.show.palette import colour

MASK = "•••"  # in the place of what was found; it tells nothing of it, not even its length
TOGGLES = 32  # labels of one text that can be switched, with the classes t0 to t31 of the style sheet
OUTSIDE = "O"  # label of the tokens of a preview that are outside of all entities


class Token(Spanned, Protocol):
    """A word of a preview; its label is OUTSIDE where it is in no entity."""

    @property
    def text(self) -> str:
        """The word."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A span of a text."""

    start: int  # in code points
    end: int  # exclusive
    label: str


def highlight(
    text: str,
    spans: Iterable[Spanned],
    *,
    masked: bool = False,
    labels: Sequence[str] = (),
    css: str = "text",
) -> Html:
    """The text with its spans marked. Spans may overlap, and may lie outside of the text in part.

    Args:
        text: what to show.
        spans: what was found in it.
        masked: show MASK in place of what is inside of spans.
        labels: those of the legend, in its order, so that the legend switches their marks.
        css: classes of the element around it.
    """
    wanted = sorted(
        {
            Span(max(0, s.start), min(len(text), s.end), s.label)
            for s in spans
            if s.end > 0 and s.start < len(text)
        },
        key=lambda span: (span.start, -span.end, span.label),
    )
    opening: dict[int, list[Span]] = defaultdict(list)
    for span in wanted:
        if span.start < span.end:
            opening[span.start].append(span)
    places = sorted({*opening, *(span.end for spans in opening.values() for span in spans), len(text)})
    pieces: list[str] = []
    stack: list[Span] = []
    done = 0
    for place in places:
        pieces.append(_words(text[done:place], inside=bool(stack), masked=masked))
        done = place
        again: list[Span] = []
        while any(span.end == place for span in stack):  # marks nest: what goes on is closed and opened again
            span = stack.pop()
            pieces.append(_closed(span, ends=span.end == place))
            if span.end > place:
                again.append(span)
        for span in [*reversed(again), *opening.get(place, ())]:
            pieces.append(_opened(span, labels, begins=span.start == place))
            stack.append(span)
    return Html(f'<div class="{css}" dir="auto">{"".join(pieces)}</div>')


def legend(counts: Mapping[str, int], *, switches: bool = False) -> Html:
    """The labels with their colours and counts; with `switches`, each can be switched off in a `preview`."""
    items = []
    for number, (label, count) in enumerate(counts.items()):
        words = f'<span class="tag {colour(label)}">{inert(label)}</span> <span class="count">{count:,}</span>'
        if switches and number < TOGGLES:
            words = f'<label><input type="checkbox" class="t{number}" checked> {words}</label>'
        items.append(f"<li>{words}</li>")
    return Html(f'<ul class="legend" aria-label="Labels">{"".join(items)}</ul>')


def preview(text: str, spans: Iterable[Spanned], *, masked: bool = False) -> Html:
    """The text with its spans marked, below a legend whose switches work without a script."""
    found = list(spans)
    counts = dict(Counter(span.label for span in found).most_common())
    marked = highlight(text, found, masked=masked, labels=list(counts))
    return Html(f'<div class="preview">{legend(counts, switches=True) if counts else ""}{marked}</div>')


def joined(tokens: Sequence[Token]) -> tuple[str, list[Span]]:
    """Text and spans of a preview that came word by word; white space is a space, its kind is not told.

    Words of one label with only a space between them are taken for one span.
    """
    pieces: list[str] = []
    spans: list[Span] = []
    length = 0
    behind = -1  # where the token before ended, in the original
    for token in tokens:
        if behind >= 0 and token.start > behind:
            pieces.append(" ")
            length += 1
        start, length = length, length + len(token.text)
        pieces.append(token.text)
        if token.label != OUTSIDE:
            near = spans and spans[-1].label == token.label and spans[-1].end >= start - 1
            if near and token.start - behind <= 1 and spans[-1].end + (token.start - behind) == start:
                spans[-1] = Span(spans[-1].start, length, token.label)
            else:
                spans.append(Span(start, length, token.label))
        behind = token.end
    return "".join(pieces), spans


def _words(text: str, *, inside: bool, masked: bool) -> str:
    if not text:
        return ""
    if inside:
        return f"<bdi>{MASK if masked else inert(text)}</bdi>"
    return inert(text)


def _opened(span: Span, labels: Sequence[str], *, begins: bool) -> str:
    number = labels.index(span.label) if span.label in labels else TOGGLES
    switch = f" t{number}" if number < TOGGLES else ""
    return f'<mark class="{colour(span.label)}{switch}{"" if begins else " on"}" title="{inert(span.label)}">'


def _closed(span: Span, *, ends: bool) -> str:
    return (f'<span class="tag">{inert(span.label)}</span>' if ends else "") + "</mark>"
