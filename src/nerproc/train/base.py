"""A model's folder as a network to go on from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from nerproc.detection.tagger.folder import NETWORK, TABLE, WORD, read
from nerproc.errors import InvalidRequest
from nerproc.train.extra import onnx, torch
from nerproc.train.network import Network, extended
from nerproc.train.table import unpacked


@dataclass(frozen=True, slots=True)
class Base:
    """A network to go on from."""

    network: Network
    bits: int
    labels: tuple[str, ...]  # that it knows, of those that it is made for

    @property
    def digest(self) -> str:
        """A hash of what the network knows now."""
        state = sha256()
        for value in self.network.state_dict().values():
            state.update(value.numpy(force=True).tobytes())
        return state.hexdigest()


def load_base(folder: Path, labels: Sequence[str]) -> Base:
    """The network of the model in `folder`, with moves for `labels`; those it does not know it has to learn.

    Raises:
        InvalidRequest: the folder is no whole model, or has labels that are not among `labels`.
    """
    settings = read(folder)
    lost = sorted(set(settings.labels) - set(labels))
    if lost:
        raise InvalidRequest(f"the base has labels that the new model lacks: {', '.join(lost)}")
    network = Network(1 + 2 * len(labels), settings.bits)
    state = network.state_dict()
    for name in (WORD, NETWORK):
        graph = onnx.load(folder / name).graph
        for tensor in graph.initializer:
            if tensor.name in state:
                value = np.array(onnx.numpy_helper.to_array(tensor))
                state[tensor.name] = torch.from_numpy(value.T.copy() if value.ndim == 2 else value)
    for name in ("head.weight", "head.bias"):
        state[name] = extended(state[name], labels, settings.labels)
    tensors = load_file(folder / TABLE)
    state["table"] = torch.from_numpy(unpacked(tensors["table"], tensors["scale"]))
    network.load_state_dict(state)
    return Base(network, settings.bits, tuple(settings.labels))
