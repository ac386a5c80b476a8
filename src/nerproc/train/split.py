"""Samples in two parts, one to learn from and one to judge by, with no document in both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from nerproc.train.sample import Sample

HELD = 0.15  # share of its samples that a training holds back


def split(samples: Sequence[Sample], *, share: float, seed: int = 0) -> tuple[list[Sample], list[Sample]]:
    """The samples to learn from, and about `share` of all held out, both in their order.

    Which documents are held out depends on their names (or texts) and `seed`, not on their order, so most stay
    on their side when samples are added. None is without which a label could not be learnt, or that would leave
    less than half of the samples to learn from; where all are so, each sample stands for itself. Neither part
    is empty, if there are two texts.
    """
    units = [sample.unit for sample in samples]
    held = _held(samples, units, share, seed)
    if not held:
        units = [sample.text for sample in samples]
        held = _held(samples, units, share, seed) or set(_ranked(units, seed)[:-1][:1])
    return (
        [sample for sample, unit in zip(samples, units, strict=True) if unit not in held],
        [sample for sample, unit in zip(samples, units, strict=True) if unit in held],
    )


def _held(samples: Sequence[Sample], units: Sequence[str], share: float, seed: int) -> set[str]:
    """Those of `units`, to which the samples belong, that are held out."""
    sizes = Counter(units)
    labels: dict[str, set[str]] = {unit: set() for unit in sizes}
    for sample, unit in zip(samples, units, strict=True):
        labels[unit].update(span.label for span in sample.spans)
    learnt = Counter(label for unit in labels for label in labels[unit])  # units that have it and are not held
    held: set[str] = set()
    count = 0
    for unit in _ranked(units, seed):
        if held and count >= share * len(samples):
            break
        if 2 * (count + sizes[unit]) > len(samples) or any(learnt[label] == 1 for label in labels[unit]):
            continue
        held.add(unit)
        count += sizes[unit]
        learnt.subtract(labels[unit])
    return held


def _ranked(units: Iterable[str], seed: int) -> list[str]:
    return sorted(set(units), key=lambda unit: (_rank(unit, seed), unit))


def _rank(unit: str, seed: int) -> bytes:
    return blake2b(unit.encode(), digest_size=8, salt=seed.to_bytes(8, "little")).digest()
