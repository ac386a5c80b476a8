"""How a page is put together: from few files at first, from more at a time while rows are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any

from nerproc.result.cursor import Cursor, Stretch, Table

# Files per query: most pages need one part, but what is rare must not take a query per part.
FEW_FILES = (1, 16, 64, 256)
MANY_FILES = (64,)

# Of a row: which of the files of a query, and which row of it. A query ends its rows with these columns.
PLACE = "file_index, file_row_number"
Row = tuple[Any, ...]

# Whether what was found so far is enough, though it fills no page; asked before more files are looked at.
Enough = Callable[[Sequence[Row]], bool]


def collect(
    table: Table,
    left: Sequence[Stretch],
    limit: int,
    query: Callable[[Sequence[Stretch], int], list[Row]],
    enough: Enough = lambda _: False,
) -> tuple[list[Row], str | None]:
    """The first `limit` rows, and a cursor of the row behind them if there is one.

    `query` gives at most so many rows of a batch of stretches, each followed by its PLACE. Once there is
    `enough`, it is those rows, and the cursor is where to look on: whether there are others, nobody knows.
    """
    found: list[Row] = []
    looked = 0  # at so many stretches
    for batch in batches(left, FEW_FILES):
        for *values, file, row in query(batch, limit + 1 - len(found)):
            if len(found) == limit:
                return found, Cursor(table, batch[file].part.id, row).encode()
            found.append(tuple(values))
        looked += len(batch)
        if looked < len(left) and enough(found):
            return found, Cursor(table, left[looked].part.id, left[looked].row).encode()
    return found, None


def batches(left: Sequence[Stretch], sizes: Sequence[int]) -> Iterator[Sequence[Stretch]]:
    """Cut into batches of these sizes, the last size again and again."""
    start = 0
    for size in chain(sizes, repeat(sizes[-1])):
        if start >= len(left):
            return
        yield left[start : start + size]
        start += size
