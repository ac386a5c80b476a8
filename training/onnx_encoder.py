"""An encoder of PyTorch (`training/minilm.py`) as a model's folder, in 8 bits a weight or in 32.

The graph is written for ONNX Runtime, with its own operators where they do several steps at once. In 8 bits,
matrices have a scale for each column, the embeddings of words one for each row; what a layer is given is
rounded to 8 bits when it runs, by its largest value. A matrix uses 7 of the 8: processors without VNNI add
products up in pairs of 16 bits, which would overflow. A few columns of what a layer is given are far larger
than the others, and would leave these no digits; given examples, columns are made alike, and the rows of the
matrix the larger for it (SmoothQuant, Xiao et al. 2023).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from torch import Tensor

from nerproc.detection.encoder.encoder import CONFIG, KIND, NETWORK, TOKENIZER, load
from nerproc.detection.network.calibration import Calibration
from nerproc.detection.network.folder import CARD, FORMAT, digests
from nerproc.detection.network.session import Session
from training.minilm import SHAPES, Encoder, Size

HEADS = Size().heads
_OPSET, _IR = 17, 8  # of 2022: any ONNX Runtime that runs on a supported Python reads them
_MOST = 63  # of a weight in a matrix
_SMOOTH = 0.8  # how much of the difference between columns is taken from what is given
_LEAST = 1e-3  # of what counts as the largest value of a column
_APART = 1e-3  # most that scores may differ by in 32 bits
_INPUTS = ("input_ids", "token_type_ids")


def export(
    network: Encoder,
    folder: Path,
    labels: Sequence[str],
    tokenizer: Path,
    *,
    about: Mapping[str, Any],
    calibration: Calibration | None = None,
    before: Sequence[str] = ("[CLS]",),
    heads: int = HEADS,
    in_8_bits: bool = True,
    examples: Iterable[tuple[Tensor, Tensor, Tensor]] = (),
) -> None:
    """Write `network` to `folder`, which comes into being as a whole or not at all.

    Args:
        network: what was trained, with an output for each move: O, B of each label, I of each label.
        folder: where there is nothing yet.
        labels: of the moves, in order.
        tokenizer: a `tokenizer.json`; what it says of the tokens around a text does not count.
        about: what else `model.json` is to say: name, version, description, lineage, …
        calibration: of scores, if any.
        before: the tokens that the network was shown before each text; after it stands [SEP].
        heads: of each layer.
        in_8_bits: store weights in 8 bits instead of 32, and compute with 8.
        examples: what `network` is given: tokens, mask and shapes of some batches, for 8 bits.

    Raises:
        FileExistsError: there is something at `folder`.
        ValueError: what was written gives other scores than `network`.
    """
    if folder.exists():
        raise FileExistsError(folder)
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        onnx.save(graph(network, heads=heads, in_8_bits=in_8_bits, examples=examples), aside / NETWORK)
        if not in_8_bits:
            _compare(network, aside / NETWORK)
        _framed(tokenizer, before).save(str(aside / TOKENIZER))
        names = ["O", *(f"B-{label}" for label in labels), *(f"I-{label}" for label in labels)]
        config = {
            "model_type": "bert",
            "id2label": dict(enumerate(names)),
            "max_position_embeddings": len(network.embeddings.position_embeddings.weight),
            "token_types": "shape",
        }
        _write(aside / CONFIG, config)
        calibration = calibration or Calibration()
        card = {
            "format": FORMAT,
            "kind": KIND,
            "labels": list(labels),
            "calibration": {"slope": calibration.slope, "offset": calibration.offset},
            "files": digests(aside, [NETWORK, TOKENIZER, CONFIG]),
        }
        _write(aside / CARD, {**about, **card})
        load(aside)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def graph(
    network: Encoder,
    *,
    heads: int = HEADS,
    in_8_bits: bool,
    examples: Iterable[tuple[Tensor, Tensor, Tensor]] = (),
) -> onnx.ModelProto:
    """Tokens and shapes -> a score of each move for each token; see `export`."""
    weights = {name: value.numpy(force=True) for name, value in network.state_dict().items()}
    writer = _Writer(weights, _largest(network, examples) if in_8_bits else None)
    state = writer.embedded()
    for number in range(len(network.encoder.layer)):
        state = writer.layer(f"encoder.layer.{number}", state, heads)
    return writer.model(writer.head(state))


def _largest(
    network: Encoder, examples: Iterable[tuple[Tensor, Tensor, Tensor]]
) -> dict[str, NDArray[np.float32]]:
    """The largest value of each column that each linear layer is given."""
    found: dict[str, Tensor] = {}

    def note(name: str, given: Tensor) -> None:
        largest = given.abs().reshape(-1, given.shape[-1]).amax(0)
        found[name] = torch.maximum(found[name], largest) if name in found else largest

    hooks = [
        module.register_forward_pre_hook(lambda _, given, name=name: note(name, given[0]))
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.Linear)
    ]
    network.eval()
    with torch.inference_mode():
        for example in examples:
            network(*example)
    for hook in hooks:
        hook.remove()
    return {name: largest.numpy() for name, largest in found.items()}


def _framed(file: Path, before: Sequence[str]) -> Tokenizer:
    """The tokenizer of `file`, which puts `before` before a text and [SEP] behind it."""
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    frame = [(token, tokenizer.token_to_id(token)) for token in dict.fromkeys([*before, "[SEP]"])]
    tokenizer.post_processor = TemplateProcessing(
        single=[*before, "$A", "[SEP]"], special_tokens=[(token, int(number)) for token, number in frame]
    )
    return tokenizer


def _compare(network: Encoder, file: Path) -> None:
    """See that the graph in `file` does what `network` does."""
    rng = np.random.default_rng(1)
    tokens = rng.integers(0, len(network.embeddings.word_embeddings.weight), (1, 100))
    shapes = rng.integers(0, SHAPES, tokens.shape)
    network.eval()
    with torch.inference_mode():
        expected = network(torch.from_numpy(tokens), torch.ones(tokens.shape), torch.from_numpy(shapes)).numpy()
    apart = float(np.abs(Session(file, threads=1).run(tokens, shapes) - expected).max())
    if not apart <= _APART:
        raise ValueError(f"scores of the graph are {apart:.2g} apart from those of the network")


def _write(file: Path, content: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")


class _Writer:
    """A graph that is being written; values have numbers for names."""

    def __init__(
        self, weights: dict[str, NDArray[np.float32]], largest: dict[str, NDArray[np.float32]] | None
    ) -> None:
        """`largest`: see `_largest`; None for 32 bits."""
        self._weights = weights
        self._largest = largest
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def embedded(self) -> str:
        """What the first layer is given."""
        table = self._weights["embeddings.word_embeddings.weight"]
        if self._largest is not None:
            scale = np.maximum(np.abs(table).max(axis=1, keepdims=True) / 127, 1e-8)
            rows = self._constant("words", np.rint(table / scale).astype(np.int8))
            scales = self._constant("words.scale", scale.astype(np.float32))
            found = self._add("Cast", self._add("Gather", rows, "input_ids"), to=TensorProto.FLOAT)
            words = self._add("Mul", found, self._add("Gather", scales, "input_ids"))
        else:
            words = self._add("Gather", self._constant("words", table), "input_ids")
        types = self._add("Gather", self._weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
        length = self._add("Shape", "input_ids", start=1, end=2)
        first = self._constant("first", np.zeros(1, np.int64))
        places = self._add("Slice", self._weight("embeddings.position_embeddings.weight"), first, length)
        return self._normed("embeddings", self._add("Add", words, types), places)

    def layer(self, name: str, state: str, heads: int) -> str:
        """One layer of the encoder."""
        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        matrix = np.concatenate([self._weights[f"{part}.weight"] for part in parts]).T
        bias = np.concatenate([self._weights[f"{part}.bias"] for part in parts])
        joined = self._linear(f"{name}.attention", matrix, state, bias)
        split = [f"{joined}.{part}" for part in range(3)]
        self._nodes.append(helper.make_node("Split", [joined], split, axis=2))
        mixed = self._own("MultiHeadAttention", *split, num_heads=heads)
        output = f"{name}.attention.output"
        state = self._normed(output, state, self._named(f"{output}.dense", mixed))
        inner = f"{name}.intermediate.dense"
        grown = self._linear(inner, self._weights[f"{inner}.weight"].T, state)
        active = self._own("BiasGelu", grown, self._weight(f"{inner}.bias"))
        return self._normed(f"{name}.output", state, self._named(f"{name}.output.dense", active))

    def head(self, state: str) -> str:
        """The scores of moves, which stay in 32 bits."""
        weight = self._constant("head", self._weights["classifier.weight"].T)
        return self._add("Add", self._add("MatMul", state, weight), self._weight("classifier.bias"))

    def model(self, output: str) -> onnx.ModelProto:
        """The graph that ends with `output`."""
        shape = ["batch", "sequence"]
        self._nodes.append(helper.make_node("Identity", [output], ["logits"]))
        moves = len(self._weights["classifier.bias"])
        written = helper.make_graph(
            self._nodes,
            "nerproc",
            [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in _INPUTS],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*shape, moves])],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(written, opset_imports=opsets, ir_version=_IR)
        onnx.checker.check_model(model)
        return model

    def _named(self, name: str, value: str) -> str:
        return self._linear(name, self._weights[f"{name}.weight"].T, value, self._weights[f"{name}.bias"])

    def _linear(
        self, name: str, matrix: NDArray[np.float32], value: str, bias: NDArray[np.float32] | None = None
    ) -> str:
        """`value` times `matrix`, plus `bias`."""
        added = [] if bias is None else [self._constant(f"{name}.bias", bias)]
        if self._largest is None:
            product = self._add("MatMul", value, self._constant(f"{name}.weight", matrix))
            return self._add("Add", product, *added) if added else product
        largest = self._largest.get(name, self._largest.get(f"{name}.self.query"))
        if largest is not None:
            rows = np.maximum(np.abs(matrix).max(axis=1), _LEAST) ** (1 - _SMOOTH)
            factors = (np.maximum(largest, _LEAST) ** _SMOOTH / rows).astype(np.float32)
            value = self._add("Mul", value, self._constant(f"{name}.smooth", 1 / factors))
            matrix = matrix * factors[:, None]
        scale = np.maximum(np.abs(matrix).max(axis=0) / _MOST, 1e-8).astype(np.float32)
        weight = self._constant(f"{name}.weight", np.rint(matrix / scale).astype(np.int8))
        zeros = self._constant(f"{name}.zero", np.zeros(len(scale), np.int8))
        scales = self._constant(f"{name}.scale", scale)
        return self._own("DynamicQuantizeMatMul", value, weight, scales, zeros, *added)

    def _normed(self, name: str, state: str, more: str) -> str:
        """The sum of both, normalized: not in one operator (see `detection/network/session.py`)."""
        norm = [self._weight(f"{name}.LayerNorm.{part}") for part in ("weight", "bias")]
        return self._add("LayerNormalization", self._add("Add", state, more), *norm, epsilon=1e-12)

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def _own(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """The output of one more node, with an operator of ONNX Runtime."""
        return self._add(operation, *inputs, domain="com.microsoft", **attributes)

    def _add(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """The output of one more node."""
        output = f"value{len(self._nodes)}"
        self._nodes.append(helper.make_node(operation, list(inputs), [output], **attributes))
        return output
