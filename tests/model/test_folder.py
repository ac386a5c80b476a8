from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.detection.encoder.folder import write_encoder

from nerproc.detection.network.folder import digest
from nerproc.errors import InvalidRequest, NotFound
from nerproc.model.folder import describe, detector

Change = Callable[[dict[str, object]], object]


def write_model(folder: Path, change: Change = lambda card: None) -> Path:
    """An encoder with a model.json, changed in some way."""
    write_encoder(folder)
    names = ("config.json", "tokenizer.json", "model.onnx")
    card: dict[str, object] = {
        "format": 1,
        "name": "tiny",
        "version": "3",
        "kind": "encoder",
        "labels": ["NAME", "ORGANIZATION"],
        "description": "For tests.",
        "files": {name: digest(folder / name) for name in names},
        "lineage": {"base": "none"},
    }
    change(card)
    (folder / "model.json").write_text(json.dumps(card))
    return folder


def test_a_model_is_described_by_its_card(tmp_path: Path) -> None:
    described = describe(write_model(tmp_path / "x"))
    assert (described.name, described.kind, described.labels) == ("tiny", "encoder", ["NAME", "ORGANIZATION"])
    assert described.lineage == {"base": "none"}
    assert describe(tmp_path / "x", "other").name == "other"


def test_an_export_needs_no_card(tmp_path: Path) -> None:
    described = describe(write_encoder(tmp_path / "my encoder"))
    assert (described.name, described.kind, described.labels) == (
        "my-encoder",
        "encoder",
        ["NAME", "ORGANIZATION"],
    )
    assert set(described.files) == {"config.json", "tokenizer.json", "model.onnx"}


def test_a_model_finds_only_what_it_is_asked_for(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "x")
    (found,) = detector(folder, "encoder", ["ORGANIZATION"]).detect_all([("Ada met Acme Corp", None)])
    assert [span.label for span in found] == ["ORGANIZATION"]


def set_file(name: str, content: bytes) -> Change:
    """Names a file more, without putting it there."""
    return lambda card: card["files"].update({name: content.hex()})  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda card: card.update(format=2), "format"),
        (lambda card: card.pop("labels"), "labels"),
        (lambda card: card.update(labels=[]), "labels"),
        (lambda card: card.update(labels=["per son"]), "labels"),
        (lambda card: card.update(name="../up"), "'../up', as .* says, is no name for a model"),
        (lambda card: card.update(calibration={"slope": math.nan}), "not JSON"),
        (lambda card: card.update(lineage={"words": math.inf}), "not JSON"),
        (lambda card: card.update(lineage={"nul\0": 1}), "not JSON"),
        (lambda card: card.update(lineage={"half": "\ud800"}), "not JSON"),
        (lambda card: card.update(lineage={"all": "x" * 2_000_000}), "has more than 1,048,576 bytes"),
        (lambda card: card.update(kind="pickle"), "of the kind 'pickle', which is unknown"),
        (lambda card: card.update(files={}), "files"),
        (set_file("weights.pkl", b""), "may hold code"),
        (set_file("pytorch_model.bin", b""), "may hold code"),
        (set_file("run.py", b""), "of a kind that no model has"),
        (set_file("../config.json", b""), "which is no file beside it"),
        (set_file("more.onnx", b""), "more.onnx is missing"),
        (set_file("config.json", b"x"), "config.json in .* is not the file that model.json describes"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(tmp_path: Path, change: Change, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said) as error:
        describe(write_model(tmp_path / "x", change))
    assert error.value.hint


def test_a_link_is_no_file_of_a_model(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "x")
    (folder / "config.json").rename(tmp_path / "config.json")
    (folder / "config.json").symlink_to(tmp_path / "config.json")
    with pytest.raises(InvalidRequest, match=r"config\.json in .* is a link"):
        describe(folder)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_model(tmp_path / "x")

    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("hashlib.file_digest", fail)
    with pytest.raises(InvalidRequest, match=r"config\.json in .* cannot be read: Permission denied"):
        describe(folder)


def test_weights_that_were_not_exported_are_refused_with_the_command_that_does_it(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "x")
    (folder / "model.onnx").rename(folder / "pytorch_model.bin")
    with pytest.raises(InvalidRequest, match=r"nor model\.onnx") as error:
        describe(folder)
    assert "optimum-cli export onnx" in str(error.value.hint)


def test_other_folders_are_no_models(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        describe(tmp_path / "nowhere")
    with pytest.raises(InvalidRequest, match="is no model"):
        describe(tmp_path)
    for content in ("[", "[" * 100_000):
        (tmp_path / "model.json").write_text(content)
        with pytest.raises(InvalidRequest, match="not JSON"):
            describe(tmp_path)
