"""Redactions: create, list, look, delete. Their jobs are stopped, paused and retried as all others are."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Response

from nerproc.api.parameter import PREFIX, ReportId, TheNode, problems
from nerproc.api.reports import IdempotencyKey
from nerproc.errors import NotFound
from nerproc.schema.redaction import Redaction, RedactionRequest
from nerproc.schema.report import Page

router = APIRouter(prefix=PREFIX, tags=["redactions"])

RedactionId = Annotated[UUID, Path(description="Id of the redaction, which is the id of its job.")]

_EXAMPLES = {
    "s3": {
        "summary": "Write copies to a bucket; keep the last four digits of cards",
        "value": {
            "output": {"kind": "s3", "url": "s3://bucket/redacted"},
            "operators": {"CARD_NUMBER": "mask:4", "NAME": "pseudonym"},
        },
    },
    "local": {
        "summary": "Write copies to a folder below one that the operator allows (NERPROC_OUTPUT_ROOTS)",
        "value": {"output": {"kind": "local", "path": "/srv/redacted"}, "default": "replace"},
    },
}


@router.post(
    "/reports/{report_id}/redactions",
    status_code=202,
    operation_id="create_redaction",
    responses=problems(403, 404, 409, 413),
)
def create_redaction(
    node: TheNode,
    report_id: ReportId,
    request: Annotated[RedactionRequest, Body(openapi_examples=_EXAMPLES)],
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Redaction:
    """Queue copies of a report's objects in which entities are replaced; `Location` is the redaction."""
    redaction = node.redactions.create(
        report_id, request, roots=node.settings.output_roots, idempotency_key=idempotency_key
    )
    response.headers["Location"] = f"{PREFIX}/redactions/{redaction}"
    return node.redactions.get(redaction)


@router.get("/reports/{report_id}/redactions", operation_id="list_redactions", responses=problems(404))
def list_redactions(node: TheNode, report_id: ReportId) -> Page[Redaction]:
    """List the redactions of a report, newest first, at most 100."""
    return Page(items=node.redactions.of(report_id), next_cursor=None)


@router.get("/redactions/{redaction_id}", operation_id="get_redaction", responses=problems(404))
def get_redaction(node: TheNode, redaction_id: RedactionId) -> Redaction:
    """Look at a redaction: what was replaced, what is still found in copies, and what has no copy."""
    return node.redactions.get(redaction_id)


@router.delete(
    "/redactions/{redaction_id}", status_code=204, operation_id="delete_redaction", responses=problems()
)
def delete_redaction(node: TheNode, redaction_id: RedactionId) -> None:
    """Delete a redaction, stopping it first; copies that are written stay. Once deleted, there is no error."""
    try:
        node.redactions.existing(redaction_id)
    except NotFound:
        return
    node.jobs.delete(redaction_id)
