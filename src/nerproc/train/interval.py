"""Rates from counts, with intervals by the bootstrap: how they scatter if the documents had been others.

Documents, not spans, are drawn with replacement: mistakes in one document are not independent of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nerproc.schema.evaluation import Rate, Rates

Counts = NDArray[np.float64]  # (…, 3): expected, found, correct
Take = Callable[[Counts], NDArray[np.float64]]


def draws(counts: Counts, *, rounds: int, seed: int) -> Counts:
    """Sums of counts (documents, labels, 3) over documents drawn anew each round: (rounds, labels, 3)."""
    generator = np.random.default_rng(seed)
    documents, labels, _ = counts.shape
    flat = counts.reshape(documents, labels * 3)
    sums = np.empty((rounds, labels * 3))
    for number in range(rounds):
        drawn = np.bincount(generator.integers(documents, size=documents), minlength=documents)
        sums[number] = drawn @ flat
    return sums.reshape(rounds, labels, 3)


def rates(counts: Counts, drawn: Counts) -> Rates:
    """The rates of a sum of counts (3,), with intervals by `drawn` (rounds, 3)."""
    return _rates(counts, drawn, lambda take: take)


def mean_rates(counts: Counts, drawn: Counts) -> Rates:
    """Means over labels of the rates: of (labels, 3), with intervals by (rounds, labels, 3)."""

    def mean(take: Take) -> Take:
        def of(some: Counts) -> NDArray[np.float64]:
            present = (some[..., 0] + some[..., 1]) > 0  # else a label that was not drawn would count as failed
            return _share((np.nan_to_num(take(some)) * present).sum(axis=-1), present.sum(axis=-1))

        return of

    return _rates(counts, drawn, mean)


def _rates(counts: Counts, drawn: Counts, over: Callable[[Take], Take]) -> Rates:
    made: dict[str, Any] = {}
    for name, take in (("precision", _precision), ("recall", _recall), ("f1", _f(1)), ("f2", _f(2))):
        made[name] = _rate(over(take)(counts), over(take)(drawn))
    return Rates(**made)


def _rate(value: NDArray[np.float64], scattered: NDArray[np.float64]) -> Rate:
    known = scattered[~np.isnan(scattered)]
    if np.isnan(value) or not known.size:
        return Rate(value=None, low=None, high=None)
    low, high = np.quantile(known, (0.025, 0.975))
    return Rate(value=round(float(value), 4), low=round(float(low), 4), high=round(float(high), 4))


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=np.asarray(whole) > 0))


def _precision(counts: Counts) -> NDArray[np.float64]:
    return _share(counts[..., 2], counts[..., 1])


def _recall(counts: Counts) -> NDArray[np.float64]:
    return _share(counts[..., 2], counts[..., 0])


def _f(beta: float) -> Take:
    """F-beta, the harmonic mean of precision and β² times recall: (1 + β²) correct / (β² expected + found)."""
    square = beta * beta
    return lambda counts: _share((1 + square) * counts[..., 2], square * counts[..., 0] + counts[..., 1])
