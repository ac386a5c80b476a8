"""The files of a model in the artifact store: those of its folder, and what a training leaves beside them.

Beside them lie the samples that a trained model learnt, and how good it is: never part of its folder, so that
texts of users do not travel with it, and deleted with the model.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from uuid import UUID

from nerproc.detection.network.folder import CARD
from nerproc.model.folder import Description, artifacts
from nerproc.storage.base import Storage


def samples_of(model: UUID | str) -> str:
    """The key of the samples that the trained model of that id learnt."""
    return f"{artifacts(model)}/samples.jsonl"


def evaluation_of(model: UUID | str) -> str:
    """The key of what the trained model of that id was found to be worth."""
    return f"{artifacts(model)}/evaluation.json"


def put_folder(storage: Storage, model: UUID, folder: Path, description: Description) -> dict[str, Any]:
    """Store what `folder` holds, which `description` names, for the model of that id; the size of each file.

    Raises:
        StorageUnreachable: it cannot be stored; a part of it may be.
    """
    prefix = artifacts(model)
    files = {}
    for name, digest in sorted(description.files.items()):
        with (folder / name).open("rb") as file:
            files[name] = {"sha256": digest, "size": storage.put(f"{prefix}/{name}", file)}
    storage.put(f"{prefix}/{CARD}", io.BytesIO(description.model_dump_json().encode()))
    return files
