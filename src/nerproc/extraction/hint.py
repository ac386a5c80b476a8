"""Names that programs use for fields, as words; and whether a row of a table holds such names."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SEAM = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\s_.:/-]+")
_VALUE = re.compile(r"[^@]*@[^@]*|[^A-Za-z]*\d[^A-Za-z]*|https?://.*", re.DOTALL)
_LONGEST = 64  # code points of a name


def words(name: str) -> str:
    """`passport_number`, `passportNumber` and `passport-number` as `passport number`."""
    return " ".join(word for word in _SEAM.split(name[: 4 * _LONGEST]) if word)


def header(cells: Sequence[str]) -> list[str] | None:
    """The columns' names as words if `cells`, the first row of a table, are names; else None.

    Names are short, differ from one another, and are neither numbers, dates nor addresses.
    """
    names = [cell.strip() for cell in cells]
    filled = [name for name in names if name]
    if not filled or len(set(filled)) < len(filled):
        return None
    if any(len(name) > _LONGEST or _VALUE.fullmatch(name) for name in filled):
        return None
    return [words(name) for name in names]
