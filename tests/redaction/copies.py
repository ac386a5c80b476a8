"""Copies of documents for the tests of redaction: what is found is given by its text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nerproc.extraction.extract import open_document
from nerproc.redaction.document import Copy, redact, restore
from nerproc.redaction.operator import parse
from nerproc.schema.entity import Entity

KEY = bytes(range(32))


@dataclass
class Made:
    """A copy and the texts of it and its original."""

    data: bytes
    copy: Copy
    text: str
    before: str

    @property
    def places(self) -> list[str]:
        """What stands at the places that the copy tells."""
        return [self.text[start:end] for start, end in self.copy.places]


def text_of(data: bytes, name: str) -> str:
    return "".join(segment.text for segment in open_document(io.BytesIO(data), name).segments())


def entity(text: str, start: int, end: int, label: str) -> Entity:
    return Entity("", start, end, label, None, text[start:end], 1.0, "pattern", "", "", None)


def found(text: str, wanted: Mapping[str, str]) -> list[Entity]:
    """Every place of each of the texts in `wanted`, with its label, in order."""
    entities = []
    for part, label in wanted.items():
        start = text.find(part)
        while start >= 0:
            entities.append(entity(text, start, start + len(part), label))
            start = text.find(part, start + 1)
    return sorted(entities, key=lambda each: (each.start, each.end, each.label))


def made(
    data: bytes, name: str, wanted: Mapping[str, str] | Iterable[Entity], default: str = "replace"
) -> Made:
    """The copy of a document."""
    before = text_of(data, name)
    entities = found(before, wanted) if isinstance(wanted, Mapping) else list(wanted)
    output = io.BytesIO()
    copy = redact(io.BytesIO(data), name, entities, parse({}, default=default, key=KEY), output)
    return Made(output.getvalue(), copy, text_of(output.getvalue(), copy.name), before)


def restored(data: bytes, name: str, key: bytes = KEY) -> bytes:
    """What `restore` makes of a copy."""
    output = io.BytesIO()
    restore(io.BytesIO(data), name, key, output)
    return output.getvalue()
