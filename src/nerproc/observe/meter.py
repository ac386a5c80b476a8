"""Counters of this process, for whoever asks for them at /metrics (see `nerproc.api.exposition`).

They are plain numbers, so that what counts need not load an exporter that most processes never use. Each has a
bound on its series: labels that come late share the one named `other`.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from itertools import accumulate, product
from typing import NamedTuple

OTHER = "other"
MOST_SERIES = 64  # of one meter, beside those that it has from the start

Labels = tuple[str, ...]


class Counter:
    """Counts what happens; its name ends in `_total`."""

    def __init__(
        self, name: str, text: str, labels: Labels = (), *, known: Collection[Collection[str]] = ()
    ) -> None:
        """`known` are values of each label, whose series are there from the start."""
        self.name = name
        self.text = text
        self.labels = labels
        self._lock = threading.Lock()
        self._values: dict[Labels, float] = dict.fromkeys(product(*known), 0.0) if known or not labels else {}
        self._most = len(self._values) + MOST_SERIES
        METERS.append(self)

    def add(self, *labels: str, by: float = 1) -> None:
        """Count `by` more."""
        with self._lock:
            key = _admitted(labels, self._values, self._most)
            self._values[key] = self._values.get(key, 0.0) + by

    def values(self) -> dict[Labels, float]:
        """The counts by the values of the labels."""
        with self._lock:
            return dict(self._values)

    def value(self, *labels: str) -> float:
        """One of the counts."""
        return self.values().get(labels, 0.0)


class Buckets(NamedTuple):
    """The observations of one series of a histogram."""

    cumulative: list[tuple[str, float]]  # upper bound -> observations up to it
    sum: float


class Histogram:
    """Counts observations by their size."""

    def __init__(self, name: str, text: str, labels: Labels, bounds: Collection[float]) -> None:
        """`bounds` are the upper bounds of the buckets, in the unit that the name ends in."""
        self.name = name
        self.text = text
        self.labels = labels
        self._bounds = sorted(bounds)
        self._lock = threading.Lock()
        self._counts: dict[Labels, list[int]] = {}
        self._sums: dict[Labels, float] = {}
        METERS.append(self)

    def observe(self, *labels: str, value: float) -> None:
        """Count one more."""
        with self._lock:
            key = _admitted(labels, self._sums, MOST_SERIES)
            counts = self._counts.setdefault(key, [0] * (len(self._bounds) + 1))
            counts[bisect_left(self._bounds, value)] += 1
            self._sums[key] = self._sums.get(key, 0.0) + value

    def series(self) -> dict[Labels, Buckets]:
        """The observations by the values of the labels."""
        names = [*(f"{bound:g}" for bound in self._bounds), "+Inf"]
        with self._lock:
            return {
                key: Buckets(
                    list(zip(names, map(float, accumulate(self._counts[key])), strict=True)), self._sums[key]
                )
                for key in self._sums
            }


class Gauge:
    """Tells a number that is so now; `watch` says how to find it."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.labels: Labels = ()
        self._look: Callable[[], float] | None = None
        METERS.append(self)

    def watch(self, look: Callable[[], float]) -> None:
        """Ask `look` from now on."""
        self._look = look

    def values(self) -> dict[Labels, float]:
        """The number, if there is one."""
        return {} if self._look is None else {(): float(self._look())}


METERS: list[Counter | Histogram | Gauge] = []  # of this process


def meters(*, worker: bool) -> Iterator[Counter | Histogram | Gauge]:
    """The meters that a process has something to tell of: those of workers count on workers only."""
    return (meter for meter in METERS if worker or not meter.name.startswith("nerproc_worker_"))


def _admitted(labels: Labels, series: Collection[Labels], most: int) -> Labels:
    return labels if labels in series or len(series) < most else (*labels[:-1], OTHER)


DEPENDENCIES = ("database", "queue", "storage")
DEPENDENCY_ERRORS = Counter(
    "nerproc_dependency_errors_total",
    "Times that database, queue or artifact store did not answer this process.",
    ("dependency",),
    known=[DEPENDENCIES],
)
