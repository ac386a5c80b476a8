"""nerproc's own form, one JSON object a line: a text and its spans.

`{"text": "Ann wrote", "spans": [{"start": 0, "end": 3, "label": "NAME"}]}`; `"document"` may name what the text
is a piece of. Other keys are ignored, but for Prodigy's `"answer"`: what was rejected or ignored is no
sample.
"""

from __future__ import annotations

import json
from typing import Any

from nerproc.train.flaw import Flaw
from nerproc.train.sample import Draft, RawSpan, Sample

_NO_SAMPLE = ("reject", "ignore")


def fits(record: dict[str, Any]) -> bool:
    """Whether an object is of this form."""
    return "text" in record and "spans" in record


def draft(record: dict[str, Any]) -> Draft | None:
    """The sample that an object is; None if somebody said that it is none."""
    if record.get("answer") in _NO_SAMPLE:
        return None
    spans = record["spans"]
    if not isinstance(spans, list) or not all(isinstance(span, dict) for span in spans):
        raise Flaw("spans is no list of objects", hint='write [{"start": 0, "end": 3, "label": "NAME"}]')
    found = [RawSpan(span.get("start"), span.get("end"), span.get("label")) for span in spans]
    return Draft(record["text"], found, str(record.get("document") or ""))


def line(sample: Sample) -> str:
    """A sample as a line of this form, with its end."""
    spans = [{"start": span.start, "end": span.end, "label": span.label} for span in sample.spans]
    record = {"text": sample.text, "spans": spans}
    if sample.document:
        record["document"] = sample.document
    return json.dumps(record, ensure_ascii=False) + "\n"
