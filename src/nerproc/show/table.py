"""A small table as HTML: what is behind a chart, for those who would rather read than look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nerproc.show.inert import Html, inert

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, the names of the columns, and rows of as many cells; numbers stand on the right."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def html(self) -> Html:
        """The table; the first cell of a row is its head."""
        numeric = [self._is_numeric(column) for column in range(len(self.columns))]
        head = "".join(
            f'<th scope="col"{_class(number)}>{inert(name)}</th>'
            for name, number in zip(self.columns, numeric, strict=True)
        )
        body = "".join(f"<tr>{_row(row, numeric)}</tr>" for row in self.rows)
        return Html(
            f'<table class="data"><caption>{inert(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def _is_numeric(self, column: int) -> bool:
        cells = [row[column] for row in self.rows if row[column] is not None]
        return bool(cells) and not any(isinstance(cell, str) for cell in cells)


def written(cell: Cell) -> str:
    """A cell's value as it is read."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:,.4g}"


def _row(row: Sequence[Cell], numeric: Sequence[bool]) -> str:
    first, *others = [inert(written(cell)) for cell in row]
    cells = (f"<td{_class(number)}>{cell}</td>" for cell, number in zip(others, numeric[1:], strict=True))
    return f'<th scope="row"{_class(numeric[0])}><bdi>{first}</bdi></th>' + "".join(cells)


def _class(numeric: bool) -> str:
    return ' class="number"' if numeric else ""
