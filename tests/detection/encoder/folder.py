"""A tiny encoder as exporters write it; what it says of a token depends on the token alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from nerproc.detection.network.folder import digests

CLASSES = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG"]
WORDS = {"Ada": "B-PER", "Love": "I-PER", "##lace": "O", "King": "I-PER", "Acme": "B-ORG", "Corp": "I-ORG"}
PLAIN = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "met", "at", ".", "the", "##s"]
SURE = 6.0  # logit of the class that a token has


def write_encoder(
    folder: Path,
    *,
    words: dict[str, str] = WORDS,
    kinds: list[str] | None = None,
    positions: int = 512,
    **config: object,
) -> Path:
    """The encoder in `folder`; `words` are tokens with their classes, `kinds` classes of their types.

    It has a row for each of so many `positions`, and fails on more tokens.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokens = [*PLAIN, *words]
    table = np.zeros((len(tokens), len(CLASSES)), np.float32)
    for number, token in enumerate(tokens):
        table[number, CLASSES.index(words.get(token, "O"))] = SURE
    _write_tokenizer(folder, tokens)
    of_kinds = [] if kinds is None else [CLASSES.index(name) for name in kinds]
    _write_network(folder, table, of_kinds, positions)
    labels = {str(number): name for number, name in enumerate(CLASSES)}
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "id2label": labels, **config}))
    return folder


def _write_tokenizer(folder: Path, tokens: list[str]) -> None:
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.enable_truncation(8)  # as saved by those who trained it: no limit on what is read
    tokenizer.save(str(folder / "tokenizer.json"))


def write_card(folder: Path, **settings: object) -> Path:
    """A `model.json` for the encoder in `folder`."""
    names = ("config.json", "tokenizer.json", "model.onnx")
    card = {"format": 1, "name": "tiny", "kind": "encoder", "labels": ["NAME", "ORGANIZATION"]}
    card |= {"files": digests(folder, names)}
    (folder / "model.json").write_text(json.dumps(card | settings))
    return folder


def _write_network(folder: Path, table: np.ndarray, kinds: list[int], positions: int) -> None:
    shape = ["batch", "sequence"]
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if kinds else [])]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in names]
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*shape, table.shape[1]])
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["by itself"]),
        helper.make_node("Shape", ["input_ids"], ["length"], start=1),
        helper.make_node("Slice", ["positions", "start", "length"], ["of place"]),
        helper.make_node("Add", ["by itself", "of place"], ["of token"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "axis"], ["column"]),
        helper.make_node("Mul", ["raw", "column"], ["logits"]),
    ]
    constants = [
        numpy_helper.from_array(table, "table"),
        numpy_helper.from_array(np.array([2], np.int64), "axis"),
        numpy_helper.from_array(np.zeros((positions, 1), np.float32), "positions"),
        numpy_helper.from_array(np.array([0], np.int64), "start"),
    ]
    if kinds:
        of_kind = np.eye(len(CLASSES), dtype=np.float32)[kinds] * 2 * SURE
        constants.append(numpy_helper.from_array(of_kind, "kinds"))
        nodes.insert(4, helper.make_node("Gather", ["kinds", "token_type_ids"], ["of kind"]))
        nodes.insert(5, helper.make_node("Add", ["of token", "of kind"], ["raw"]))
    else:
        nodes.insert(4, helper.make_node("Identity", ["of token"], ["raw"]))
    graph = helper.make_graph(nodes, "tiny", inputs, [logits], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(folder / "model.onnx"))
