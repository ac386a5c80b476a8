"""A report as samples to correct: tasks of Label Studio, or JSON lines of doccano.

A sample is the beginning of an object, which is what results keep of its text (`PREVIEW_LENGTH` code
points), with all that was found in it; objects without entities are samples too, for something may have been
missed. Spans do not overlap, as no trainer could use them: of those that do, the one that begins first
stays, then the longer. Corrected, they go to `nerproc model train`, whose readers give the same texts and
spans.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from nerproc.report.found import Found
from nerproc.result.table import PREVIEW_LENGTH, ObjectRow, PreviewSpan

CHUNK = 500  # samples

_encode = json.JSONEncoder(ensure_ascii=False).encode

# Browsers count such a character twice, and doccano's files do not say whether they do.
_COUNTED_TWICE = re.compile("[\U00010000-\U0010ffff]+")
_NAME = "label"  # of the control in the labelling configuration of Label Studio
_TEXT = "text"  # of the text there


class Sample(NamedTuple):
    """A text and what was found in it."""

    object: str
    text: str
    spans: list[PreviewSpan]  # by start; none overlaps another


def label_studio(found: Found) -> Iterator[bytes]:
    """A list of tasks, each annotated with what was found."""
    report = found.report()
    yield b"["
    separator = b"\n"
    for chunk in _chunks(_samples(found)):
        tasks = (_encode(_task(sample, report.id, report.model)) for sample in chunk)
        yield separator + ",\n".join(tasks).encode()
        separator = b",\n"
    yield b"\n]\n"


def _task(sample: Sample, report: UUID, model: str) -> dict[str, Any]:
    return {
        "data": {"text": sample.text, "object": sample.object, "report": str(report)},
        "annotations": [{"was_cancelled": False, "result": [_region(sample, span) for span in sample.spans]}],
        "meta": {"model": model},
    }


def _region(sample: Sample, span: PreviewSpan) -> dict[str, Any]:
    start, end, label = span
    return {
        "id": f"at-{start}",  # spans of a task do not overlap
        "from_name": _NAME,
        "to_name": _TEXT,
        "type": "labels",
        "origin": "prediction",
        "value": {"start": start, "end": end, "text": sample.text[start:end], "labels": [label]},
    }


def doccano(found: Found) -> Iterator[bytes]:
    """A JSON object a line. A text is divided where doccano would count otherwise: at emoji and their like."""
    for chunk in _chunks(piece for sample in _samples(found) for piece in _divided(sample)):
        yield "".join(
            _encode(
                {"text": sample.text, "label": [list(span) for span in sample.spans], "object": sample.object}
            )
            + "\n"
            for sample in chunk
        ).encode()


def _divided(sample: Sample) -> Iterator[Sample]:
    """The pieces between characters that are counted twice, without those that an entity reaches into."""
    start = 0
    cuts = [match.span() for match in _COUNTED_TWICE.finditer(sample.text)]
    for end, following in [*cuts, (len(sample.text), 0)]:
        touching = [span for span in sample.spans if span.start < end and span.end > start]
        if sample.text[start:end].strip() and all(start <= span.start and span.end <= end for span in touching):
            spans = [PreviewSpan(span.start - start, span.end - start, span.label) for span in touching]
            yield Sample(sample.object, sample.text[start:end], spans)
        start = following


def _samples(found: Found) -> Iterator[Sample]:
    for row in found.reader.each_object(found.parts):
        if row.status == "succeeded":
            text = _whole(row)
            if text.strip():
                yield Sample(row.object, text, list(_disjoint(row, len(text), found)))


def _whole(row: ObjectRow) -> str:
    """The preview, without a word or an entity that it cuts off."""
    text = row.preview_text
    if row.characters <= len(text):
        return text
    last_word = re.search(r"\s\S*\Z", text)
    end = last_word.start() if last_word else len(text)
    while cut := [
        s.start for s in row.preview_spans if s.start < end and (end < s.end or s.end >= PREVIEW_LENGTH)
    ]:
        end = min(cut)
    return text[:end]


def _disjoint(row: ObjectRow, length: int, found: Found) -> Iterator[PreviewSpan]:
    done = 0
    for span in sorted(row.preview_spans, key=lambda span: (span.start, -span.end, span.label)):
        if found.labels and span.label not in found.labels:
            continue
        if done <= span.start < span.end <= length:
            yield span
            done = span.end


def _chunks(samples: Iterator[Sample]) -> Iterator[list[Sample]]:
    chunk: list[Sample] = []
    for sample in samples:
        chunk.append(sample)
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
