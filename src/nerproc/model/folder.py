"""A model as a folder: `model.json`, and the files that it names with their SHA-256.

An encoder as Hugging Face's exporters leave it has no `model.json`; it is described from its `config.json`.
"""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import Field

from nerproc.detection.network.folder import AGAIN, CARD, PICKLES, Card, card, check, content, digests
from nerproc.detection.span import Detector
from nerproc.errors import InvalidRequest, NotFound
from nerproc.schema.name import MODEL_NAME

REPLAY = "replay.jsonl.gz"  # samples that a small tagger learnt, for those that go on from it
_BUILT_IN = Path(__file__).parent / "builtin"
_ENCODER_FILES = ("config.json", "tokenizer.json", "model.onnx")
_EXPORT = "Export it to ONNX: optimum-cli export onnx --model FOLDER --task token-classification NEW_FOLDER"

MakeDetector = Callable[[Path, Collection[str] | None], Detector]


class Description(Card):
    """What `model.json` says of every model; more in it belongs to the kind of model."""

    name: str = Field(pattern=f"^{MODEL_NAME}$")
    version: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=1_000)
    lineage: dict[str, Any] = Field(default_factory=dict)
    patterns: bool = False  # the built-in patterns look for entities beside it
    replay_labels: list[str] | None = None  # that spans of REPLAY say all of; absent: `labels`


def artifacts(model: UUID | str) -> str:
    """The key prefix of the files of the imported model of that id."""
    return f"models/{model}"


def describe(folder: Path, name: str | None = None) -> Description:
    """What there is in `folder`, under another `name` if given; its files are there, and are what it says.

    Raises:
        NotFound: there is no such folder.
        InvalidRequest: it is no model, or not a whole one.
    """
    if not folder.is_dir():
        raise NotFound(f"there is no folder {str(folder)!r}", hint="Name a folder with a model.json in it.")
    described = content(folder) if (folder / CARD).is_file() else _of_encoder(folder)
    if name:
        described["name"] = name
    if not re.fullmatch(MODEL_NAME, str(described.get("name", ""))):
        raise InvalidRequest(
            f"{described.get('name', '')!r}, as {folder} says, is no name for a model",
            hint="Give it one (--name) of letters, digits and _ . -, at most 64.",
        )
    description = _known(described, folder)
    check(folder, description.files)
    return description


def stored(folder: Path) -> Description:
    """What the `model.json` says that an import wrote, of this version or another.

    Raises:
        InvalidRequest: this version does not know such models.
    """
    return _known(content(folder), folder)


def version(description: Description) -> str:
    """What the folder says, and a checksum of all that decides what is found."""
    content = description.model_dump_json(exclude={"name", "version", "description", "lineage"})
    return f"{description.version} {hashlib.sha256(content.encode()).hexdigest()[:16]}".lstrip()


def built_in(name: str) -> Path | None:
    """The folder of the model of that name that comes with nerproc, if it has one."""
    folder = _BUILT_IN / name
    return folder if re.fullmatch(MODEL_NAME, name) and (folder / CARD).is_file() else None


def built_in_names() -> list[str]:
    """The models that come with nerproc as folders."""
    return sorted(card.parent.name for card in _BUILT_IN.glob(f"*/{CARD}"))


def is_model(folder: Path) -> bool:
    """Whether a folder looks like one of a model, whole or not."""
    return any((folder / name).is_file() for name in (CARD, *_ENCODER_FILES))


def detector(folder: Path, kind: str, labels: Collection[str] | None = None) -> Detector:
    """The detector of a model of that kind, which finds only `labels` (all if None).

    Raises:
        InvalidRequest: a file is not what it should be, or the files do not fit each other.
    """
    return LOADERS[kind](folder, labels)


def _known(described: dict[str, Any], folder: Path) -> Description:
    """What is described, if there is a loader for it."""
    description = card(described, folder, Description)
    if description.kind not in LOADERS:
        raise InvalidRequest(
            f"the model in {folder} is of the kind {description.kind!r}, which is unknown here",
            hint=f"Kinds: {', '.join(sorted(LOADERS))}. It may belong to a newer version of nerproc.",
        )
    return description


def _of_encoder(folder: Path) -> dict[str, Any]:
    """What `model.json` would say of an export."""
    from nerproc.detection.encoder.encoder import labels_of

    missing = [name for name in _ENCODER_FILES if not (folder / name).is_file()]
    if missing:
        weights = any(path.suffix in PICKLES | {".safetensors"} for path in folder.iterdir())
        raise InvalidRequest(
            f"{folder} is no model: it has neither {CARD} nor {' and '.join(missing)}",
            hint=_EXPORT if weights else AGAIN,
        )
    files = [*_ENCODER_FILES, *(path.name for path in folder.glob("model.onnx?data"))]
    return {
        "format": 1,
        "name": re.sub(r"[^A-Za-z0-9_.-]+", "-", folder.resolve().name).lstrip("-_.")[:64],
        "kind": "encoder",
        "labels": labels_of(folder),
        "description": "An encoder that was exported to ONNX.",
        "files": digests(folder, files),
    }


def _small(folder: Path, labels: Collection[str] | None) -> Detector:
    tagger = importlib.import_module("nerproc.detection.tagger")
    made: Detector = tagger.load(folder, threads=1, labels=labels)
    return made


def _encoder(folder: Path, labels: Collection[str] | None) -> Detector:
    from nerproc.detection.encoder.encoder import load

    return load(folder, threads=1, labels=labels)


LOADERS: dict[str, MakeDetector] = {"small": _small, "encoder": _encoder}
