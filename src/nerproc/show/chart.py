"""Bars of counts, a heat table of objects and labels, and a timeline; curves are in `curve`.

Each is a value that draws itself as SVG (`svg`) and has the table behind it (`table`); `svg.figure` shows both.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap

from nerproc.schema.words import duration
from nerproc.show.inert import Html, inert
from nerproc.show.palette import colour
from nerproc.show.svg import CHARACTER, WIDTH, compact, document, element, link, scale, text, ticks
from nerproc.show.table import Cell, Table

HEAT_LEVELS = 5  # classes h1 to h5 of the style sheet; h0 is nothing
STATES = frozenset({"queued", "running", "completed", "failed", "stopped"})

_ROW = 24  # height of a row
_NAMES = 190  # width of the names beside bars
_MOST_LABELS = 18  # columns of a heat table
_MOST_BARS = 40

Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars of how often there is what; names are labels, and have their colours."""

    title: str
    counts: Mapping[str, int]  # drawn by count; the table has all, the picture the most frequent
    address: Address | None = None  # of the page about a name, within this site

    def svg(self) -> Html:
        """The picture."""
        ranked = Counter(self.counts).most_common()
        shown, others = ranked[:_MOST_BARS], ranked[_MOST_BARS:]
        numbers = max((len(f"{count:,}") for _, count in ranked), default=1) * CHARACTER + 14
        length = scale(0, max((count for _, count in shown), default=1), 0, WIDTH - _NAMES - numbers)
        rows = []
        for place, (name, count) in enumerate(shown):
            top = place * _ROW
            bar = max(2.0, length(count)) if count else 0.0
            row = (
                text(_NAMES - 10, top + 16, name, css="end", room=_NAMES - 16)
                + element(
                    "rect", css=f"bar {colour(name)}", x=_NAMES, y=top + 3, width=bar, height=_ROW - 8, rx=3
                )
                + text(_NAMES + bar + 8, top + 16, f"{count:,}", css="figure")
            )
            rows.append(link(self.address(name) if self.address else None, row))
        if others:
            rest = f"and {len(others):,} more with {sum(count for _, count in others):,} together"
            rows.append(text(_NAMES, len(shown) * _ROW + 16, rest, css="dim"))
        first = ", ".join(f"{name} {count:,}" for name, count in ranked[:5])
        description = f"{len(ranked):,} bars, the longest first: {first}." if ranked else "Nothing was found."
        if not ranked:
            rows.append(text(10, 16, "Nothing was found.", css="dim"))
        return document(self.title, description, "".join(rows), height=max(1, len(rows)) * _ROW)

    def table(self) -> Table:
        """All counts, the highest first."""
        return Table(self.title, ("Name", "Count"), Counter(self.counts).most_common())


@dataclass(frozen=True, slots=True)
class Heat:
    """Objects by labels: the more there is, the stronger the colour."""

    title: str
    objects: Sequence[tuple[str, Mapping[str, int]]]  # names with their counts by label, from top to bottom
    address: Address | None = None  # of the page about an object, within this site

    @property
    def labels(self) -> list[str]:
        """The columns: the labels of the objects, the most frequent first."""
        total: Counter[str] = Counter()
        for _, counts in self.objects:
            total.update(counts)
        return [label for label, count in total.most_common() if count]

    def svg(self) -> Html:
        """The picture; of many labels, the most frequent."""
        labels = self.labels[:_MOST_LABELS]
        names = 230.0
        cell = min(84.0, (WIDTH - names) / max(1, len(labels)))
        slanted = any(len(label) * CHARACTER > cell - 6 for label in labels)
        top = max((len(label) for label in labels), default=0) * CHARACTER * 0.66 + 30 if slanted else 28.0
        most = max((count for _, counts in self.objects for count in counts.values()), default=0)
        drawn = []
        for column, label in enumerate(labels):
            x, y = names + (column + 0.5) * cell, top - 8
            if slanted:
                turned = f"translate({x:.1f} {y:.1f}) rotate(-38)"
                drawn.append(element("g", text(0, 0, label), transform=turned))
            else:
                drawn.append(text(x, y, label, css="middle"))
        for row, (name, counts) in enumerate(self.objects):
            y = top + row * _ROW
            label = text(names - 10, y + 16, name, css="end", room=names - 16)
            drawn.append(link(self.address(name) if self.address else None, label))
            for column, kind in enumerate(labels):
                count = counts.get(kind, 0)
                drawn.append(
                    _cell(names + column * cell, y, cell, count, level(count, most), f"{name}: {kind}")
                )
        right = names + len(labels) * cell + (top * 1.1 if slanted else 0)
        content = "".join(drawn) or text(10, 18, "Nothing was found.", css="dim")
        description = (
            f"{len(self.objects):,} objects by {len(self.labels):,} labels; the highest count is {most:,}."
        )
        height = top + max(1, len(self.objects)) * _ROW
        return document(self.title, description, content, width=max(WIDTH, right), height=height)

    def table(self) -> Table:
        """Objects by all of their labels."""
        labels = self.labels
        rows: list[list[Cell]] = [
            [name, *(counts.get(label, 0) for label in labels)] for name, counts in self.objects
        ]
        return Table(self.title, ["Object", *labels], rows)


