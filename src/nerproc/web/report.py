"""A report as a whole: what was found how often and where, what could not be read, what happened, downloads."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from nerproc.api import results
from nerproc.api.parameter import TheNode
from nerproc.job.activity import activity
from nerproc.node import Node
from nerproc.schema.name import ExportFormat
from nerproc.schema.report import Report, Source
from nerproc.schema.service import Activity
from nerproc.show.chart import Bars, Heat, Mark, Stretch, Timeline
from nerproc.web import reveal
from nerproc.web.lines import Lines, lines
from nerproc.web.render import address, page
from nerproc.web.reveal import Revealer
from nerproc.web.visitor import ReportReader

router = APIRouter()

MOST_OBJECTS = 20  # of the heat table
MOST_ERRORS = 20  # that are listed here; the list of objects has all


@router.get("/reports/{report_id}")
def show_report(request: Request, node: TheNode, visitor: ReportReader, report_id: UUID) -> Response:
    """The report."""
    report = node.reports.get(report_id)
    happened = activity(node.database, report_id)
    return page(
        request,
        visitor,
        "report.html",
        report=report,
        labels=_bars(report),
        heat=_heat(node, report),
        timeline=_timeline(report, happened),
        happened=happened.timeline,
        most_errors=MOST_ERRORS,
        source=places(report.source),
        forms=tuple(results.MEDIA_TYPES),
        lines=lines(
            request, visitor, f"/reports/{report_id}", command=["nerproc", "report", "show", report_id]
        ),
        download_lines=_download_lines(request, visitor, report_id),
    )


@router.post("/reports/{report_id}/export")
def download(
    node: TheNode,
    visitor: Revealer,
    report_id: UUID,
    form: Annotated[ExportFormat, Form(alias="format")],
) -> Response:
    """All entities in one file, with their texts."""
    reveal.note(node, visitor, report_id, form)
    return results.in_one_file(node, report_id, form, reveal=True)


def places(source: Source) -> list[str]:
    """Where the objects of a source lie."""
    match source.kind:
        case "local":
            return source.paths
        case "upload":
            return [f"upload {source.upload_id}"]
        case "s3":
            return [source.url]


def _bars(report: Report) -> Bars:
    place = f"/reports/{report.id}/entities"
    return Bars("Entities by label", report.label_counts, lambda label: address(place, label=label))


def _heat(node: Node, report: Report) -> Heat:
    found = node.reports.objects(report.id, limit=MOST_OBJECTS, status="succeeded").items
    place = f"/reports/{report.id}/object"
    rows = [(one.object, one.label_counts) for one in found]
    return Heat("Objects by labels", rows, lambda name: address(place, name=name))


def _timeline(report: Report, happened: Activity) -> Timeline:
    last = max([line.last_at for line in happened.timeline], default=report.created_at)
    end = report.finished_at or last
    stretches = [_stretch("waiting", report.created_at, report.started_at or end, "queued")]
    if report.started_at is not None:
        state = report.state if report.finished_at else "running"
        stretches.append(_stretch("reading", report.started_at, end, state))
    marks = [Mark(line.kind, line.first_at) for line in happened.timeline if line.first_at <= end]
    return Timeline("Timeline", stretches, marks)


def _stretch(name: str, start: datetime, end: datetime, state: str) -> Stretch:
    return Stretch(name, start, max(start, end), state)


def _download_lines(request: Request, visitor: ReportReader, report: UUID) -> Lines:
    command = ["nerproc", "report", "export", report, "--output", "found.csv"]
    return lines(request, visitor, f"/reports/{report}/export", command=command, format="csv")
