"""What nerproc finds: an entity, and its place in an object.

Plain dataclasses without pydantic, because detection makes millions of them and `import nerproc` pays for
what this module imports.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Protocol

MAX_ENTITY_LENGTH = 8_192  # code points; longer matches are cut off, not reported
CONTEXT_LENGTH = 40  # code points of left and of right context

# An entity as a row of a table, with the types of DuckDB; a location is flattened into its fields.
COLUMNS = {
    "object": "VARCHAR",
    "start": "BIGINT",
    "end": "BIGINT",
    "label": "VARCHAR",
    "kind": "VARCHAR",
    "text": "VARCHAR",
    "score": "DOUBLE",
    "source": "VARCHAR",
    "left_context": "VARCHAR",
    "right_context": "VARCHAR",
    "page": "INTEGER",
    "sheet": "VARCHAR",
    "row": "BIGINT",
    "member": "VARCHAR",
}


class Spanned(Protocol):
    """A labelled stretch of a text: an entity, a span of a preview or of a sample."""

    @property
    def start(self) -> int:
        """Offset in code points."""
        ...

    @property
    def end(self) -> int:
        """Offset behind the last code point."""
        ...

    @property
    def label(self) -> str:
        """What it is."""
        ...


@dataclass(frozen=True, slots=True)
class Location:
    """Where in a document a piece of text stands; what does not apply is None."""

    page: int | None = None  # 1-based page of a PDF, slide of a presentation
    sheet: str | None = None  # name of a sheet of a workbook
    row: int | None = None  # 1-based row of a sheet or a CSV file (the header is row 1), line of JSON lines
    member: str | None = None  # path inside an archive, attachment of a mail; nested ones joined by "!/"


@dataclass(frozen=True, slots=True)
class Entity:
    """A span of an object's text and what it is."""

    object: str  # name of the object, relative to the source's root
    start: int  # offset in code points of the extracted text
    end: int  # exclusive; at most MAX_ENTITY_LENGTH after start
    label: str  # what it is: NAME, EMAIL, SSN, a custom tag, …
    kind: str | None  # the finer type where there is one: us_passport, aws_access_key, …
    text: str  # extracted text[start:end]
    score: float  # 0 to 1
    source: str  # what found it: "pattern", "custom", "tagger" or "plugin"
    left_context: str  # up to CONTEXT_LENGTH code points before start
    right_context: str  # up to CONTEXT_LENGTH code points after end
    location: Location | None

    def to_dict(self) -> dict[str, Any]:
        """The entity as every JSON output shows it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Entity:
        """The inverse of `to_dict`."""
        location = data["location"]
        return cls(**{**data, "location": Location(**location) if location else None})
