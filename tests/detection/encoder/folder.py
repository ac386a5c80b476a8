"""A tiny encoder as exporters write it; what it says of a token depends on the token alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

CLASSES = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG"]
WORDS = {"Ada": "B-PER", "Love": "I-PER", "##lace": "O", "King": "I-PER", "Acme": "B-ORG", "Corp": "I-ORG"}
PLAIN = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "met", "at", ".", "the", "##s"]
SURE = 6.0  # logit of the class that a token has


def write_encoder(folder: Path, *, words: dict[str, str] = WORDS, **config: object) -> Path:
    """The encoder in `folder`; `words` are tokens with their classes."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = [*PLAIN, *words]
    table = np.zeros((len(tokens), len(CLASSES)), np.float32)
    for number, token in enumerate(tokens):
        table[number, CLASSES.index(words.get(token, "O"))] = SURE
    _write_tokenizer(folder, tokens)
    _write_network(folder, table)
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


def _write_network(folder: Path, table: np.ndarray) -> None:
    shape = ["batch", "sequence"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, shape)
        for name in ("input_ids", "attention_mask")
    ]
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*shape, table.shape[1]])
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["raw"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "axis"], ["column"]),
        helper.make_node("Mul", ["raw", "column"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        inputs,
        [logits],
        [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([2], np.int64), "axis")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(folder / "model.onnx"))
