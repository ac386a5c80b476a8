"""One ONNX graph, with one input and one output, run on few threads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions

from nerproc.errors import InvalidRequest


class Session:
    """A graph that is ready to run."""

    def __init__(self, path: Path, shape: Sequence[int], *, threads: int) -> None:
        """Load it, to run on `threads` threads, which do not spin while they wait.

        Raises:
            InvalidRequest: it is no such graph, or does not take values of `shape`.
        """
        options = SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = InferenceSession(path, options, providers=["CPUExecutionProvider"])
            (taken,), (given,) = self._session.get_inputs(), self._session.get_outputs()
        except Exception as error:  # ONNX Runtime has a class for each, of no common base
            raise InvalidRequest(
                f"{path.name} in {path.parent} is no graph of a model", hint="import the model again"
            ) from error
        if taken.shape != list(shape):
            raise InvalidRequest(
                f"{path.name} in {path.parent} does not fit the other files", hint="import the model again"
            )
        self._input: str = taken.name
        self.width: int = given.shape[-1]  # of the output

    def run(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The output for `values`."""
        (output,) = self._session.run(None, {self._input: values})
        return output  # type: ignore[no-any-return]
