"""Whether the process answers, and whether what it depends on does. Also at the root, for load balancers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Response

import nerproc
from nerproc.api.parameter import PREFIX, TheNode
from nerproc.errors import Unreachable
from nerproc.observe import log
from nerproc.schema.service import Check, Health, Readiness

router = APIRouter(prefix=PREFIX, tags=["operation"])
root = APIRouter(include_in_schema=False)


@root.get("/health")
@router.get("/health", operation_id="health")
def health() -> Health:
    """Say that the process answers; nothing else is asked."""
    return Health(version=nerproc.__version__)


@root.get("/ready")
@router.get(
    "/ready",
    operation_id="ready",
    responses={503: {"description": "Something does not answer.", "model": Readiness}},
)
def ready(node: TheNode, response: Response) -> Readiness:
    """Ask database and artifact store; 503 while one does not answer."""
    database = _check("database", lambda: node.database.fetch_one("SELECT 1 AS one"))
    storage = _check("storage", lambda: next(node.storage.list("uploads/"), None))
    is_ready = database == storage == "ok"
    if not is_ready:
        response.status_code = Unreachable.status
    return Readiness(ready=is_ready, checks={"database": database, "storage": storage})


def _check(name: str, ask: Callable[[], Any]) -> Check:
    try:
        ask()
    except Unreachable as error:
        log().warning("not_ready", check=name, reason=error.message)
        return "failed"
    return "ok"
