"""Samples on their way into a training: from wherever they are, checked, into one file of nerproc's own form.

In it documents are numbered in the order in which they come, so that the same samples are the same file, and
the same model, wherever they were read from; and no path of a user travels.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b, sha256
from typing import IO

from nerproc.errors import SampleError
from nerproc.train.format import spans
from nerproc.train.sample import Sample, Span, check_enough


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was written."""

    samples: int
    sha256: str  # of the file, hexadecimal
    label_counts: dict[str, int]  # label -> samples that have it


def gather(samples: Iterable[Sample], target: IO[bytes], *, labels: Collection[str] | None = None) -> Gathered:
    """Write samples into `target`, if a model can learn them; they are read once and none is kept.

    Args:
        samples: of all sources, one behind the other.
        target: may be left with a part of them when they are refused.
        labels: only spans of these; all if None.

    Raises:
        SampleError: they are not valid, a label has too few of them, or none; or all have the same text.
    """
    digest = sha256()
    documents: dict[str, str] = {}
    seen: set[str] = set()
    texts: set[bytes] = set()
    count = 0

    def written() -> Iterator[Sample]:
        nonlocal count
        for sample in samples:
            seen.update(span.label for span in sample.spans)
            kept = tuple(span for span in sample.spans if labels is None or span.label in labels)
            document = sample.document and documents.setdefault(sample.document, str(len(documents) + 1))
            line = spans.line(replace(sample, spans=kept, document=document)).encode()
            target.write(line)
            digest.update(line)
            count += 1
            if len(texts) < 2:
                texts.add(blake2b(sample.text.encode()).digest())
            yield replace(sample, spans=kept)
        _check_known(labels or (), seen)

    counts = check_enough(written())
    if len(texts) < 2:
        raise SampleError(
            "All samples have the same text.", hint="Give others: some are held back, to see what was learnt."
        )
    return Gathered(count, digest.hexdigest(), dict(sorted(counts.items())))


def load(stream: Iterable[bytes]) -> list[Sample]:
    """What `gather` wrote, or what `replay.jsonl.gz` of a model holds."""
    found = []
    for line in stream:
        record = json.loads(line)
        marked = sorted(Span(span["start"], span["end"], span["label"]) for span in record["spans"])
        found.append(Sample(record["text"], tuple(marked), record.get("document", "")))
    return found


def _check_known(labels: Collection[str], seen: set[str]) -> None:
    missing = sorted(set(labels) - seen)
    if missing:
        raise SampleError(
            f"No sample has the label {', '.join(missing)}.",
            hint=f"Labels in the samples: {', '.join(sorted(seen)) or 'none'}.",
        )
