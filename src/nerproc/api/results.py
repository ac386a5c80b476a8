"""What a report found: entities, objects, search, export."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from nerproc.api.parameter import PREFIX, Cursor, Limit, ReportId, TheNode, problems
from nerproc.node import Node
from nerproc.observe import log
from nerproc.schema.entity import Entity
from nerproc.schema.name import ExportFormat
from nerproc.schema.report import Label, ObjectMatch, ObjectResult, ObjectStatus, Page

router = APIRouter(prefix=f"{PREFIX}/reports/{{report_id}}", tags=["reports"])

MEDIA_TYPES: dict[ExportFormat, str] = {
    "jsonl": "application/jsonl",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "sarif": "application/sarif+json",
    "html": "text/html; charset=utf-8",
    "label-studio": "application/json",
    "doccano": "application/jsonl",
}
ENDINGS: dict[ExportFormat, str] = {"label-studio": "label-studio.json", "doccano": "doccano.jsonl"}
MOST_VALUES = 100  # of a parameter that may be repeated

Name = Annotated[str, Query(max_length=8_192)]
Names = Annotated[list[Name], Query(max_length=MOST_VALUES, description="Only these objects; repeatable.")]
Labels = Annotated[list[Label], Query(max_length=MOST_VALUES, description="Only these labels; repeatable.")]
_EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The entities.",
        "content": {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()},
    }
}


@router.get("/entities", operation_id="list_entities", responses=problems(404))
def list_entities(
    *,
    node: TheNode,
    report_id: ReportId,
    object: Names = [],  # noqa: A002, B006 - the name of the field; the framework copies it
    label: Labels = [],  # noqa: B006 - the framework copies it
    min_score: Annotated[float, Query(ge=0, le=1, description="Only entities of at least this score.")] = 0,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Entity]:
    """List what was found, in the order of the objects, within an object by start."""
    entities, following = node.reports.entities(
        report_id, cursor=cursor, limit=limit, objects=object, labels=label, min_score=min_score
    )
    return Page(items=entities, next_cursor=following)


@router.get("/objects", operation_id="list_objects", responses=problems(404))
def list_objects(
    *,
    node: TheNode,
    report_id: ReportId,
    status: Annotated[ObjectStatus | None, Query(description="Only objects that ended so.")] = None,
    object: Names = [],  # noqa: A002, B006 - the name of the field; the framework copies it
    prefix: Annotated[str, Query(max_length=8_192, description="Only objects whose name begins so.")] = "",
    group: Annotated[
        str | None, Query(max_length=200, description="Only objects that match the group of this name.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[ObjectResult]:
    """List the objects with their counts and a preview, word by word."""
    return node.reports.objects(
        report_id,
        cursor=cursor,
        limit=limit,
        status=status,
        objects=object,
        prefix=prefix,
        group=group,
    )


@router.get("/search", operation_id="search_report", responses=problems(404))
def search_report(
    *,
    node: TheNode,
    report_id: ReportId,
    query: Annotated[
        str,
        Query(
            min_length=1,
            max_length=8_192,
            description="What an object must satisfy.",
            examples=['COUNT(SSN) > 3 AND NAME CONTAINS "Smith"'],
        ),
    ],
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[ObjectMatch]:
    """List the objects that match a query; a problem has the `position` and an `excerpt` with a caret."""
    matches, following = node.reports.search(report_id, query, cursor=cursor, limit=limit)
    return Page(items=matches, next_cursor=following)


@router.get(
    "/export",
    operation_id="export_report",
    response_class=StreamingResponse,
    responses={**_EXPORTED, **problems(404)},
)
def export_report(
    *,
    node: TheNode,
    request: Request,
    report_id: ReportId,
    format: Annotated[ExportFormat, Query(description="Of the file.")] = "jsonl",  # noqa: A002 - the usual name
    label: Labels = [],  # noqa: B006 - the framework copies it
    reveal: Annotated[
        bool,
        Query(description="Whether `sarif` and `html` have the texts of entities, as other formats always do."),
    ] = False,
) -> StreamingResponse:
    """Download what was found in one file."""
    if reveal:
        token = getattr(request.state, "token", None)
        log().info("texts_revealed", report=str(report_id), what=format, by=token.name if token else None)
    return in_one_file(node, report_id, format, labels=label, reveal=reveal)


def in_one_file(
    node: Node,
    report_id: UUID,
    format: ExportFormat,  # noqa: A002 - the usual name
    *,
    labels: Sequence[str] = (),
    reveal: bool,
) -> StreamingResponse:
    """What `export_report` answers with."""
    pieces = node.reports.export(report_id, format, labels=labels, reveal=reveal)
    begin = next(pieces, b"")  # what is wrong with the results shows now, while a problem can still be sent
    name = f"report-{str(report_id)[:8]}.{ENDINGS.get(format, format)}"
    return StreamingResponse(
        itertools.chain([begin], pieces),
        media_type=MEDIA_TYPES[format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
