"""Shares with their intervals, those of several series below each other: what a model finds beside its base."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nerproc.show.inert import Html, inert
from nerproc.show.palette import number_colour
from nerproc.show.svg import CHARACTER, WIDTH, document, element, scale, text, ticks
from nerproc.show.table import Cell, Table

Place = Callable[[float], float]  # of a share on the axis

_NAMES = 190.0  # width of the names beside the intervals
_RIGHT = 62.0  # room for the figures behind them
_LINE = 17.0  # height of an interval
_GAP = 9.0  # between two names
_TOP = 26.0  # room for the legend


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share from 0 to 1, and between what it lies as a rule."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Intervals:
    """Shares by name; of each name there is one for each series, or None."""

    title: str
    y_name: str  # what the shares are of, like F1
    series: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Estimate | None]]]

    def svg(self) -> Html:
        """The picture: dots on lines as wide as the intervals; those of the last series are filled."""
        known = [one for _, estimates in self.rows for one in estimates if one]
        if not known:
            nothing = text(10, 18, "There is nothing to draw.", css="dim")
            return document(self.title, "There is nothing to draw.", nothing, height=28)
        height = len(self.series) * _LINE + _GAP
        bottom = _TOP + len(self.rows) * height
        axis = ticks(min(0.8, *(one.low for one in known)), 1)
        x = scale(axis[0], 1, _NAMES, WIDTH - _RIGHT)
        drawn = [_upright(x(share), bottom, share) for share in axis]
        for row, (name, estimates) in enumerate(self.rows):
            top = _TOP + row * height + _GAP / 2
            middle = top + len(self.series) * _LINE / 2
            drawn.append(text(_NAMES - 10, middle + 4, name, css="end", room=_NAMES - 16))
            for number, estimate in enumerate(estimates):
                y = top + (number + 0.5) * _LINE
                hint = f"{name}, {self.series[number]}"
                drawn.append(
                    self._interval(number, estimate, hint, y, x) if estimate else text(_NAMES, y + 4, "–")
                )
        drawn.append(self._legend())
        return document(self.title, self._description(), "".join(drawn), height=bottom + 26)

    def table(self) -> Table:
        """All of it, in the order of the picture."""
        columns = ["Name"]
        for name in self.series:
            columns += [f"{self.y_name}, {name}", "from", "to"]
        rows: list[list[Cell]] = []
        for name, estimates in self.rows:
            cells: list[Cell] = [name]
            for one in estimates:
                cells += [one.value, one.low, one.high] if one else [None, None, None]
            rows.append(cells)
        return Table(self.title, columns, rows)

    def _interval(self, number: int, one: Estimate, hint: str, y: float, x: Place) -> str:
        css = number_colour(number)
        low, high = x(one.low), x(one.high)
        ends = "".join(element("line", css="whisker", x1=at, x2=at, y1=y - 4, y2=y + 4) for at in (low, high))
        line = element("line", css="whisker", x1=low, x2=high, y1=y, y2=y)
        said = f"<title>{inert(f'{hint}: {one.value:.3f}, from {one.low:.3f} to {one.high:.3f}')}</title>"
        figure = text(WIDTH - _RIGHT + 12, y + 4, f"{one.value:.3f}", css="figure")
        return element("g", said + line + ends + self._dot(number, x(one.value), y), css=css) + figure

    def _dot(self, number: int, x: float, y: float) -> str:
        is_last = number == len(self.series) - 1
        return element("circle", css="dot" if is_last else "dot open", cx=x, cy=y, r=4.5)

    def _legend(self) -> str:
        right = WIDTH - _RIGHT
        drawn = []
        for number, name in reversed(list(enumerate(self.series))):
            width = len(name) * CHARACTER
            drawn.append(text(right - width, 14, name, css="dim", room=WIDTH / 3))
            drawn.append(element("g", self._dot(number, right - width - 10, 10), css=number_colour(number)))
            right -= width + 36
        return "".join(drawn)

    def _description(self) -> str:
        said = []
        for number, series in enumerate(self.series):
            found = [estimates[number] for _, estimates in self.rows]
            values = [one.value for one in found if one]
            if values:
                said.append(f"{series}: from {min(values):.3f} to {max(values):.3f}")
        return f"{self.y_name} of {len(self.rows):,} names. {'; '.join(said)}."


def _upright(x: float, bottom: float, share: float) -> str:
    line = element("line", css="grid", x1=x, x2=x, y1=_TOP, y2=bottom)
    return line + text(x, bottom + 16, f"{share:g}", css="dim middle")
