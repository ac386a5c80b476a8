"""Pieces of documents for tests."""

from __future__ import annotations

from dataclasses import dataclass

from nerproc.schema.entity import Location


@dataclass
class Piece:
    text: str
    page: int | None = None
    over: str = ""

    def location(self, offset: int) -> Location | None:
        assert 0 <= offset < len(self.text)
        return None if self.page is None else Location(page=self.page, row=offset)

    def hint(self, offset: int) -> str:
        assert 0 <= offset < len(self.text)
        return self.over


def cut(text: str, *places: int) -> list[Piece]:
    """`text` in pieces that end at `places`."""
    ends = sorted({min(place, len(text)) for place in places} | {len(text)})
    return [Piece(text[first:last]) for first, last in zip([0, *ends], ends, strict=False)]
