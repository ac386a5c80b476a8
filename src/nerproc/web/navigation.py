"""What the head of each page leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nerproc.access.scope import Scope
from nerproc.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of the page."""

    name: str
    path: str
    scope: Scope  # that it needs
    also: str = ""  # another path whose pages belong to it


ENTRIES = (
    Entry("Overview", "/", "reports:read"),
    Entry("Jobs", "/jobs", "reports:read", also="/reports"),
    Entry("New scan", "/scan", "reports:write"),
    Entry("Models", "/models", "models:read"),
    Entry("Workers", "/workers", "admin"),
    Entry("Try it", "/try", "reports:read"),
)


def entries(visitor: Visitor, path: str) -> Iterator[tuple[Entry, bool]]:
    """What a visitor may open, each with whether `path` is in it."""
    for entry in ENTRIES:
        if visitor.may(entry.scope):
            below = [f"{place}/" for place in (entry.path.rstrip("/"), entry.also) if place]
            yield entry, path == entry.path or path.startswith(tuple(below))


def offers(visitor: Visitor, path: str) -> bool:
    """Whether there is a part of the page at that path, and the visitor may open it."""
    return any(entry.path == path and visitor.may(entry.scope) for entry in ENTRIES)
