"""Jobs: the list, one of them, and what can be done to it."""

from __future__ import annotations

from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response

from nerproc.api.parameter import TheNode
from nerproc.job.activity import activity
from nerproc.job.jobs import JobRecord
from nerproc.job.listing import SORTS, Sort, Wanted, list_jobs
from nerproc.job.state import State
from nerproc.node import Node
from nerproc.schema.report import JobKind, JobState, ObjectError, ReportRequest
from nerproc.web.render import address, back, page
from nerproc.web.report import places
from nerproc.web.visitor import ReportReader, ReportWriter

router = APIRouter()

Move = Literal["stop", "pause", "resume", "retry", "delete"]
Choice = Annotated[str, Query(max_length=32)]

PAGE = 50  # jobs
MOST_ERRORS = 20  # of the objects of a job; its report has all
SAID = {
    "start": "The scan was submitted.",
    "stop": "The job was stopped.",
    "pause": "The job was paused: running tasks go on, no others begin.",
    "resume": "The job goes on.",
    "retry": "What was not done is queued again.",
    "delete": "The job and all that it found were deleted.",
}


@router.get("/jobs")
def show_jobs(
    *,
    request: Request,
    node: TheNode,
    visitor: ReportReader,
    state: JobState | Literal[""] = "",
    kind: JobKind | Literal[""] = "",
    sort: Sort = "newest",
    q: Annotated[str, Query(max_length=200)] = "",
    cursor: Annotated[str | None, Query(max_length=8_192)] = None,
    said: Choice = "",
) -> Response:
    """The list."""
    wanted = Wanted(State(state) if state else None, kind or None, q.strip() or None, sort)
    records, following = list_jobs(node.database, node.jobs, wanted, cursor=cursor, limit=PAGE)
    query = {"state": state, "kind": kind, "sort": sort if sort != "newest" else "", "q": q}
    return page(
        request,
        visitor,
        "jobs.html",
        jobs=records,
        moves=moves,
        wanted=wanted,
        states=get_args(JobState),
        kinds=get_args(JobKind),
        sorts=SORTS,
        filtered=any((state, kind, q)),
        first=address("/jobs", **query) if cursor else None,
        following=address("/jobs", **query, cursor=following) if following else None,
        notice=SAID.get(said, ""),
    )


@router.get("/jobs/{job_id}")
def show_job(
    request: Request, node: TheNode, visitor: ReportReader, job_id: UUID, said: Choice = ""
) -> Response:
    """One job: how far it is, what its tasks do, and what happened to it."""
    job = node.jobs.get(job_id)
    return page(
        request,
        visitor,
        "job.html",
        job=job,
        moves=moves,
        source=places(job.request.source) if isinstance(job.request, ReportRequest) else [],
        activity=activity(node.database, job_id),
        errors=_errors(node, job),
        most_errors=MOST_ERRORS,
        speed=job.bytes / job.seconds if job.seconds else None,
        notice=SAID.get(said, ""),
    )


@router.get("/jobs/{job_id}/delete")
def confirm_delete(request: Request, node: TheNode, visitor: ReportWriter, job_id: UUID) -> Response:
    """Ask before a job is deleted."""
    return page(request, visitor, "delete.html", job=node.jobs.get(job_id))


@router.post("/jobs/{job_id}/{move}")
def move_job(
    node: TheNode,
    visitor: ReportWriter,  # noqa: ARG001 - has the scope
    job_id: UUID,
    move: Move,
    place: Annotated[str, Form(max_length=4_096, alias="back")] = "/jobs",
) -> Response:
    """Stop, pause, resume, retry or delete a job."""
    getattr(node.jobs, move)(job_id)
    return back("/jobs" if move == "delete" else place, move)


def moves(job: JobRecord) -> list[Move]:
    """What can be done to a job as it is; deleting it is asked for on a page of its own."""
    if not job.state.ended:
        return ["resume" if job.paused else "pause", "stop"]
    return ["retry"] if job.state in (State.FAILED, State.STOPPED) else []


def _errors(node: Node, job: JobRecord) -> list[ObjectError]:
    """The first objects that failed or were skipped."""
    if job.kind != "inference" or not (job.failed or job.skipped):
        return []
    return node.reports.errors(job.id)[: MOST_ERRORS + 1]
