"""doccano's JSON lines, in both forms: `"label": [[0, 3, "NAME"]]`, and that of projects with relations.

The latter is `"entities": [{"label": "NAME", "start_offset": 0, "end_offset": 3}]`; others write `start` and
`end` there. doccano counts UTF-16
units (https://github.com/doccano/doccano/issues/2290), others who write its form code points: see `offset`.
"""

from __future__ import annotations

from typing import Any

from nerproc.train.flaw import Flaw
from nerproc.train.format.offset import in_code_points
from nerproc.train.sample import Draft, RawSpan

_KEYS = ("entities", "label", "labels")


def fits(record: dict[str, Any]) -> bool:
    """Whether an object is of this form."""
    return "text" in record and any(key in record for key in _KEYS)


def draft(record: dict[str, Any]) -> Draft:
    """The sample that an object is."""
    entities = next(record[key] for key in _KEYS if key in record)
    if not isinstance(entities, list):
        raise Flaw("its labels are no list", hint='write "label": [[0, 3, "NAME"]]')
    spans = in_code_points(record["text"], [_span(entity) for entity in entities], [None] * len(entities))
    return Draft(record["text"], spans)


def _span(entity: object) -> RawSpan:
    if isinstance(entity, dict):
        start, end = (entity.get(f"{edge}_offset", entity.get(edge)) for edge in ("start", "end"))
        return RawSpan(start, end, entity.get("label"))
    if isinstance(entity, list) and len(entity) == 3:
        return RawSpan(*entity)
    raise Flaw("a label is neither [start, end, label] nor an object with start_offset", hint="export as JSONL")
