"""Workers: who there is, and what each is doing."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from nerproc.api.parameter import PREFIX, TheNode, problems
from nerproc.job.workers import Workers
from nerproc.schema.report import Page
from nerproc.schema.service import Worker

router = APIRouter(prefix=f"{PREFIX}/workers", tags=["operation"])


@router.get("", operation_id="list_workers", responses=problems())
def list_workers(node: TheNode) -> Page[Worker]:
    """List the workers that were seen within a day, those alive first."""
    return Page(items=Workers(node.database).all(), next_cursor=None)


WorkerId = Annotated[UUID, Path(description="Id of the worker.")]


@router.post("/{worker_id}/drain", status_code=204, operation_id="drain_worker", responses=problems(404))
def drain_worker(node: TheNode, worker_id: WorkerId) -> None:
    """Let a worker take no more tasks; it goes on with those in hand, and stays."""
    Workers(node.database).rest(worker_id, resting=True)


@router.post("/{worker_id}/undrain", status_code=204, operation_id="undrain_worker", responses=problems(404))
def undrain_worker(node: TheNode, worker_id: WorkerId) -> None:
    """Let a worker that was drained take tasks again."""
    Workers(node.database).rest(worker_id, resting=False)
