"""The objects of a report: a list by filters or by a query, and one of them with the beginning of its text."""

from __future__ import annotations

from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from nerproc.api.parameter import Cursor, TheNode
from nerproc.api.results import Name
from nerproc.errors import QueryError
from nerproc.node import Node
from nerproc.report.preview import Document
from nerproc.schema.report import ObjectMatch, ObjectResult, ObjectStatus, Report
from nerproc.show.chart import Bars, Heat
from nerproc.show.highlight import preview
from nerproc.web import reveal
from nerproc.web.lines import lines, options
from nerproc.web.render import address, page
from nerproc.web.reveal import Revealer
from nerproc.web.visitor import ReportReader, Visitor

router = APIRouter()

PAGE = 50  # objects


@router.get("/reports/{report_id}/objects")
def show_objects(  # noqa: PLR0917 - the framework's
    request: Request,
    node: TheNode,
    visitor: ReportReader,
    report_id: UUID,
    status: ObjectStatus | Literal[""] = "",
    prefix: Annotated[str, Query(max_length=8_192)] = "",
    group: Annotated[str, Query(max_length=200)] = "",
    cursor: Cursor = None,
) -> Response:
    """The list, by how they ended, what their names begin with, or a group."""
    report = node.reports.head(report_id)
    found = node.reports.objects(
        report_id, cursor=cursor, limit=PAGE, status=status or None, prefix=prefix, group=group or None
    )
    chosen = {"status": status, "prefix": prefix, "group": group}
    command: list[object] | None = ["nerproc", "report", "objects", report_id, *options(status=status)]
    if group and not (status or prefix):
        queries = [known.query for known in report.groups if known.name == group]
        command = ["nerproc", "report", "search", report_id, *queries]
    elif group or prefix:
        command = None
    path = f"/reports/{report_id}/objects"
    return page(
        request,
        visitor,
        "objects.html",
        report=report,
        objects=found.items,
        heat=heat(report, found.items),
        chosen=chosen,
        query="",
        problem=None,
        statuses=get_args(ObjectStatus),
        filtered=any(chosen.values()),
        first=address(path, **chosen) if cursor else None,
        following=address(path, **chosen, cursor=found.next_cursor) if found.next_cursor else None,
        lines=lines(request, visitor, path, command=command, **chosen),
    )


@router.get("/reports/{report_id}/search")
def search(  # noqa: PLR0917 - the framework's
    request: Request,
    node: TheNode,
    visitor: ReportReader,
    report_id: UUID,
    query: Annotated[str, Query(max_length=8_192)] = "",
    cursor: Cursor = None,
) -> Response:
    """The objects that match a query."""
    report = node.reports.head(report_id)
    problem: QueryError | None = None
    matches: list[ObjectMatch] = []
    following: str | None = None
    try:
        matches, following = node.reports.search(report_id, query, cursor=cursor, limit=PAGE)
    except QueryError as error:
        problem = error
    path = f"/reports/{report_id}/search"
    return page(
        request,
        visitor,
        "objects.html",
        status=problem.status if problem else 200,
        report=report,
        objects=matches,
        heat=heat(report, matches),
        chosen={"status": "", "prefix": "", "group": ""},
        query=query,
        problem=problem,
        statuses=get_args(ObjectStatus),
        filtered=True,
        first=address(path, query=query) if cursor else None,
        following=address(path, query=query, cursor=following) if following else None,
        lines=lines(
            request, visitor, path, command=["nerproc", "report", "search", report_id, query], query=query
        ),
    )


@router.get("/reports/{report_id}/object")
def show_object(
    request: Request, node: TheNode, visitor: ReportReader, report_id: UUID, name: Name
) -> Response:
    """One object; the texts of entities are hidden in it."""
    return _document(request, node, visitor, report_id, name, revealed=False)


@router.post("/reports/{report_id}/object")
def reveal_object(request: Request, node: TheNode, visitor: Revealer, report_id: UUID, name: Name) -> Response:
    """One object, with the texts of entities."""
    reveal.note(node, visitor, report_id, "preview")
    return _document(request, node, visitor, report_id, name, revealed=True)


def _document(
    request: Request, node: Node, visitor: Visitor, report_id: UUID, name: str, *, revealed: bool
) -> Response:
    report = node.reports.head(report_id)
    document = node.reports.document(report_id, name)
    place = f"/reports/{report_id}/entities"
    counts = document.found.label_counts
    return page(
        request,
        visitor,
        "object.html",
        report=report,
        found=document.found,
        shown=_preview(document, revealed=revealed),
        length=len(document.text),
        labels=Bars("Entities by label", counts, lambda label: address(place, object=name, label=label)),
        itself=address(f"/reports/{report_id}/object", name=name),
        entities=address(place, object=name),
        revealed=revealed,
        lines=lines(
            request,
            visitor,
            place,
            command=["nerproc", "report", "entities", report_id, *options(object=name)],
            object=name,
        ),
    )


def _preview(document: Document, *, revealed: bool) -> str:
    return preview(document.text, document.spans, masked=not revealed)


def heat(report: Report, objects: list[ObjectResult] | list[ObjectMatch]) -> Heat:
    """Objects by labels."""
    place = f"/reports/{report.id}/object"
    rows = [(one.object, one.label_counts) for one in objects]
    return Heat("Objects by labels", rows, lambda name: address(place, name=name))
