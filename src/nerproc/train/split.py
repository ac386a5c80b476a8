"""Samples in two parts, one to learn from and one to judge by, with no document in both."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from nerproc.train.sample import Sample

HELD = 0.15  # share of its samples that a training holds back


def split(samples: Sequence[Sample], *, share: float, seed: int = 0) -> tuple[list[Sample], list[Sample]]:
    """The samples to learn from, and about `share` of all held out, both in their order.

    Which documents are held out depends on their names (or texts) and `seed`, not on their order, so most stay
    on their side when samples are added. Where all are of one document, each stands for itself. Neither part is
    empty, if there are two texts.
    """
    units = [sample.unit for sample in samples]
    if len(set(units)) < 2:
        units = [sample.text for sample in samples]
    ranked = sorted(set(units), key=lambda unit: (_rank(unit, seed), unit))
    sizes = dict.fromkeys(ranked, 0)
    for unit in units:
        sizes[unit] += 1
    held: set[str] = set()
    count = 0
    for unit in ranked[:-1]:
        if held and count >= share * len(samples):
            break
        held.add(unit)
        count += sizes[unit]
    return (
        [sample for sample, unit in zip(samples, units, strict=True) if unit not in held],
        [sample for sample, unit in zip(samples, units, strict=True) if unit in held],
    )


def _rank(unit: str, seed: int) -> bytes:
    return blake2b(unit.encode(), digest_size=8, salt=seed.to_bytes(8, "little")).digest()
