"""What training learns from: a text and the entities in it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """An entity in a sample's text; offsets are in code points."""

    start: int
    end: int  # exclusive
    label: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A text with all its entities, in order; none overlap."""

    text: str
    spans: tuple[Span, ...]
    document: str = field(default="", compare=False)  # what it is a piece of; "": a document of its own

    @property
    def unit(self) -> str:
        """What must not be torn apart: the document, or all samples of the same text."""
        return self.document or self.text