def level(count: int, most: int) -> int:
    """How strong a count's colour is, from 0 (none) to HEAT_LEVELS, by its logarithm."""
    if count <= 0:
        return 0
    share = math.log(count) / math.log(most) if most > 1 else 0
    return min(HEAT_LEVELS, 1 + int(share * HEAT_LEVELS))


def _cell(x: float, y: float, width: float, count: int, strength: int, what: str) -> str:  # noqa: PLR0917
    css = f"cell h{strength}"
    hint = f"<title>{inert(f'{what} {count:,}')}</title>" if count else ""
    box = element("rect", hint, css=css, x=x + 1, y=y + 1, width=width - 2, height=_ROW - 2, rx=3)
    if not count:
        return box
    number = f"{count:,}" if len(f"{count:,}") * CHARACTER < width - 4 else compact(float(f"{count:.2g}"))
    return box + text(x + width / 2, y + 16, number, css="middle on")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that lasted."""

    name: str  # those of one name share a row
    start: datetime
    end: datetime
    state: str  # queued, running, completed, failed or stopped; another one is drawn like queued


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Timeline:
    """What lasted from when to when, a row for each name, and what happened meanwhile."""

    title: str
    stretches: Sequence[Stretch]
    marks: Sequence[Mark] = ()

    def svg(self) -> Html:
        """The picture; the axis counts seconds from the first moment."""
        names = list(dict.fromkeys(stretch.name for stretch in self.stretches))
        moments = [moment for s in self.stretches for moment in (s.start, s.end)] + [m.at for m in self.marks]
        if not moments:
            content = text(10, 18, "Nothing happened yet.", css="dim")
            return document(self.title, "Nothing happened yet.", content, height=_ROW)
        begin, last = min(moments), max(moments)
        axis = ticks(0, (last - begin).total_seconds())
        place = scale(0, axis[-1], _NAMES, WIDTH - 34)
        top = 18.0 if self.marks else 4.0
        bottom = top + len(names) * _ROW
        drawn = [_upright(place(second), top, bottom, duration(second)) for second in axis]
        drawn += [
            text(_NAMES - 10, top + row * _ROW + 16, name, css="end", room=_NAMES - 16)
            for row, name in enumerate(names)
        ]
        for stretch in self.stretches:
            start, end = ((moment - begin).total_seconds() for moment in (stretch.start, stretch.end))
            drawn.append(
                _lasting(stretch, place(start), place(end), top + names.index(stretch.name) * _ROW, end - start)
            )
        for mark in self.marks:
            drawn.append(_happened(mark, place((mark.at - begin).total_seconds()), top, bottom))
        length = duration((last - begin).total_seconds())
        description = f"{len(self.stretches):,} stretches and {len(self.marks):,} events within {length}."
        return document(self.title, description, "".join(drawn), height=bottom + 26)

    def table(self) -> Table:
        """All of it in order of time."""
        rows = [(s.start, s.end, s.name, s.state) for s in self.stretches]
        rows += [(m.at, m.at, m.name, "") for m in self.marks]
        rows.sort(key=lambda row: row[:2])
        return Table(self.title, ("From", "To", "What", "State"), list(starmap(_timed, rows)))


def _timed(start: datetime, end: datetime, name: str, state: str) -> tuple[str, str, str, str]:
    return f"{start:%Y-%m-%d %H:%M:%S}", "" if end == start else f"{end:%Y-%m-%d %H:%M:%S}", name, state


def _upright(x: float, top: float, bottom: float, words: str) -> str:
    return element("line", css="grid", x1=x, x2=x, y1=top, y2=bottom) + text(
        x, bottom + 16, words, css="dim middle"
    )


def _lasting(stretch: Stretch, left: float, right: float, top: float, seconds: float) -> str:
    state = stretch.state if stretch.state in STATES else "queued"
    hint = f"<title>{inert(f'{stretch.name}: {stretch.state}, {duration(seconds)}')}</title>"
    width = max(2.0, right - left)
    box = element("rect", hint, css=f"bar s-{state}", x=left, y=top + 3, width=width, height=_ROW - 6, rx=3)
    said = text(left + 6, top + 16, stretch.state, css="inside") if _fits(stretch.state, width) else ""
    return box + said


def _fits(words: str, width: float) -> bool:
    return len(words) * CHARACTER + 12 <= width


def _happened(mark: Mark, x: float, top: float, bottom: float) -> str:
    flag = element("path", f"<title>{inert(mark.name)}</title>", d=f"M{x - 5:.1f} {top - 12:.1f}h10l-5 8z")
    return element("g", element("line", x1=x, x2=x, y1=top - 6, y2=bottom) + flag, css="mark")
