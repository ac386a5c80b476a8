"""What the charts are drawn with: elements, texts that fit, axes."""

from __future__ import annotations

import math
import unicodedata
import zlib
from collections.abc import Callable
from typing import Protocol

from nerproc.show.inert import Html, inert, visible
from nerproc.show.table import Table

WIDTH = 720  # of every chart but a sparkline, in units of its own; the style sheet scales it
CHARACTER = 6.6  # width of a letter, about, in the type of the charts

Value = str | int | float


class Chart(Protocol):
    """A picture and the table behind it."""

    @property
    def title(self) -> str:
        """What it shows."""

    def svg(self) -> Html:
        """The picture."""

    def table(self) -> Table:
        """The same as a table."""


def figure(chart: Chart) -> Html:
    """A chart with its title, and the table behind it to open."""
    return Html(
        f'<figure class="chart"><figcaption>{inert(chart.title)}</figcaption>'
        f'<div class="scroll">{chart.svg()}</div>'
        f"<details><summary>As a table</summary>"
        f'<div class="scroll">{chart.table().html()}</div></details></figure>'
    )


def document(
    title: str, description: str, content: str, *, width: float = WIDTH, height: float, kind: str = "wide"
) -> Html:
    """An SVG element that says what it shows to those who do not see it."""
    role = "group" if "<a " in content else "img"  # what is in a picture is not read, nor its links
    name = f"n{zlib.crc32(f'{title}{description}{content}'.encode('utf-8', 'replace')):08x}"
    return Html(
        f'<svg class="{kind}" viewBox="0 0 {_short(width)} {_short(height)}" '
        f'role="{role}" '
        f'aria-labelledby="{name}t" aria-describedby="{name}d">'
        f'<title id="{name}t">{inert(title)}</title><desc id="{name}d">{inert(description)}</desc>'
        f"{content}</svg>"
    )


def element(name: str, content: str = "", /, *, css: str = "", **attributes: Value) -> str:
    """An element; `_` in names of attributes stands for `-`, and `content` is markup."""
    written = "".join(
        f' {key.replace("_", "-")}="{inert(value) if isinstance(value, str) else _short(value)}"'
        for key, value in attributes.items()
    )
    styled = f' class="{css}"' if css else ""
    return f"<{name}{styled}{written}>{content}</{name}>"


def text(x: float, y: float, words: str, *, css: str = "", room: float = math.inf) -> str:
    """A line of text; what has no room is left out in its middle, and shown by pointing at it."""
    short = fitted(words, room)
    hint = f"<title>{inert(words)}</title>" if short != visible(words) else ""
    return element("text", hint + inert(short), css=css, x=x, y=y)


def fitted(words: str, room: float) -> str:
    """The words, made visible, with their middle left out until they fit into so much width."""
    words = " ".join(visible(words).split()) or "—"
    widths = [2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in words]
    most = room / CHARACTER
    if sum(widths) <= most:
        return words
    head, tail, left = 0, len(words), most - 1
    while head < tail:  # from both ends by turns: of a path, the end says as much as the beginning
        from_end = head > len(words) - tail
        left -= widths[tail - 1 if from_end else head]
        if left < 0:
            break
        head, tail = (head, tail - 1) if from_end else (head + 1, tail)
    return f"{words[:head]}…{words[tail:]}"


def link(address: str | None, content: str) -> str:
    """The content as a link, if there is an address within this site to go to."""
    if address is None or not address.startswith(("/", "?", "#")) or address.startswith("//"):
        return content
    return element("a", content, href=address)


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers from at most `low` to at least `high`, about as many as are wanted."""
    if not high > low:
        high = low + 1
    raw = (high - low) / wanted
    power: float = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """Maps low to start and high to end."""
    span = (high - low) or 1
    return lambda value: start + (value - low) / span * (end - start)


def compact(number: float) -> str:
    """A number in few letters: 950, 12k, 3.4M."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= size:
            return f"{number / size:.3g}{letter}"
    return f"{number:.0f}" if number == int(number) else f"{number:.3g}"


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0") if math.isfinite(number) else "0"
