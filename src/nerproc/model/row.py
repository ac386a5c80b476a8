"""A model as a row of the database."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from nerproc import __version__
from nerproc.errors import Conflict
from nerproc.model.folder import Description, version
from nerproc.schema.report import ModelCard

_COLUMNS = ("id", "name", "version", "kind", "description", "labels", "files", "lineage", "origin", "patterns")
_TYPES = {"id": "uuid", "labels": "text[]", "patterns": "boolean"}
INSERT = f"INSERT INTO model ({', '.join(_COLUMNS)})"  # what follows it gives VALUES
VALUES = ", ".join(f"%({name})s::{_TYPES[name]}" if name in _TYPES else f"%({name})s" for name in _COLUMNS)


def values(
    model: UUID, description: Description, files: dict[str, Any], origin: Literal["imported", "trained"]
) -> dict[str, Any]:
    """What VALUES stand for; `files` are those that were stored (`store.put_folder`)."""
    return {
        "id": model,
        "name": description.name,
        "version": version(description),
        "kind": description.kind,
        "description": description.description,
        "labels": sorted(set(description.labels)),
        "files": Jsonb(files),
        "lineage": Jsonb(description.lineage),
        "origin": origin,
        "patterns": description.patterns,
    }


def card(row: dict[str, Any]) -> ModelCard:
    """What users see of the model of a row; patterns are those of this version of nerproc."""
    labels, detectors, suffix = row["labels"], [row["kind"]], ""
    if row["patterns"]:
        from nerproc.model.registry import load

        patterns = load("patterns")
        labels = sorted({*labels, *patterns.labels})
        detectors, suffix = [*patterns.parts, *detectors], f" patterns {__version__}"
    return ModelCard(
        **{name: row[name] for name in ("id", "name", "origin", "description", "lineage", "created_at")},
        version=row["version"] + suffix,
        labels=labels,
        detectors=detectors,
        bytes=sum(file["size"] for file in row["files"].values()),
    )


def taken(name: str) -> Conflict:
    """The error for a name that a model has."""
    return Conflict(f"There is a model {name!r} already.", hint="Delete it, or give another name (--name).")
