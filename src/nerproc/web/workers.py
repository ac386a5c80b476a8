"""Workers: who there is, what each has in hand, and whether it takes more."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from nerproc.api.parameter import TheNode
from nerproc.job.workers import Workers
from nerproc.schema.service import WorkerState
from nerproc.web.render import back, page
from nerproc.web.visitor import Administrator

router = APIRouter()

SAID = {
    "drain": "The worker takes no more tasks, as soon as it hears of it; it goes on with those in hand.",
    "undrain": "The worker takes tasks again, as soon as it hears of it.",
}

BADGES: dict[WorkerState, str] = {
    "lost": "gone",
    "ending": "ending",
    "draining": "resting",
    "drained": "resting",
    "busy": "alive",
    "idle": "alive",
}


@router.get("/workers")
def show_workers(
    request: Request,
    node: TheNode,
    visitor: Administrator,
    said: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """The list."""
    found = Workers(node.database).all()
    alive = [worker for worker in found if worker.alive]
    return page(
        request,
        visitor,
        "workers.html",
        workers=found,
        alive=len(alive),
        slots=sum(worker.slots for worker in alive),
        busy=sum(len(worker.tasks) for worker in alive),
        badges=BADGES,
        notice=SAID.get(said, ""),
    )


@router.post("/workers/{worker_id}/{move}")
def move_worker(
    node: TheNode,
    visitor: Administrator,  # noqa: ARG001 - has the scope
    worker_id: UUID,
    move: Literal["drain", "undrain"],
) -> Response:
    """Let a worker take no more tasks, or some again."""
    Workers(node.database).rest(worker_id, resting=move == "drain")
    return back("/workers", move)
