"""Where a long listing can be cut, so that its sections are listed side by side.

The cuts are at folders, found level by level. How many keys a section has is not known before it is listed;
that every key is in exactly one does not depend on where the cuts are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from nerproc.source.base import Section

SECTIONS = 64  # at most
FOLDERS = 10_000  # of one level that are looked at
LEVELS = 8


def divide(root: str, folders_in: Callable[[str], Iterable[str]]) -> list[Section]:
    """Sections that make up the listing below `root`, in order; none if there is nothing to cut at."""
    level = [root]
    for _ in range(LEVELS):
        below = [
            folder for parent in level for folder in (list(islice(folders_in(parent), FOLDERS)) or [parent])
        ]
        if below == level:
            break
        level = below
        if len(level) >= SECTIONS:
            break
    step = max(1, -(-len(level) // SECTIONS))
    cuts = level[step::step]
    if not cuts:
        return []
    return [Section(after, upto) for after, upto in zip([None, *cuts], [*cuts, None], strict=True)]


def _below(parent: str, folders_in: Callable[[str], Iterable[str]]) -> Iterator[str]:
    """The folders in `parent`; itself if there are none."""
    folders = iter(folders_in(parent))
    yield next(folders, parent)
    yield from folders
