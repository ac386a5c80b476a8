"""The page of a head beside its API: what the API has no route for is the page's.

What may not reach a route, and how often somebody may ask, is decided as for the API. Each route of the page is
who may see it, a few calls to the node, and a template.
"""

from __future__ import annotations

from fastapi import Depends, FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nerproc.api import app as api
from nerproc.api.parameter import PREFIX
from nerproc.node import Node
from nerproc.web import (
    asset,
    entities,
    feedback,
    jobs,
    login,
    mistakes,
    models,
    objects,
    overview,
    problem,
    report,
    scan,
    trial,
    workers,
)
from nerproc.web.visitor import genuine

ROUTERS = (
    *(overview, jobs, report, entities, objects, scan),
    *(models, mistakes, feedback, trial, workers, login, asset),
)
UPLOAD_PATHS = frozenset({scan.UPLOAD})  # of forms whose bodies are not for the memory

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",  # pages show what was found
}


def build_app(node: Node, *, hosts: frozenset[str] | None = None, asks: bool | None = None) -> FastAPI:
    """The application of a head: the API of `node` (see there), and the page."""
    app = api.build_app(node, hosts=hosts, asks=asks, upload_paths=UPLOAD_PATHS)
    app.router.default = _Others(app.router.default, _pages(app))
    return app


def _pages(head: FastAPI) -> FastAPI:
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(genuine)],
        telemetry={"logs": False, "tracing": False, "metrics": False},  # as of the API
    )
    app.state = head.state
    app.state.upload_paths = UPLOAD_PATHS
    for module in ROUTERS:
        app.include_router(module.router)
    problem.install(app)
    app.add_middleware(_Headers)
    return app


class _Others:
    """Takes what has no route: below the API's prefix that is an error of the API, else it is for the page."""

    def __init__(self, api: ASGIApp, pages: ASGIApp) -> None:
        self._api = api
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        of_api = scope["path"].startswith(f"{PREFIX}/")
        await (self._api if of_api else self._pages)(scope, receive, send)


class _Headers:
    """Says on each response what a browser may do with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, add)
