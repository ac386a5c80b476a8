"""Reports: create, list, look, stop, delete. What is in them is `results`'."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Header, Path, Response

from nerproc.api.jobs import StateFilter, job_page
from nerproc.api.parameter import PREFIX, Cursor, Limit, ReportId, TheNode, problems
from nerproc.schema.report import Group, Job, Page, Report, ReportRequest

router = APIRouter(prefix=f"{PREFIX}/reports", tags=["reports"])

_EXAMPLES = {
    "upload": {
        "summary": "Scan an upload with a custom tag and a group",
        "value": {
            "source": {"kind": "upload", "upload_id": "0b6d1a0e-6a52-4d0e-9a64-3b1a1f0f9d11"},
            "labels": ["EMAIL", "SSN"],
            "custom_tags": {"CASE_NUMBER": r"C-\d{6}"},
            "groups": [{"name": "sensitive", "query": "COUNT(SSN) > 3"}],
        },
    },
    "local": {
        "summary": "Scan a folder below a root that the operator allows",
        "value": {"source": {"kind": "local", "paths": ["/srv/documents"]}},
    },
    "s3": {
        "summary": "Scan the objects of a bucket below a prefix",
        "value": {"source": {"kind": "s3", "url": "s3://bucket/prefix", "connection": "lab"}},
    },
}

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="A text of your own: the same request sent again with it makes no second report.",
    ),
]


@router.post("", status_code=202, operation_id="create_report", responses=problems(403, 404, 409, 413))
def create_report(
    node: TheNode,
    request: Annotated[ReportRequest, Body(openapi_examples=_EXAMPLES)],
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Report:
    """Queue a scan; `Location` is the report, which fills while the job runs."""
    report = node.reports.create(request, roots=node.settings.roots, idempotency_key=idempotency_key)
    response.headers["Location"] = f"{PREFIX}/reports/{report}"
    return node.reports.get(report)


@router.get("", operation_id="list_reports", responses=problems())
def list_reports(
    node: TheNode, state: StateFilter = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[Job]:
    """List reports by their jobs, newest first."""
    return job_page(node, state, cursor, limit, kind="inference")


@router.get("/{report_id}", operation_id="get_report", responses=problems(404))
def get_report(node: TheNode, report_id: ReportId) -> Report:
    """Look at a report: totals, labels, groups, and what could not be read."""
    return node.reports.get(report_id)


@router.delete("/{report_id}", status_code=204, operation_id="delete_report", responses=problems())
def delete_report(node: TheNode, report_id: ReportId) -> None:
    """Delete a report and everything that it found; its job is stopped. Once deleted, there is no error."""
    node.jobs.delete(report_id)


@router.post("/{report_id}/stop", operation_id="stop_report", responses=problems(404, 409))
def stop_report(node: TheNode, report_id: ReportId) -> Report:
    """Stop the job of a report; what was found so far stays."""
    node.reports.existing(report_id)
    node.jobs.stop(report_id)
    return node.reports.get(report_id)


@router.get("/{report_id}/groups/{group_id}", operation_id="get_group", responses=problems(404))
def get_group(
    node: TheNode, report_id: ReportId, group_id: Annotated[UUID, Path(description="Id of the group.")]
) -> Group:
    """Look at a group: its query, and how many objects match it."""
    return node.reports.group(report_id, group_id)
