"""Dates in sentences that people marked without them: what the patterns know."""

from __future__ import annotations

from collections.abc import Sequence

from nerproc.model.detect import detect
from nerproc.train.sample import Sample, Span


def with_dates(samples: Sequence[Sample]) -> list[Sample]:
    """`samples` with the dates that lie outside of their spans."""
    return [_dated(sample) for sample in samples]


def _dated(sample: Sample) -> Sample:
    if not any(map(str.isdigit, sample.text)):
        return sample
    dates = [
        Span(entity.start, entity.end, "DATE")
        for entity in detect(sample.text, model="patterns", labels=["DATE"])
        if not any(entity.start < span.end and span.start < entity.end for span in sample.spans)
    ]
    return Sample(sample.text, tuple(sorted([*sample.spans, *dates])), sample.document, sample.place)
