"""Text of any length as windows that fit into memory.

Where windows are cut depends on the text alone, never on the sizes of the pieces in which it arrives, so what
is found does not depend on them either. Windows overlap; each owns the stretch between two cuts, and what
begins there is found whole, with its context, in that window.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator
from typing import Protocol

from nerproc.schema.entity import Location

WINDOW = 1 << 20  # code points between two cuts, about
OVERLAP = 1 << 14  # code points that a window shows on each side of what it owns: twice the longest entity
SEEK = 1 << 12  # code points before a multiple of WINDOW in which white space is looked for


class Piece(Protocol):
    """A run of a document's text with its places (see extraction.Segment).

    One with an attribute `words` that is "" has no hints at any place, which saves asking for each.
    """

    text: str

    def location(self, offset: int, /) -> Location | None:
        """The place of the character at `offset` of `text`."""
        ...

    def hint(self, offset: int, /) -> str:
        """Words that stand over the character at `offset`."""
        ...


class Window:
    """A stretch of a document's text; offsets are in code points of `text`."""

    __slots__ = ("_is_piece", "_pieces", "_starts", "end", "offset", "start", "text")

    def __init__(
        self, text: str, *, offset: int, start: int, end: int, pieces: list[Piece], starts: list[int]
    ) -> None:
        """`starts` are where `pieces` begin in the document."""
        self.text = text
        self.offset = offset  # of `text` in the document
        self.start = start  # of what the window owns, in `text`
        self.end = end  # exclusive
        self._pieces = pieces
        self._starts = starts
        self._is_piece = len(pieces) == 1 and offset == starts[0]

    def location(self, offset: int) -> Location | None:
        """The place of the character at `offset`."""
        if self._is_piece:
            return self._pieces[0].location(offset)
        place = self.offset + offset
        index = bisect(self._starts, place) - 1
        return self._pieces[index].location(place - self._starts[index])

    @property
    def has_hints(self) -> bool:
        """Whether there may be words that stand over a place."""
        return any(getattr(piece, "words", None) != "" for piece in self._pieces)

    def hint(self, offset: int) -> str:
        """Words that stand over the character at `offset`."""
        place = self.offset + offset
        index = bisect(self._starts, place) - 1
        return self._pieces[index].hint(place - self._starts[index])


def windows(pieces: Iterable[Piece]) -> Iterator[Window]:
    """The text of `pieces` as windows; holds no more than a window and the pieces that it touches."""
    held = _Held()
    unread = iter(pieces)
    start = 0
    multiple = WINDOW
    while True:
        while held.end <= multiple + OVERLAP and (piece := next(unread, None)) is not None:
            held.add(piece)
        is_last = held.end <= multiple + OVERLAP
        end = held.end if is_last else _cut(held, multiple)
        if end > start:
            yield held.window(start, end)
        if is_last:
            return
        start = end
        multiple += WINDOW
        held.forget(start - OVERLAP)


def _cut(held: _Held, multiple: int) -> int:
    """Behind the last white space before `multiple`, or at `multiple` where there is none near."""
    before = held.text(multiple - SEEK, multiple)
    return (
        multiple - SEEK + 1 + max(before.rfind(space) for space in " \n\t\r")
        if _has_space(before)
        else multiple
    )


def _has_space(text: str) -> bool:
    return any(space in text for space in " \n\t\r")


class _Held:
    """The pieces of a document that are still needed."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._starts: list[int] = []
        self.end = 0  # of the last piece, in the document

    def add(self, piece: Piece) -> None:
        if piece.text:
            self._pieces.append(piece)
            self._starts.append(self.end)
            self.end += len(piece.text)

    def forget(self, before: int) -> None:
        """Drop the pieces that end before an offset of the document."""
        keep = max(0, bisect(self._starts, before) - 1)
        del self._pieces[:keep], self._starts[:keep]

    def text(self, start: int, end: int) -> str:
        first = max(0, bisect(self._starts, start) - 1)
        last = bisect(self._starts, end - 1)
        if last - first == 1:
            piece, offset = self._pieces[first].text, self._starts[first]
            return piece if len(piece) == end - start else piece[start - offset : end - offset]
        return "".join(
            piece.text[max(0, start - offset) : max(0, end - offset)]
            for piece, offset in zip(self._pieces[first:last], self._starts[first:last], strict=True)
        )

    def window(self, start: int, end: int) -> Window:
        """What the stretch from `start` to `end` owns, with the overlap on each side."""
        offset = max(0, start - OVERLAP)
        text = self.text(offset, min(self.end, end + OVERLAP))
        return Window(
            text,
            offset=offset,
            start=start - offset,
            end=end - offset,
            pieces=list(self._pieces),
            starts=list(self._starts),
        )
