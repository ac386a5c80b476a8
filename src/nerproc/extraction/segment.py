"""What extraction yields: a document as segments of text, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from nerproc.schema.entity import Location


class Segment(Protocol):
    """A run of a document's text. The texts of all segments, joined, are the document's text.

    A segment holds at most a few MiB, so that a document of any size is read in bounded memory.
    """

    text: str

    def location(self, offset: int) -> Location | None:
        """The place of the character at `offset` of `text`; None for plain text."""
        ...

    def hint(self, offset: int) -> str:
        """Words that stand over the character at `offset` though not beside it.

        The header of a CSV column, the path of a JSON value, the name of an XML element; "" if none. Called
        for candidates that need context only, so it may be slow.
        """
        ...


class Document(Protocol):
    """An opened document."""

    media_type: str
    warnings: list[str]  # parts that could not be read, filled while the segments are read

    def segments(self) -> Iterator[Segment]:
        """The document's text in order; may be called once.

        Raises:
            nerproc.extraction.errors.Skipped: nothing in it can be read, by design (type, encryption, bomb).
            nerproc.extraction.errors.Broken: it claims a type that it does not keep.
        """
        ...
