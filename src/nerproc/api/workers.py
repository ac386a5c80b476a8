"""Workers: who there is, and what each is doing."""

from __future__ import annotations

from fastapi import APIRouter

from nerproc.api.parameter import PREFIX, TheNode, problems
from nerproc.job.workers import Workers
from nerproc.schema.report import Page
from nerproc.schema.service import Worker

router = APIRouter(prefix=f"{PREFIX}/workers", tags=["operation"])


@router.get("", operation_id="list_workers", responses=problems())
def list_workers(node: TheNode) -> Page[Worker]:
    """List the workers that were seen within a day, those alive first."""
    return Page(items=Workers(node.database).all(), next_cursor=None)
