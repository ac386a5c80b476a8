"""A model's folder: `model.json` with its settings, and the files that it names with their SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nerproc.errors import InvalidRequest

CARD = "model.json"
NETWORK = "network.onnx"  # vectors of words -> a score of each move
WORD = "word.onnx"  # sums of rows -> vectors of words
TABLE = "table.safetensors"  # the rows
FORMAT = 1
SMALL = "small"
_HINT = "import the model again, or train it anew"


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a score is made of what the network is sure of: sigmoid(slope * log-odds + offset)."""

    slope: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What `model.json` says of a small tagger."""

    labels: tuple[str, ...]  # in the order of the network's moves
    bits: int  # of the table (see `feature.table_rows`)
    calibration: Calibration
    files: Mapping[str, str]  # name -> SHA-256 in hexadecimal digits


def read(folder: Path) -> Settings:
    """The settings of the model in `folder`, whose files are all there and whole.

    Raises:
        InvalidRequest: the folder is no model of format 1, no small tagger, or a file is missing or differs.
    """
    try:
        card = json.loads((folder / CARD).read_bytes())
    except OSError as error:
        raise InvalidRequest(f"{folder} holds no model: {CARD} cannot be read", hint=_HINT) from error
    except ValueError as error:
        raise InvalidRequest(f"{CARD} in {folder} is not JSON", hint=_HINT) from error
    settings = _settings(card, folder)
    for name, digest in settings.files.items():
        if _digest(folder / name) != digest:
            raise InvalidRequest(f"{name} in {folder} is missing or is not the one of {CARD}", hint=_HINT)
    return settings


def digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of files in `folder`, as `model.json` has them."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def _settings(card: Any, folder: Path) -> Settings:
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise InvalidRequest(
            f"the model in {folder} is not of format {FORMAT}", hint="it may be of a newer version of nerproc"
        )
    if card.get("kind") != SMALL:
        raise InvalidRequest(
            f"the model in {folder} is not a small tagger, but {card.get('kind')!r}", hint=_HINT
        )
    try:
        settings = Settings(
            labels=tuple(map(str, card["labels"])),
            bits=int(card["bits"]),
            calibration=Calibration(**{key: float(value) for key, value in card["calibration"].items()}),
            files={str(name): str(digest) for name, digest in card["files"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidRequest(f"{CARD} in {folder} lacks a setting, or one is not valid", hint=_HINT) from error
    missing = {NETWORK, WORD, TABLE} - set(settings.files)
    if missing or any(Path(name).name != name for name in settings.files):
        raise InvalidRequest(f"{CARD} in {folder} must name {NETWORK}, {WORD} and {TABLE}", hint=_HINT)
    return settings


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
