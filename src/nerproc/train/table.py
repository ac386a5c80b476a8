"""The table of a network as it is stored: in 8 bits a number, with a scale for each row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def packed(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """The numbers, and the scales."""
    scale = np.maximum(np.abs(table).max(axis=1) / 127, 1e-4).astype(np.float16)
    rounded = np.rint(table / scale.astype(np.float32)[:, None])
    return np.clip(rounded, -127, 127).astype(np.int8), scale


def unpacked(table: NDArray[np.int8], scale: NDArray[np.float16]) -> NDArray[np.float32]:
    """The table as it was before it was packed, but for the rounding."""
    values: NDArray[np.float32] = table * scale.astype(np.float32)[:, None]
    return values
