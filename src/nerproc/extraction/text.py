"""Plain text, logs, Markdown, source code: the text is the decoded file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nerproc.extraction.decode import decoded
from nerproc.schema.entity import Location

if TYPE_CHECKING:
    from nerproc.extraction.document import OpenedDocument


@dataclass(slots=True)
class TextSegment:
    """Text at one place: everywhere in it, location and hint are the same."""

    text: str
    place: Location | None = None
    words: str = ""

    def location(self, _offset: int, /) -> Location | None:
        """See `Segment.location`."""
        return self.place

    def hint(self, _offset: int, /) -> str:
        """See `Segment.hint`."""
        return self.words


def segments(document: OpenedDocument) -> Iterator[TextSegment]:
    """The decoded file, in pieces of about a MiB."""
    return map(TextSegment, decoded(document.source))
