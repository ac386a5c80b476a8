"""Sentences with entities that people marked: `{"id", "text", "spans": [{"start", "end", "label"}]}` a line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from nerproc.train.sample import Sample, Span

# The labels that all sets mark alike; spans of others count as outside.
LABELS = {"PERSON": "NAME", "LOCATION": "LOCATION", "ORGANIZATION": "ORGANIZATION"}


def read(files: Iterable[Path]) -> list[Sample]:
    """The sentences of `files`, in order; those of a document are next to each other."""
    return [sample for file in files for sample in _samples(file)]


def digests(files: Iterable[Path]) -> dict[str, str]:
    """SHA-256 by name of file, so that a model can say what it was made of."""
    return {f"{file.parent.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _samples(file: Path) -> Iterator[Sample]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            spans = (
                Span(span["start"], span["end"], LABELS[span["label"]])
                for span in row["spans"]
                if span["label"] in LABELS
            )
            document = row["id"].rpartition("-")[0]
            yield Sample(row["text"], tuple(sorted(spans)), document=f"{file.name}/{document}")
