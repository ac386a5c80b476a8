"""What a worker answers over HTTP: its figures and its health, behind the same rules as the API of a head."""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request, Response

from nerproc.api import health, problem
from nerproc.api.access import Access, authorize
from nerproc.api.exposition import exposed
from nerproc.api.guard import LOOPBACK_NAMES, Guard
from nerproc.api.listen import is_loopback
from nerproc.node import Node


def build_monitor(node: Node, *, asks: bool | None) -> FastAPI:
    """The application. Whether it `asks` for a token: yes, no, or (None) as soon as one was made."""
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(authorize)],
        telemetry={"logs": False, "tracing": False, "metrics": False},  # as in `nerproc.api.app`
    )
    app.add_api_route("/metrics", prometheus)
    app.include_router(health.root)
    problem.install(app)
    host = node.settings.metrics_host
    hosts = LOOPBACK_NAMES | {host.lower()} if is_loopback(host) else None
    app.add_middleware(Guard, hosts=hosts, origins=frozenset(), unlimited=frozenset())
    app.state.node = node
    app.state.access = Access.to(node, asks=asks)
    return app


def prometheus(request: Request) -> Response:
    """All figures of this worker."""
    return exposed(request, worker=True)
