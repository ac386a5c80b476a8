"""Figures as JSON; for Prometheus see `prometheus`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from nerproc.api.parameter import PREFIX, TheNode, problems
from nerproc.job.statistics import Statistics
from nerproc.schema.service import Metrics, Throughput

router = APIRouter(prefix=f"{PREFIX}/metrics", tags=["operation"])


@router.get("", operation_id="get_metrics", responses=problems())
def get_metrics(node: TheNode) -> Metrics:
    """Count jobs and tasks by state, and what the reports hold."""
    return Statistics(node.database).metrics()


@router.get("/throughput", operation_id="get_throughput", responses=problems())
def get_throughput(
    node: TheNode,
    minutes: Annotated[int, Query(ge=1, le=1_440, description="How far back, this minute included.")] = 15,
) -> Throughput:
    """List what was committed in each of the last minutes."""
    return Statistics(node.database).throughput(minutes)
