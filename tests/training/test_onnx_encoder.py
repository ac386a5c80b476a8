from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from tests.detection.encoder.folder import write_encoder
from training.minilm import Encoder, Size
from training.onnx_encoder import export

from nerproc.detection.encoder.encoder import load
from nerproc.detection.network.calibration import Calibration
from nerproc.model.folder import describe
from training import onnx_encoder as module

LABELS = ["NAME", "ORGANIZATION"]
SIZE = Size(vocabulary=15, width=32, layers=2, heads=4, inner=64, positions=128)
ABOUT = {"name": "tiny", "version": "2", "description": "Tiny."}


@pytest.fixture
def network() -> Encoder:
    torch.manual_seed(3)
    network = Encoder(5, SIZE).eval()
    with torch.no_grad():
        network.classifier.weight *= 20
    return network


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    return write_encoder(tmp_path / "other") / "tokenizer.json"


def write(folder: Path, network: Encoder, tokenizer: Path, **options: object) -> Path:
    export(network, folder, LABELS, tokenizer, about=ABOUT, heads=4, **options)  # type: ignore[arg-type]
    return folder


def scores(folder: Path, tokens: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    session = module.Session(folder / "model.onnx", threads=1)
    return session.run(tokens, shapes)


def example(seed: int, length: int = 60) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    tokens = torch.from_numpy(rng.integers(0, SIZE.vocabulary, (1, length)))
    return tokens, torch.ones_like(tokens), torch.from_numpy(rng.integers(0, 8, (1, length)))


def test_a_folder_is_a_model_that_says_what_it_is(tmp_path: Path, network: Encoder, tokenizer: Path) -> None:
    folder = write(
        tmp_path / "model", network, tokenizer, calibration=Calibration(0.5, -0.25), before=["[CLS]", "the"]
    )
    described = describe(folder)
    assert (described.name, described.kind, described.labels) == ("tiny", "encoder", LABELS)
    assert described.calibration == Calibration(0.5, -0.25)
    config = json.loads((folder / "config.json").read_text())
    assert config["token_types"] == "shape"
    assert list(config["id2label"].values()) == ["O", "B-NAME", "B-ORGANIZATION", "I-NAME", "I-ORGANIZATION"]
    found = module.Tokenizer.from_file(str(folder / "tokenizer.json")).encode("met")
    assert found.tokens == ["[CLS]", "the", "met", "[SEP]"]
    assert found.special_tokens_mask == [1, 1, 0, 1]
    assert {path.name for path in folder.iterdir()} == {"model.json", *described.files}
    assert load(folder).detect_all([("Ada met Acme.", None)]) == load(folder).detect_all(
        [("Ada met Acme.", None)]
    )


def test_the_graph_says_what_the_network_does(tmp_path: Path, network: Encoder, tokenizer: Path) -> None:
    folder = write(tmp_path / "exact", network, tokenizer, in_8_bits=False)
    tokens, mask, shapes = example(7, length=33)
    with torch.inference_mode():
        expected = network(tokens, mask, shapes).numpy()
    assert np.abs(scores(folder, tokens.numpy(), shapes.numpy()) - expected).max() < 1e-4


def test_in_8_bits_it_says_about_the_same_the_more_so_with_examples(
    tmp_path: Path, network: Encoder, tokenizer: Path
) -> None:
    with torch.no_grad():
        for layer in network.encoder.layer:  # a column that is far larger than the others, and means nothing
            layer.intermediate.dense.weight[3] *= 400
            layer.output.dense.weight[:, 3] = 0
    tokens, mask, shapes = example(7)
    with torch.inference_mode():
        expected = network(tokens, mask, shapes).numpy()
    examples = [example(seed) for seed in range(20, 24)]
    plain, smooth = (
        float(
            np.abs(scores(folder, tokens.numpy(), shapes.numpy()) - expected).mean() / np.abs(expected).mean()
        )
        for folder in (
            write(tmp_path / "plain", network, tokenizer),
            write(tmp_path / "smooth", network, tokenizer, examples=examples),
        )
    )
    assert smooth < 0.1
    assert smooth < 0.8 * plain


def test_matrices_and_words_are_stored_in_8_bits(network: Encoder) -> None:
    graph = module.graph(network, heads=4, in_8_bits=True).graph
    of_8_bits = onnx.TensorProto.INT8
    sizes = {tensor.name: np.prod(tensor.dims) for tensor in graph.initializer if tensor.data_type != of_8_bits}
    assert sum(tensor.data_type == of_8_bits and len(tensor.dims) == 2 for tensor in graph.initializer) == 9
    assert max(sizes, key=sizes.__getitem__) == "embeddings.position_embeddings.weight"


def test_a_graph_that_differs_is_refused_and_leaves_nothing(
    tmp_path: Path, network: Encoder, tokenizer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        module._Writer, "_normed", lambda self, _name, state, more: self._add("Add", state, more)
    )
    with pytest.raises(ValueError, match="apart from those of the network"):
        write(tmp_path / "model", network, tokenizer, in_8_bits=False)
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_nothing_is_overwritten(tmp_path: Path, network: Encoder, tokenizer: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(FileExistsError):
        write(tmp_path / "model", network, tokenizer)


def test_what_is_found_depends_on_no_other_text_and_not_on_threads(
    tmp_path: Path, network: Encoder, tokenizer: Path
) -> None:
    folder = write(tmp_path / "model", network, tokenizer)
    draw = random.Random(4)
    words = ["Ada", "Lovelace", "met", "at", "the", "ACME", "Corp", "king", "7", "b4", ".", "\n"]
    texts = [" ".join(draw.choice(words) for _ in range(count)) for count in (1, 7, 40, 300, 2, 130)]
    encoder = load(folder)
    alone = [encoder.detect_all([(text, None)])[0] for text in texts]
    assert min(map(len, alone[2:4])) > 3
    assert encoder.detect_all([(text, None) for text in reversed(texts)])[::-1] == alone
    assert load(folder, threads=2).detect_all([(text, None) for text in texts]) == alone
