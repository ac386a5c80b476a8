"""Where objects come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol


class Unreadable(Exception):
    """An object cannot be read (gone, no permission, not a regular file, changed); str() is the reason."""


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """An object as it was listed."""

    name: str  # relative to the source's root, "/"-separated, valid Unicode (other bytes escaped as \\xNN)
    size: int  # bytes
    version: str  # changes when the content may have changed: ETag, or "<mtime in ns>-<size>"
    handle: str  # what `open` needs; belongs to the adapter
    problem: str | None = None  # set when listing already knows that it cannot be read: the reason to skip it


class Source(Protocol):
    """One small seam; every adapter passes tests/source/test_conformance.py."""

    def list(self) -> Iterator[ObjectRef]:
        """Every object in order of name (code points), in memory that does not grow with their number.

        Raises:
            nerproc.errors.NotFound: there is nothing at the source's root.
        """
        ...

    def open(self, ref: ObjectRef) -> BinaryIO:
        """Open an object for reading; the reader can seek.

        Raises:
            Unreadable: the object is gone, not a regular file, or may not be read.
        """
        ...

    def version(self, ref: ObjectRef) -> str:
        """The object's version now, to compare with `ref.version` after reading.

        Raises:
            Unreadable: the object is gone.
        """
        ...
