"""A model's folder: `model.json` with its settings, and the files that it names with their SHA-256.

Nothing in a model is code: networks are ONNX, tables safetensors, and what could be a pickle is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nerproc.detection.network.calibration import Calibration
from nerproc.errors import InvalidRequest
from nerproc.schema.name import LABEL_NAME

CARD = "model.json"
FORMAT = 1
SUFFIXES = {".onnx", ".safetensors", ".json", ".gz", ".txt"}
PICKLES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".npz", ".h5"}
MOST_BYTES = 1 << 20  # of a `model.json`
AGAIN = "Import the folder that training or the export wrote, with all its files."

_Label = Annotated[str, Field(pattern=rf"^{LABEL_NAME}$")]


class Card(BaseModel):
    """What `model.json` says of every network; more in it belongs to its kind, or to those who keep models."""

    model_config = ConfigDict(frozen=True, extra="allow")

    format: Literal[1]
    kind: str
    labels: list[_Label] = Field(min_length=1)
    files: dict[str, str] = Field(min_length=1)  # name -> SHA-256, hexadecimal
    calibration: Calibration = Calibration()


_Card = TypeVar("_Card", bound=Card)


def content(folder: Path) -> dict[str, Any]:
    """What the `model.json` in `folder` holds, valid or not.

    Raises:
        InvalidRequest: there is none, or it is not JSON that can be kept.
    """
    path = folder / CARD
    found, is_sound = None, False
    try:
        _refuse_link(path)
        if path.stat().st_size > MOST_BYTES:
            raise InvalidRequest(f"{CARD} in {folder} has more than {MOST_BYTES:,} bytes", hint=AGAIN)
        found = json.loads(path.read_bytes())
        # Neither numbers without end, nor half characters, nor NUL can be kept in a database.
        text = json.dumps(found, ensure_ascii=False, allow_nan=False)
        is_sound = b"\\u0000" not in text.encode().replace(rb"\\", b"")
    except OSError as error:
        raise InvalidRequest(f"{folder} holds no model: {CARD} cannot be read", hint=AGAIN) from error
    except (ValueError, RecursionError):
        pass
    if not is_sound:
        raise InvalidRequest(f"{CARD} in {folder} is not JSON, or has NaN, NUL or half a character", hint=AGAIN)
    return found if isinstance(found, dict) else {}


def card(found: Mapping[str, Any], folder: Path, made: type[_Card]) -> _Card:
    """`found` as the card of `folder`.

    Raises:
        InvalidRequest: it is not valid.
    """
    if found.get("format") != FORMAT:
        raise InvalidRequest(
            f"the model in {folder} is not of format {FORMAT}", hint="It may be of a newer version of nerproc."
        )
    try:
        return made(**found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidRequest(f"{CARD} in {folder} is not valid: {place}: {first['msg']}", hint=AGAIN) from None


def check(folder: Path, files: Mapping[str, str]) -> None:
    """See that `files` are in `folder`, are what `model.json` says, and are of kinds that hold no code.

    Raises:
        InvalidRequest: one is not.
    """
    for name, expected in files.items():
        _check_file(folder, name, expected)


def digest(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal.

    Raises:
        InvalidRequest: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InvalidRequest(
            f"{path.name} in {path.parent} cannot be read: {error.strerror or error}",
            hint="Let nerproc read it, and look at the disk.",
        ) from error


def digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of files in `folder`, as `model.json` has them."""
    return {name: digest(folder / name) for name in names}


def _check_file(folder: Path, name: str, expected: str) -> None:
    path = folder / name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name) or name == CARD:
        raise InvalidRequest(
            f"{CARD} in {folder} names {name!r}, which is no file beside it",
            hint="Put all files into one folder.",
        )
    if path.suffix in PICKLES:
        raise InvalidRequest(
            f"{name} in {folder} may hold code, which nerproc does not run",
            hint="Networks are ONNX (.onnx), tables safetensors (.safetensors).",
        )
    if path.suffix not in SUFFIXES and not name.endswith("onnx_data"):
        raise InvalidRequest(
            f"{name} in {folder} is of a kind that no model has",
            hint=f"Models have {', '.join(sorted(SUFFIXES))}.",
        )
    _refuse_link(path)
    if not path.is_file():
        raise InvalidRequest(f"{name} is missing from {folder}", hint=AGAIN)
    if digest(path) != expected.lower():
        raise InvalidRequest(f"{name} in {folder} is not the file that {CARD} describes", hint=AGAIN)


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise InvalidRequest(
            f"{path.name} in {path.parent} is a link, not a file",
            hint="Copy what it links to: cp -rL FOLDER COPY",
        )
