"""Jobs: the list, one of them, and the moves that a user can make."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from nerproc.api.parameter import (
    PREFIX,
    Cursor,
    JobId,
    Limit,
    TheNode,
    not_a_cursor,
    number_of,
    problems,
)
from nerproc.job.activity import activity
from nerproc.job.jobs import JobRecord
from nerproc.job.state import State
from nerproc.node import Node
from nerproc.report.reports import job_view
from nerproc.schema.report import Event, Job, JobKind, JobState, Page
from nerproc.schema.service import Activity

router = APIRouter(prefix=f"{PREFIX}/jobs", tags=["jobs"])

StateFilter = Annotated[JobState | None, Query(description="Only jobs in this state.")]


@router.get("", operation_id="list_jobs", responses=problems())
def list_jobs(node: TheNode, state: StateFilter = None, cursor: Cursor = None, limit: Limit = 50) -> Page[Job]:
    """List jobs, newest first."""
    return job_page(node, state, cursor, limit)


@router.get("/{job_id}", operation_id="get_job", responses=problems(404, 409))
def get_job(
    node: TheNode,
    job_id: Annotated[
        str, Path(max_length=36, description="Id of the job, or the first four or more of its letters.")
    ],
) -> Job:
    """Look at a job; an abbreviated id will do as long as it is the only one."""
    return node.reports.job(node.jobs.find(job_id))


@router.get("/{job_id}/activity", operation_id="get_activity", responses=problems(404))
def get_activity(node: TheNode, job_id: JobId) -> Activity:
    """Look at what a job's tasks are doing, and at what happened to them, in a few lines."""
    node.jobs.get(job_id)
    return activity(node.database, job_id)


@router.get("/{job_id}/events", operation_id="list_events", responses=problems(404))
def list_events(node: TheNode, job_id: JobId, cursor: Cursor = None, limit: Limit = 50) -> Page[Event]:
    """List what happened to a job so far, oldest first; `follow_report` tells it as it happens."""
    node.jobs.get(job_id)
    events = node.jobs.events(job_id, after=number_of(cursor), limit=limit + 1)
    following = str(events[limit - 1].id) if len(events) > limit else None
    return Page(items=events[:limit], next_cursor=following)


@router.post("/{job_id}/stop", operation_id="stop_job", responses=problems(404, 409))
def stop_job(node: TheNode, job_id: JobId) -> Job:
    """Stop a job; what was found so far stays, and a training can go on where it was."""
    node.jobs.stop(job_id)
    return node.reports.job(job_id)


@router.post("/{job_id}/pause", operation_id="pause_job", responses=problems(404, 409))
def pause_job(node: TheNode, job_id: JobId) -> Job:
    """Start no more tasks of a job; running ones go on."""
    node.jobs.pause(job_id)
    return node.reports.job(job_id)


@router.post("/{job_id}/resume", operation_id="resume_job", responses=problems(404, 409))
def resume_job(node: TheNode, job_id: JobId) -> Job:
    """Start tasks of a paused job again."""
    node.jobs.resume(job_id)
    return node.reports.job(job_id)


@router.post("/{job_id}/retry", operation_id="retry_job", responses=problems(403, 404, 409))
def retry_job(node: TheNode, job_id: JobId) -> Job:
    """Queue what a failed or stopped job has not done; what was found so far stays."""
    node.jobs.retry(job_id)
    return node.reports.job(job_id)


def job_page(
    node: Node, state: JobState | None, cursor: str | None, limit: int, *, kind: JobKind | None = None
) -> Page[Job]:
    """A page of jobs, newest first; of one kind if given.

    Raises:
        InvalidRequest: the cursor is not valid.
    """
    before = _decode(cursor) if cursor is not None else None
    records = node.jobs.page(state=State(state) if state else None, kind=kind, before=before, limit=limit + 1)
    following = _encode(records[limit - 1]) if len(records) > limit else None
    return Page(items=[job_view(record) for record in records[:limit]], next_cursor=following)


def _encode(record: JobRecord) -> str:
    """The place behind a job, as text that needs no escapes in a URL."""
    place = f"{record.created_at.isoformat()} {record.id}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime, UUID]:
    try:
        place = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        created_at, _, job = place.partition(" ")
        before = datetime.fromisoformat(created_at), UUID(job)
    except (binascii.Error, ValueError):
        before = None
    if before is None or before[0].tzinfo is None:
        raise not_a_cursor()
    return before
