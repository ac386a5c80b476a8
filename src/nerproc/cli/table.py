"""Rows of cells as lines of aligned text, cut to the width of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import combining, east_asian_width

GAP = "  "
LEAST = 8  # columns that a cut cell keeps


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of printable text in a row."""

    text: str
    right: bool = False


def columns_of(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1 for character in text
    )


def cut(text: str, columns: int) -> str:
    """`text` in at most so many columns; where it is cut off, an ellipsis says so."""
    if columns_of(text) <= columns:
        return text
    while text and columns_of(text) > columns - 1:
        text = text[:-1]
    return f"{text}…"


def layout(rows: Sequence[Sequence[Cell]], *, width: int | None, wide: Sequence[int] = ()) -> list[str]:
    """One line a row; `width` is the terminal's, and the `wide` columns are cut to fit into it."""
    widths = [max(columns_of(row[number].text) for row in rows) for number in range(len(rows[0]))]
    if width is not None:
        _shrink(widths, wide, width - len(GAP) * (len(widths) - 1))
    return [GAP.join(map(_fit, row, widths)).rstrip() for row in rows]


def _shrink(widths: list[int], wide: Sequence[int], room: int) -> None:
    """Take columns from the widest of the `wide` ones until all fit."""
    while wide and sum(widths) > room:
        widest = max(wide, key=lambda number: widths[number])
        if widths[widest] <= LEAST:
            return
        widths[widest] -= 1


def _fit(cell: Cell, width: int) -> str:
    text = cut(cell.text, width)
    padding = " " * (width - columns_of(text))
    return padding + text if cell.right else text + padding
