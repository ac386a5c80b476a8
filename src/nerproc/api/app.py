"""The API of a node: its routes below /api/v1, health and Prometheus at the root, the reference at /docs.

Every route is a schema, one call to the node, a schema. What may not reach a route is `guard`'s, what an error
looks like is `problem`'s. Routes that wait for the database are plain functions, which the framework runs in
threads, so that they hold up nobody.
"""

from __future__ import annotations

import threading

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware

import nerproc
from nerproc.api import (
    events,
    feedback,
    health,
    jobs,
    license,
    metrics,
    models,
    problem,
    prometheus,
    redactions,
    reference,
    reports,
    results,
    uploads,
    validate,
    workers,
)
from nerproc.api.access import Access, authorize
from nerproc.api.guard import Guard, sound_text
from nerproc.api.openapi import describe
from nerproc.api.parameter import PREFIX
from nerproc.node import Node

# Below /api/v1.
ROUTERS = (
    *(reports, results, redactions, events, jobs, uploads, models, feedback),
    *(validate, workers, metrics, license, health),
)
ROOTS = (health, prometheus, reference)  # at the root, not in the reference


def build_app(
    node: Node,
    *,
    hosts: frozenset[str] | None = None,
    asks: bool | None = None,
    upload_paths: frozenset[str] = frozenset(),
) -> FastAPI:
    """The application that serves `node`; set `app.state.closing` to end its open streams.

    `hosts` are the names that it answers to in the Host header (None: any). Whether it `asks` for a token: yes,
    no, or (None) as soon as one was made. `upload_paths` are those beside the API's own that take large forms.
    """
    app = routes(hosts, frozenset(node.settings.cors_origins), upload_paths)
    app.state.node = node
    app.state.access = Access.to(node, asks=asks)
    app.state.closing = threading.Event()
    return app


def routes(
    hosts: frozenset[str] | None = None,
    origins: frozenset[str] = frozenset(),
    upload_paths: frozenset[str] = frozenset(),
) -> FastAPI:
    """The application without a node: all that its OpenAPI document needs."""
    app = FastAPI(
        title="nerproc",
        version=nerproc.__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(authorize), Depends(sound_text)],
        # Telemetry would carry messages of exceptions and what was refused in requests: both may hold text.
        telemetry={"logs": False, "tracing": False, "metrics": False},
    )
    for module in ROUTERS:
        app.include_router(module.router)
    for module in ROOTS:
        app.include_router(module.root)
    problem.install(app)
    unlimited = upload_paths | {f"{PREFIX}{uploads.PATH}"}
    app.add_middleware(Guard, hosts=hosts, origins=origins, unlimited=unlimited)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=sorted(origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
            expose_headers=["Location", "Retry-After"],
        )
    prometheus.install(app)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app
