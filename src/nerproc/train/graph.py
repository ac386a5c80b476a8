"""The network as ONNX graphs, written as shifts, concatenations and products of matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nerproc.detection.tagger.stream import BATCH, BLOCK, DILATIONS, HALO
from nerproc.detection.tagger.vector import CHUNK
from nerproc.train.extra import onnx
from nerproc.train.network import STATE, WIDTH, Network

_OPSET, _IR = 17, 8  # of 2022: any ONNX Runtime that runs on a supported Python reads them


def word_graph(network: Network) -> onnx.ModelProto:
    """Sums of rows -> vectors of words."""
    graph = _Graph(network)
    hidden = graph.add("Relu", graph.linear("hidden", "sums"))
    return graph.model("sums", (CHUNK, WIDTH), graph.linear("word", hidden), (CHUNK, STATE))


def context_graph(network: Network) -> onnx.ModelProto:
    """Vectors of words, with their neighbours -> scores of moves."""
    graph = _Graph(network)
    length = BLOCK + 2 * HALO
    state = "vectors"
    for number, reach in enumerate(DILATIONS):
        length -= 2 * reach
        shifted = [graph.cut(state, place * reach, place * reach + length) for place in range(3)]
        seen = graph.add("Concat", *shifted, axis=2)
        state = graph.add("Add", shifted[1], graph.add("Relu", graph.linear(f"layers.{number}", seen)))
    moves = network.head.out_features
    return graph.model(
        "vectors",
        (BATCH, BLOCK + 2 * HALO, STATE),
        graph.linear("head", state),
        (BATCH, BLOCK, moves),
    )


class _Graph:
    """A graph that is being written; values have numbers for names."""

    def __init__(self, network: Network) -> None:
        self._weights = {name: value.numpy(force=True) for name, value in network.state_dict().items()}
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def add(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """The output of one more node."""
        output = f"value{len(self._nodes)}"
        self._nodes.append(onnx.helper.make_node(operation, list(inputs), [output], **attributes))
        return output

    def linear(self, name: str, value: str) -> str:
        """The layer `name` of `value`."""
        weight, bias = f"{name}.weight", f"{name}.bias"
        self._constants[weight] = onnx.numpy_helper.from_array(self._weights[weight].T.copy(), weight)
        self._constants[bias] = onnx.numpy_helper.from_array(self._weights[bias], bias)
        return self.add("Add", self.add("MatMul", value, weight), bias)

    def cut(self, value: str, first: int, last: int) -> str:
        """The words of `value` from `first` to `last`."""
        return self.add("Slice", value, self._number(first), self._number(last), self._number(1))

    def model(
        self, taken: str, taken_shape: Sequence[int], given: str, given_shape: Sequence[int]
    ) -> onnx.ModelProto:
        """The graph from `taken` to `given`."""
        graph = onnx.helper.make_graph(
            self._nodes,
            "nerproc",
            [onnx.helper.make_tensor_value_info(taken, onnx.TensorProto.FLOAT, taken_shape)],
            [onnx.helper.make_tensor_value_info(given, onnx.TensorProto.FLOAT, given_shape)],
            list(self._constants.values()),
        )
        model = onnx.helper.make_model(
            graph, opset_imports=[onnx.helper.make_opsetid("", _OPSET)], ir_version=_IR
        )
        onnx.checker.check_model(model)
        return model

    def _number(self, value: int) -> str:
        name = f"number{value}"
        self._constants[name] = onnx.helper.make_tensor(name, onnx.TensorProto.INT64, [1], [value])
        return name
