"""A network that is ready to run: an ONNX graph in ONNX Runtime, on few threads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions

from nerproc.errors import InvalidRequest

# Adds and normalizes in one step, which takes ONNX Runtime four times as long as both by themselves.
_SLOWER = ["SkipLayerNormFusion"]


class Session:
    """An ONNX graph; of its outputs only the first is of interest."""

    def __init__(self, path: Path, *, threads: int, shape: Sequence[int] | None = None) -> None:
        """Load it, to run on `threads` threads, which do not spin while they wait.

        Args:
            path: the graph's file.
            threads: how many it runs on.
            shape: what its only input must have; if None, inputs may be any.

        Raises:
            InvalidRequest: it is no such graph.
        """
        options = SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = InferenceSession(
                path, options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER
            )
            inputs, output = self._session.get_inputs(), self._session.get_outputs()[0]
        except Exception as error:  # ONNX Runtime has a class for each, of no common base
            raise InvalidRequest(
                f"{path.name} in {path.parent} is no ONNX network",
                hint="Import the model again, with all files that training or the export wrote.",
            ) from error
        if shape is not None and [taken.shape for taken in inputs] != [list(shape)]:
            raise InvalidRequest(
                f"{path.name} in {path.parent} does not fit the other files", hint="Import the model again."
            )
        self.inputs: tuple[str, ...] = tuple(taken.name for taken in inputs)
        self.width: int = output.shape[-1]  # of the output; a name or None where the graph does not say

    def run(self, *values: NDArray[Any]) -> NDArray[np.float32]:
        """The output for `values` of the inputs, in their order."""
        output = self._session.run(None, dict(zip(self.inputs, values, strict=True)))[0]
        return np.asarray(output, np.float32)
