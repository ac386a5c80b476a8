"""Where objects come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Protocol, Self, runtime_checkable


class Unreadable(Exception):
    """An object cannot be read (gone, no permission, not a regular file, changed); str() is the reason."""


class Changed(Unreadable):
    """The object is not the one any more that was opened: what was read of it is worth nothing."""

    def __init__(self) -> None:
        super().__init__("it changed while it was read")


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """An object as it was listed."""

    name: str  # relative to the source's root, "/"-separated, valid Unicode (other bytes escaped as \\xNN)
    size: int  # bytes
    version: str  # changes when the content may have changed: ETag, or "<mtime in ns>-<size>"
    handle: str  # what `open` needs; belongs to the adapter
    problem: str | None = None  # set when listing already knows that it cannot be read: the reason to skip it


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a listing, in terms of the adapter: what comes behind `after`, up to and with `upto`."""

    after: str | None  # None: from the beginning
    upto: str | None  # None: to the end


@dataclass(frozen=True, slots=True)
class OpenObject:
    """An object that is open for reading; closed at the end of a `with` block."""

    file: BinaryIO  # can seek
    version: str  # of what is read; `ObjectRef.version`, unless the object changed since it was listed
    check: Callable[[], None] = lambda: None  # to be called after reading
    """Raises `Unreadable` (or what `open` raises) if what was read is not the whole of one version."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()


class Source(Protocol):
    """One small seam; every adapter passes tests/source/test_conformance.py."""

    def list(self) -> Iterator[ObjectRef]:
        """Every object in order of name (code points), in memory that does not grow with their number.

        Raises:
            nerproc.errors.NotFound: there is nothing at the source's root.
        """
        ...

    def expect(self, ref: ObjectRef) -> None:
        """The object will be opened soon: a source that has to wait for it may begin now."""
        ...

    def open(self, ref: ObjectRef) -> OpenObject:
        """Open an object for reading, as it is now.

        Raises:
            Unreadable: the object is gone, not a regular file, or may not be read.
            nerproc.errors.SourceUnreachable: no object can be read at the moment.
        """
        ...


@runtime_checkable
class Divisible(Protocol):
    """A source whose listing can be cut into sections that are listed side by side."""

    def divide(self) -> Sequence[Section]:
        """Sections that hold every object once, in order; none if it cannot be cut."""
        ...

    def list_section(self, section: Section) -> Iterator[ObjectRef]:
        """The objects of a section, as `Source.list` would give them."""
        ...
