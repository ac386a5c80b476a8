"""The progress of a job as server-sent events.

    event: timeline   one line of the job's timeline; its `id` is what Last-Event-ID goes on behind
    event: progress   the job with its totals, about once a second while they change
    event: end        the job in its final state; the stream ends

The framework sends a comment every 15 seconds in which nothing else is sent.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import anyio
from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from nerproc.api.parameter import PREFIX, ReportId, TheNode, problems
from nerproc.errors import NotFound, Unreachable
from nerproc.job.jobs import JobRecord
from nerproc.node import Node
from nerproc.observe import log
from nerproc.report.reports import job_view
from nerproc.schema.report import Event, Job

router = APIRouter(prefix=PREFIX, tags=["reports"])

LOOK_SECONDS = 1.0  # between looks at the job
# Rows get their ids before they are committed: what is younger may still get an earlier neighbour.
SETTLED = timedelta(seconds=1)
_PAGE = 1_000  # events of one look
_MOST_ID = 2**63 - 1


def _existing(node: TheNode, report_id: ReportId) -> UUID:
    node.jobs.get(report_id)  # here, because a stream that has begun can answer no 404
    return report_id


@router.get(
    "/reports/{report_id}/events",
    operation_id="follow_report",
    response_class=EventSourceResponse,
    responses=problems(404),
)
async def follow_report(
    request: Request,
    node: TheNode,
    report_id: Annotated[UUID, Depends(_existing)],
    last_event_id: Annotated[int, Header(ge=0, le=_MOST_ID, description="Go on behind this event.")] = 0,
) -> AsyncIterator[ServerSentEvent]:
    """Follow a job of any kind as server-sent events: `timeline`, `progress`, and at the end `end`."""
    closing: threading.Event = request.app.state.closing
    sent: Job | None = None
    while not closing.is_set():
        try:
            record, events = await run_in_threadpool(_look, node, report_id, last_event_id)
        except NotFound:
            return  # deleted
        except Unreachable as error:
            log().warning("events_wait", reason=error.message)
            await anyio.sleep(LOOK_SECONDS)
            continue
        for event in events:
            last_event_id = event.id
            yield ServerSentEvent(event="timeline", id=str(event.id), data=event)
        if len(events) == _PAGE:
            continue
        job = job_view(record)
        if record.state.ended:
            yield ServerSentEvent(event="end", id=str(last_event_id), data=job)
            return
        if job != sent:
            yield ServerSentEvent(event="progress", id=str(last_event_id), data=job)
            sent = job
        await anyio.sleep(LOOK_SECONDS)


def _look(node: Node, job: UUID, after: int) -> tuple[JobRecord, list[Event]]:
    """The job, and the next events of its timeline that are settled."""
    record = node.jobs.get(job)
    events = node.jobs.events(job, after=after, limit=_PAGE)
    if not record.state.ended:
        young = next((i for i, event in enumerate(events) if event.at > record.now - SETTLED), None)
        events = events[:young]
    return record, events
