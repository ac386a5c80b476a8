"""Exports of Label Studio: JSON, with the regions under `annotations`, and JSON-MIN, with them under any name.

That name, and that of the text, are the project's own in JSON-MIN.
Of a task that was annotated several times the ground truth counts, else the first annotation that was not
cancelled; tasks without one are left out, predictions too. Offsets count code points in newer versions,
UTF-16 units in older ones (https://github.com/HumanSignal/label-studio/pull/1559): see `offset`.
"""

from __future__ import annotations

from typing import Any

from nerproc.train.flaw import Flaw
from nerproc.train.format.offset import in_code_points
from nerproc.train.sample import Draft, RawSpan

_ANNOTATIONS = ("annotations", "completions")  # the latter before version 1.0
_ABOUT = {"annotator", "created_at", "updated_at"}  # what JSON-MIN has beside the data, as strings
_LABELS = {"labels", "hypertextlabels", "paragraphlabels"}  # in text, HTML, dialogues


def fits(record: dict[str, Any]) -> bool:
    """Whether an object is of this form."""
    if isinstance(record.get("data"), dict) and any(key in record for key in _ANNOTATIONS):
        return True
    return "lead_time" in record or bool(_minimal(record))


def draft(record: dict[str, Any]) -> Draft | None:
    """The sample that a task is; None if nobody annotated it."""
    if "data" in record:
        annotation = _annotation(record)
        if annotation is None:
            return None
        regions = _regions(annotation)
        text = _text(record["data"], {str(name) for name, _ in regions})
        values = [value for _, value in regions]
    else:
        values = _minimal(record)
        text = _text({key: record[key] for key in record if key not in _ABOUT}, set())
    spans = [RawSpan(value.get("start"), value.get("end"), _label(value)) for value in values]
    spans = in_code_points(text, spans, [value.get("text") for value in values])
    return Draft(text, spans, str(record.get("id") or ""))


def _minimal(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Values of the regions of a task of JSON-MIN."""
    return [value for values in record.values() for value in _objects(values) if _LABELS & value.keys()]


def _annotation(record: dict[str, Any]) -> dict[str, Any] | None:
    given = next(record[key] for key in _ANNOTATIONS if key in record)
    usable = [annotation for annotation in _objects(given) if not annotation.get("was_cancelled")]
    truth = [annotation for annotation in usable if annotation.get("ground_truth")]
    return next(iter(truth or usable), None)


def _regions(annotation: dict[str, Any]) -> list[tuple[object, dict[str, Any]]]:
    """Name of the text and value of each region that labels a stretch of text."""
    return [
        (result.get("to_name"), result["value"])
        for result in _objects(annotation.get("result"))
        if isinstance(result.get("value"), dict)
        and _LABELS & result["value"].keys()
        and "start" in result["value"]
    ]


def _text(data: dict[str, Any], names: set[str]) -> object:
    """The annotated text among the data of a task; its key is in the project's configuration only."""
    if "text" in data:
        return data["text"]
    for name in names:
        if len(names) == 1 and name in data:
            return data[name]
    texts = [value for value in data.values() if isinstance(value, str)]
    if len(texts) != 1:
        raise Flaw("it has several texts, or none", hint="name the key of the text `text` before the export")
    return texts[0]


def _label(value: dict[str, Any]) -> object:
    if "labels" not in value:
        raise Flaw(
            "a region is of HTML or of a dialogue, and has no offsets of a text",
            hint="annotate the text alone, with the tags Text and Labels",
        )
    labels = value["labels"]
    if isinstance(labels, list) and len(labels) == 1:
        return labels[0]
    raise Flaw("a region has several labels, or none", hint="give each region one label")


def _objects(values: object) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
