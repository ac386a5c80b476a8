"""Scores: what a network is sure of, made the share that is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a score is made of what the network is sure of: sigmoid(slope * log-odds + offset)."""

    slope: float = 1.0
    offset: float = 0.0


def calibrated(chances: NDArray[np.float32], calibration: Calibration) -> NDArray[np.float64]:
    """Scores, 0 to 1, for what the network is sure of."""
    import numpy as np  # here, because supervisors read what folders say, and compute nothing

    certain = np.clip(chances.astype(np.float64), 1e-6, 1 - 1e-6)
    odds = calibration.slope * np.log(certain / (1 - certain)) + calibration.offset
    return np.asarray((1 + np.tanh(odds / 2)) / 2)
