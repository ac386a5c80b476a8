from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nerproc.detection.tagger import load
from nerproc.errors import InvalidRequest


def card(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        value = json.loads((folder / "model.json").read_text())
        change(value)
        (folder / "model.json").write_text(json.dumps(value))

    return damage


def replace(folder: Path, name: str, content: bytes) -> None:
    """A file by another, with the hash of that."""
    (folder / name).write_bytes(content)
    card(lambda value: value["files"].update({name: hashlib.sha256(content).hexdigest()}))(folder)


def swap(folder: Path) -> None:
    """The graphs in each other's place, with hashes that say so."""
    for name, other in (("network.onnx", "aside"), ("word.onnx", "network.onnx"), ("aside", "word.onnx")):
        (folder / name).rename(folder / other)

    def change(value: dict[str, Any]) -> None:
        files = value["files"]
        files["network.onnx"], files["word.onnx"] = files["word.onnx"], files["network.onnx"]

    card(change)(folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (shutil.rmtree, "holds no model"),
        (lambda folder: (folder / "model.json").write_text("{"), "is not JSON"),
        (lambda folder: (folder / "model.json").write_text("[]"), "not of format 1"),
        (card(lambda value: value.update(format=2)), "not of format 1"),
        (card(lambda value: value.update(kind="encoder")), "not a small tagger, but 'encoder'"),
        (card(lambda value: value.pop("labels")), "not valid: labels"),
        (card(lambda value: value.update(calibration={"slope": "x"})), "not valid: calibration.slope"),
        (card(lambda value: value.pop("calibration")), "not valid: calibration"),
        (card(lambda value: value.update(bits="many")), "not valid: bits"),
        (card(lambda value: value.update(labels=["NAME"])), "does not fit the labels"),
        (card(lambda value: value.update(bits=10)), "has not 2\\^10 rows"),
        (card(lambda value: value["files"].pop("word.onnx")), "must name"),
        (card(lambda value: value["files"].update({"../x": "0"})), "no file beside it"),
        (lambda folder: (folder / "table.safetensors").unlink(), "table.safetensors is missing"),
        (lambda folder: (folder / "network.onnx").write_bytes(b"x"), "network.onnx .* is not the file"),
        (swap, "does not fit"),
        (lambda folder: replace(folder, "table.safetensors", b"x" * 100), "is no table"),
        (lambda folder: replace(folder, "network.onnx", b"x" * 100), "is no ONNX network"),
    ],
)
def test_a_damaged_model_is_refused_with_what_is_wrong(
    random_model: Path, tmp_path: Path, damage: Callable[[Path], object], message: str
) -> None:
    folder = shutil.copytree(random_model, tmp_path / "model")
    load(folder)
    damage(folder)
    with pytest.raises(InvalidRequest, match=message) as caught:
        load(folder)
    assert caught.value.hint
