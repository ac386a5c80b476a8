"""The OpenAPI document: what the framework makes of the routes, with every error as a problem."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from nerproc.api.problem import MEDIA_TYPE
from nerproc.schema.report import Problem

DESCRIPTION = """\
Submit files to be scanned for named entities and personal data, watch the job, read the report.

Work is answered with `202 Accepted` and a `Location`. Lists come in pages: pass `next_cursor` as `cursor` to
get the next one; it is `null` on the last. Times are UTC (RFC 3339), ids are UUIDs, sizes are bytes. Every
error is `application/problem+json` (RFC 9457) with a stable `slug`, a `hint`, and the wrong fields in `errors`.
"""

TAGS = [
    {"name": "reports", "description": "What was found in which objects."},
    {"name": "redactions", "description": "Copies of a report's objects in which entities are replaced."},
    {
        "name": "jobs",
        "description": "The work behind reports, redactions and trainings: its state, and how to change it.",
    },
    {"name": "uploads", "description": "Files to be scanned, sent to the head."},
    {"name": "models", "description": "Named sets of detectors and their labels."},
    {"name": "validation", "description": "Check what is asked for before it is submitted."},
    {"name": "operation", "description": "Health, figures, and the licence."},
]

# An entity is a plain dataclass, for speed: what its fields mean is said here.
ENTITY_FIELDS = {
    "object": "Name of the object, relative to the root of the source.",
    "start": "Offset in code points of the extracted text.",
    "end": "Offset behind the last code point; at most 8,192 behind `start`.",
    "label": "What it is: EMAIL, SSN, a custom tag.",
    "kind": "The finer type, where there is one: `us_passport`, `aws_access_key`.",
    "text": "The extracted text from `start` to `end`.",
    "score": "0 to 1.",
    "source": "What found it: `pattern`, `custom` or `tagger`.",
    "left_context": "Up to 40 code points before it.",
    "right_context": "Up to 40 code points behind it.",
    "location": "Where in the document it stands, where offsets are not all.",
}
LOCATION_FIELDS = {
    "page": "Page of a PDF, from 1.",
    "sheet": "Name of the sheet of a workbook.",
    "row": "Row of a sheet or a CSV file (the header is row 1), line of JSON lines.",
    "member": "Path inside an archive, attachment of a mail; nested ones joined by `!/`.",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of `app`, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, tags=TAGS
        )
        schemas = document["components"]["schemas"]
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs") | {"Problem": problem}
        for name, fields in (("Entity", ENTITY_FIELDS), ("Location", LOCATION_FIELDS)):
            for field, meaning in fields.items():
                schemas[name]["properties"][field]["description"] = meaning
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for path in document["paths"].values():
            for operation in path.values():
                _with_problems(operation["responses"])
        app.openapi_schema = document
    return app.openapi_schema


def _with_problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if response["description"] == "Successful Response":
            response["description"] = HTTPStatus(int(status)).phrase
        if int(status) >= HTTPStatus.BAD_REQUEST and not response.get("content"):
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
