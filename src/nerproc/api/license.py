"""The licence of the node."""

from __future__ import annotations

from fastapi import APIRouter

from nerproc.api.parameter import PREFIX, TheNode, problems
from nerproc.schema.license import License

router = APIRouter(prefix=PREFIX, tags=["operation"])


@router.get("/license", operation_id="get_license", responses=problems())
def get_license(node: TheNode) -> License:
    """Look at the head's licence: what it is worth now, and how much of it is used."""
    return node.jobs.quota.view()
