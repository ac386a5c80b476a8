"""Where redacted copies go."""

from __future__ import annotations

from typing import BinaryIO, Protocol


class Unwritable(Exception):
    """A copy cannot have this name here; str() is the reason."""


class Destination(Protocol):
    """One small seam; every adapter passes tests/destination/test_conformance.py.

    Every method raises `nerproc.errors.DestinationUnreachable` when the place does not answer or is full, and
    `nerproc.errors.Refused` or `nerproc.errors.NotFound` when it will not let us write, however often we try.
    """

    def vacant(self) -> bool:
        """Whether nothing is there yet; looks, and changes nothing."""
        ...

    def put(self, name: str, content: BinaryIO) -> None:
        """Write a copy, whole or not at all, in the place of one that is there; durable on return.

        `content` can seek, and is read from its first byte on.

        Raises:
            Unwritable: there can be no copy of that name.
        """
        ...

    def tidy(self) -> None:
        """Remove what this task's attempts up to ours, killed in the middle of a `put`, have left."""
        ...


def segments(name: str) -> list[str]:
    """The parts of the name of a copy.

    Raises:
        Unwritable: it would lead elsewhere (`..`), or nowhere.
    """
    parts = name.split("/")
    if "\0" in name or not name or any(part in (".", "..") for part in parts):
        raise Unwritable("its name is no path")
    return parts
