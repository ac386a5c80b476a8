"""Curves: throughput over time, loss and F1 of a training; and the same as a line of a word's size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nerproc.show.inert import Html
from nerproc.show.palette import number_colour
from nerproc.show.svg import CHARACTER, WIDTH, compact, document, element, scale, text, ticks
from nerproc.show.table import Table

Point = tuple[float, float]

_HEIGHT = 260.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 20.0, 34.0, 44.0  # room around the curves
_DRAWN = 400  # most points of a curve that are drawn; the table has all
_DASHES = 4  # classes d0 to d3 of the style sheet: curves differ by more than their colour
_MARKED = 30  # most points that get a dot each


def clock(second: float) -> str:
    """A moment, in seconds since 1970, as the hour in UTC."""
    return f"{datetime.fromtimestamp(second, UTC):%H:%M:%S}"


@dataclass(frozen=True, slots=True)
class Series:
    """A curve."""

    name: str
    points: Sequence[Point]  # (x, y), by x; those that are no finite numbers are left out


@dataclass(frozen=True, slots=True)
class Lines:
    """Curves over one axis, with axes and a legend."""

    title: str
    series: Sequence[Series]
    x_name: str
    y_name: str
    y_range: tuple[float, float] | None = None  # default: from 0 to what is needed
    x_written: Callable[[float], str] = field(default=compact)  # how a number of the x axis is written: `clock`

    def svg(self) -> Html:
        """The picture."""
        curves = [(one.name, thinned(_finite(one.points))) for one in self.series]
        points = [point for _, curve in curves for point in curve]
        if not points:
            nothing = text(10, 18, "There is nothing to draw yet.", css="dim")
            return document(self.title, "There is nothing to draw yet.", nothing, height=28)
        low, high = self.y_range or (min(0.0, *(y for _, y in points)), max(y for _, y in points))
        y_axis = ticks(low, high)
        x_low, x_high = min(x for x, _ in points), max(x for x, _ in points)
        x = scale(x_low, x_high, _LEFT, WIDTH - _RIGHT)
        y = scale(y_axis[0], y_axis[-1], _HEIGHT - _BOTTOM, _TOP)
        drawn = [self._level(y(value), value) for value in y_axis]
        drawn += [
            text(
                min(x(value), WIDTH - len(self.x_written(value)) * CHARACTER / 2),
                _HEIGHT - _BOTTOM + 18,
                self.x_written(value),
                css="dim middle",
            )
            for value in self._x_ticks(x_low, x_high)
        ]
        drawn.append(text((_LEFT + WIDTH - _RIGHT) / 2, _HEIGHT - 6, self.x_name, css="dim middle"))
        drawn.append(text(_LEFT, 14, self.y_name, css="dim"))
        drawn += [_curve(number, [(x(a), y(b)) for a, b in curve]) for number, (_, curve) in enumerate(curves)]
        drawn.append(self._legend())
        return document(self.title, self._description(curves), "".join(drawn), height=_HEIGHT)

    def table(self) -> Table:
        """Every x with what each curve has there."""
        columns = [dict(_finite(one.points)) for one in self.series]
        every = sorted({x for column in columns for x in column})
        rows = [[self.x_written(x), *(column.get(x) for column in columns)] for x in every]
        return Table(f"{self.title} ({self.y_name})", [self.x_name, *(one.name for one in self.series)], rows)

    def _x_ticks(self, low: float, high: float) -> list[float]:
        if self.x_written is compact:
            whole = [value for value in ticks(low, high, 6) if low <= value <= high]
            return whole or [low]
        return [low + (high - low) * part / 4 for part in range(5)] if high > low else [low]

    def _level(self, y: float, value: float) -> str:
        line = element("line", css="grid", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y)
        return line + text(_LEFT - 8, y + 4, compact(value), css="dim end")

    def _legend(self) -> str:
        right = WIDTH - _RIGHT
        drawn = []
        for number, one in reversed(list(enumerate(self.series))):
            width = len(one.name) * CHARACTER
            drawn.append(text(right, 14, one.name, css="end", room=200))
            css = f"curve {number_colour(number)} d{number % _DASHES}"
            drawn.append(element("line", css=css, x1=right - width - 34, x2=right - width - 8, y1=10, y2=10))
            right -= width + 54
        return "".join(drawn)

    def _description(self, curves: Sequence[tuple[str, Sequence[Point]]]) -> str:
        said = [
            f"{name}: from {compact(curve[0][1])} to {compact(curve[-1][1])}, "
            f"at most {compact(max(y for _, y in curve))}"
            for name, curve in curves
            if curve
        ]
        return f"{self.y_name} by {self.x_name}. {'; '.join(said)}."


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A curve of a word's size, without axes; the last value is said beside it."""

    title: str
    values: Sequence[float]
    unit: str = ""

    def svg(self) -> Html:
        """The picture."""
        values = [value for value in self.values if math.isfinite(value)]
        width, height = 120.0, 28.0
        if not values:
            return document(self.title, "No values yet.", "", width=width, height=height, kind="spark")
        points = thinned(list(enumerate(values)))
        x = scale(0, max(1, len(values) - 1), 2, width - 4)
        y = scale(min(0.0, *values), max(*values, 0.0) or 1, height - 3, 3)
        line = [(x(a), y(b)) for a, b in points]
        dot = element("circle", css="c0 dot", cx=line[-1][0], cy=line[-1][1], r=2.5)
        said = (
            f"{compact(values[-1])} {self.unit} at last, from {compact(min(values))} to {compact(max(values))}"
        )
        content = element("path", css="curve c0", d=_path(line)) + dot
        return document(self.title, said, content, width=width, height=height, kind="spark")

    def table(self) -> Table:
        """The values in order."""
        rows = [(number, value) for number, value in enumerate(self.values, 1)]
        return Table(self.title, ("Number", self.unit or "Value"), rows)


def thinned(points: Sequence[Point], most: int = _DRAWN) -> list[Point]:
    """So many points at most, with the highest and the lowest of each stretch that is drawn as one."""
    if len(points) <= most:
        return list(points)
    size = math.ceil(len(points) / (most // 2))
    kept: list[Point] = []
    for start in range(0, len(points), size):
        stretch = points[start : start + size]
        ends = {min(stretch, key=lambda point: point[1]), max(stretch, key=lambda point: point[1])}
        kept += sorted(ends)
    return kept


def _finite(points: Sequence[Point]) -> list[Point]:
    return [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]


def _curve(number: int, points: Sequence[Point]) -> str:
    css = number_colour(number)
    line = element("path", css=f"curve {css} d{number % _DASHES}", d=_path(points))
    if len(points) > _MARKED:
        return line
    return line + "".join(element("circle", css=f"{css} dot", cx=x, cy=y, r=2.5) for x, y in points)


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else ""
