"""Samples to learn from, and samples to see whether it was learned."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from nerproc.train.sample import Sample


def split(samples: Sequence[Sample], *, share: float, seed: int) -> tuple[list[Sample], list[Sample]]:
    """`samples` in two: about 1 - `share` of the documents, and the rest.

    A document is on one side as a whole, chosen by a hash of it and `seed`: neither order nor the other samples
    matter.
    """
    held = {unit for unit in {sample.unit for sample in samples} if _chance(unit, seed) < share}
    return (
        [sample for sample in samples if sample.unit not in held],
        [sample for sample in samples if sample.unit in held],
    )


def _chance(unit: str, seed: int) -> float:
    digest = sha256(f"{seed}\n{unit}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8]) / (1 << 64)
