"""A model as a folder: `model.json`, and the files that it names with their SHA-256.

An encoder as Hugging Face's exporters leave it has no `model.json`; it is described from its `config.json`.
Nothing in a model is code: networks are ONNX, tables safetensors, and what could be a pickle is refused.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nerproc.detection.span import Detector
from nerproc.errors import InvalidRequest, NotFound

CARD = "model.json"
NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
SUFFIXES = {".onnx", ".safetensors", ".json", ".txt"}
_PICKLES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".npz", ".h5"}
_ENCODER_FILES = ("config.json", "tokenizer.json", "model.onnx")
_AGAIN = "Import the folder that training or the export wrote, with all its files."
_EXPORT = "Export it to ONNX: optimum-cli export onnx --model FOLDER --task token-classification NEW_FOLDER"

MakeDetector = Callable[[Path, Collection[str] | None], Detector]


class Description(BaseModel):
    """What `model.json` says of every model; more in it belongs to the kind of model."""

    model_config = ConfigDict(frozen=True, extra="allow")

    format: Literal[1]
    name: str = Field(pattern=f"^{NAME}$")
    version: str = Field(default="", max_length=200)
    kind: str
    labels: list[str] = Field(min_length=1)
    description: str = Field(default="", max_length=1_000)
    files: dict[str, str] = Field(min_length=1)  # name -> SHA-256, hexadecimal
    lineage: dict[str, Any] = {}


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
    described = _read(folder) if (folder / CARD).is_file() else _of_encoder(folder)
    described["name"] = name or described.get("name")
    description = _checked(described, folder)
    for file, digest in description.files.items():
        _check_file(folder, file, digest)
    return description


def stored(folder: Path) -> Description:
    """What the `model.json` says that an import wrote, of this version or another.

    Raises:
        InvalidRequest: this version does not know such models.
    """
    return _checked(_read(folder), folder)


def is_model(folder: Path) -> bool:
    """Whether a folder looks like one of a model, whole or not."""
    return any((folder / name).is_file() for name in (CARD, *_ENCODER_FILES))


def detector(folder: Path, kind: str, labels: Collection[str] | None = None) -> Detector:
    """The detector of a model of that kind, which finds only `labels` (all if None).

    Raises:
        InvalidRequest: a file is not what it should be, or the files do not fit each other.
    """
    return LOADERS[kind](folder, labels)


def digest(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(folder: Path) -> dict[str, Any]:
    try:
        read = json.loads((folder / CARD).read_bytes())
    except (OSError, ValueError):
        raise InvalidRequest(f"{CARD} in {folder} is not JSON", hint=_AGAIN) from None
    return read if isinstance(read, dict) else {}


def _checked(described: dict[str, Any], folder: Path) -> Description:
    try:
        description = Description(**described)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidRequest(f"{CARD} in {folder} is not valid: {place}: {first['msg']}", hint=_AGAIN) from None
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
        weights = any(path.suffix in _PICKLES | {".safetensors"} for path in folder.iterdir())
        raise InvalidRequest(
            f"{folder} is no model: it has neither {CARD} nor {' and '.join(missing)}",
            hint=_EXPORT if weights else _AGAIN,
        )
    files = [*_ENCODER_FILES, *(path.name for path in folder.glob("model.onnx?data"))]
    return {
        "format": 1,
        "name": re.sub(r"[^A-Za-z0-9_.-]+", "-", folder.resolve().name).lstrip("-_.")[:64],
        "kind": "encoder",
        "labels": labels_of(folder),
        "description": "An encoder that was exported to ONNX.",
        "files": {name: digest(folder / name) for name in files},
    }


def _check_file(folder: Path, name: str, expected: str) -> None:
    path = folder / name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name) or name == CARD:
        raise InvalidRequest(
            f"{CARD} in {folder} names {name!r}, which is no file beside it",
            hint="Put all files into one folder.",
        )
    if path.suffix in _PICKLES:
        raise InvalidRequest(
            f"{name} in {folder} may hold code, which nerproc does not run",
            hint="Networks are ONNX (.onnx), tables safetensors (.safetensors).",
        )
    if path.suffix not in SUFFIXES and not name.endswith("onnx_data"):
        raise InvalidRequest(
            f"{name} in {folder} is of a kind that no model has",
            hint=f"Models have {', '.join(sorted(SUFFIXES))}.",
        )
    if path.is_symlink() or not path.is_file():
        raise InvalidRequest(f"{name} is missing from {folder}", hint=_AGAIN)
    if digest(path) != expected.lower():
        raise InvalidRequest(f"{name} in {folder} is not the file that {CARD} describes", hint=_AGAIN)


def _small(folder: Path, labels: Collection[str] | None) -> Detector:
    tagger = importlib.import_module("nerproc.detection.tagger")
    made: Detector = tagger.load(folder, threads=1, labels=labels)
    return made


def _encoder(folder: Path, labels: Collection[str] | None) -> Detector:
    from nerproc.detection.encoder.encoder import load

    return load(folder, threads=1, labels=labels)


LOADERS: dict[str, MakeDetector] = {"small": _small, "encoder": _encoder}
