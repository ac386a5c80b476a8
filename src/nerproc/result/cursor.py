"""Places in the results of a report, as opaque text that API and command line hand out.

A cursor names a row of a part. When that part was merged into another meanwhile, the row is found there.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nerproc.errors import InvalidRequest
from nerproc.job.part import PartRef

Table = Literal["entities", "objects"]
_FORM = re.compile(r"(entities|objects):(\d{1,18}):(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A row of a part's table; reading goes on with it."""

    table: Table
    part: int  # id
    row: int  # from 0

    def encode(self) -> str:
        """The cursor as text that needs no escapes in a URL."""
        plain = f"{self.table}:{self.part}:{self.row}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode(text: str, table: Table) -> Cursor:
    """The cursor that `text` stands for.

    Raises:
        InvalidRequest: `text` is no cursor of that table.
    """
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise _nonsense() from error
    form = _FORM.fullmatch(plain)
    if form is None or form[1] != table:
        raise _nonsense()
    return Cursor(table, part=int(form[2]), row=int(form[3]))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part from one of its rows on."""

    part: PartRef
    row: int = 0


def stretches(parts: Sequence[PartRef], cursor: str | None, table: Table) -> list[Stretch]:
    """What is left to read of `parts`, merged ones left out, from `cursor` on (None: from the first row).

    Raises:
        InvalidRequest: the cursor is nonsense, or its part is not among `parts`.
    """
    live = [Stretch(part) for part in parts if part.merged_into is None]
    if cursor is None:
        return live
    place = _translated(decode(cursor, table), parts)
    for index, stretch in enumerate(live):
        if stretch.part.id == place.part:
            return [replace(stretch, row=place.row), *live[index + 1 :]]
    raise _strange()


def _translated(place: Cursor, parts: Sequence[PartRef]) -> Cursor:
    by_id = {part.id: part for part in parts}
    while True:
        part = by_id.get(place.part)
        if part is None:
            raise _strange()
        if part.merged_into is None:
            return place
        offset = part.entity_offset if place.table == "entities" else part.object_offset
        place = Cursor(place.table, part.merged_into, place.row + offset)


def _nonsense() -> InvalidRequest:
    return InvalidRequest(
        "The cursor is not valid.", hint="Pass a next_cursor unchanged, to the list it came from."
    )


def _strange() -> InvalidRequest:
    return InvalidRequest(
        "The cursor is of another report, or too old.", hint="Read the list again without a cursor."
    )
