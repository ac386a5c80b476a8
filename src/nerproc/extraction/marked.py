"""Text put together from pieces that each have a hint, as markup is read; cut into segments."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from nerproc.extraction import hint
from nerproc.schema.entity import Location

SEGMENT = 1 << 20  # code points
_MOST_NAMES = 1_000  # kept below one name


class Names:
    """A name and those above it: the path of an element, or of an attribute."""

    __slots__ = ("_below", "above", "name")

    def __init__(self, name: str, above: Names | None) -> None:
        self.name = name
        self.above = above
        self._below: dict[str, Names] = {}

    def below(self, name: str) -> Names:
        """The path that goes on with `name`; a document has few of them, so they are kept."""
        found = self._below.get(name)
        if found is None:
            found = Names(name, self)
            if len(self._below) < _MOST_NAMES:
                self._below[name] = found
        return found

    def words(self) -> str:
        """The path as words, outermost first, without prefixes of namespaces."""
        names: list[str] = []
        at: Names | None = self
        while at is not None:
            names.append(hint.words(at.name.rpartition(":")[2]))
            at = at.above
        return " ".join(filter(None, reversed(names)))


class MarkedSegment:
    """Text whose pieces each have a hint."""

    __slots__ = ("_names", "_place", "_starts", "text")

    def __init__(
        self, text: str, starts: list[int], names: list[Names | None], place: Location | None = None
    ) -> None:
        """Piece `i` begins at `starts[i]` and stands under `names[i]`."""
        self.text = text
        self._starts = starts
        self._names = names
        self._place = place

    def location(self, _offset: int, /) -> Location | None:
        """See `Segment.location`."""
        return self._place

    def hint(self, offset: int) -> str:
        """The path of the element or attribute."""
        names = self._names[bisect_right(self._starts, offset) - 1]
        return names.words() if names else ""


class MarkedText:
    """Collects pieces of text. Separators are line breaks and tabs that are never doubled."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self._names: list[Names | None] = []
        self._length = 0
        self._separator = ""  # wanted before the next piece
        self._empty = True  # nothing was added yet, in this segment or an earlier one

    def add(self, text: str, names: Names | None = None) -> None:
        """Append `text`."""
        if self._separator and not self._empty:
            self._append(self._separator, None)
        self._separator = ""
        self._empty = False
        self._append(text, names)

    @property
    def at_line_start(self) -> bool:
        """Whether what comes next begins a line."""
        return self._empty or self._separator == "\n"

    def separate(self, separator: str = "\n") -> None:
        """Begin a new line, or with a tab a new cell, before the next text."""
        if self._separator != "\n":
            self._separator = separator

    def full(self) -> Iterator[MarkedSegment]:
        """A segment, if there is enough for one."""
        if self._length >= SEGMENT:
            yield self._cut()

    def end(self) -> Iterator[MarkedSegment]:
        """The last segment, with a line break at its end if any text was added."""
        if not self._empty:
            self._append("\n", None)
        if self._length:
            yield self._cut()

    def _append(self, text: str, names: Names | None) -> None:
        self._starts.append(self._length)
        self._names.append(names)
        self._pieces.append(text)
        self._length += len(text)

    def _cut(self) -> MarkedSegment:
        segment = MarkedSegment("".join(self._pieces), self._starts, self._names)
        self._pieces, self._starts, self._names, self._length = [], [], [], 0
        return segment
