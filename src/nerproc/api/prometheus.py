"""Figures for Prometheus at /metrics: `nerproc_…`, base units, no ids or names among the labels.

What the reports hold are gauges: deleting a report lowers them. Requests are counted in this process.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import nerproc
from nerproc.api.parameter import TheNode
from nerproc.job.statistics import Statistics
from nerproc.schema.service import Metrics

root = APIRouter(include_in_schema=False)


@root.get("/metrics")
def prometheus(node: TheNode, request: Request) -> Response:
    """All figures, as text."""
    held = CollectorRegistry(auto_describe=False)
    held.register(_Held(Statistics(node.database).metrics()))
    text = generate_latest(held) + generate_latest(request.app.state.requests)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


class _Held(Collector):
    """The figures of one look at the database."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """One family after the other."""
        found = self._metrics
        yield InfoMetricFamily("nerproc_build", "This version.", {"version": nerproc.__version__})
        yield _by("nerproc_jobs", "Jobs by state.", "state", found.jobs)
        yield _by("nerproc_tasks", "Tasks of jobs that have not ended, by state.", "state", found.tasks)
        yield GaugeMetricFamily("nerproc_workers", "Workers that are alive.", found.workers)
        yield GaugeMetricFamily(
            "nerproc_waiting_seconds", "How long the oldest ready task has been waiting.", found.waiting_seconds
        )
        yield _by("nerproc_objects", "Objects in the reports, by how they ended.", "status", found.objects)
        yield GaugeMetricFamily("nerproc_objects_bytes", "Size of the objects that were read.", found.bytes)
        yield GaugeMetricFamily("nerproc_entities", "Entities in the reports.", found.entities)


def _by(name: str, text: str, label: str, counts: Mapping[Any, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


class RequestTimes:
    """Counts requests and the seconds until their responses ended, by method, route and status."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._seconds = Histogram(
            "nerproc_http_request_seconds",
            "Requests, and the seconds until their responses ended.",
            ["method", "route", "status"],
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0
        begin = time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._seconds.labels(_method(scope), route, status).observe(time.perf_counter() - begin)


def _method(scope: Scope) -> str:
    """The method, if it is a usual one: clients may send any word."""
    method: str = scope["method"]
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"


def install(app: FastAPI) -> None:
    """Count the requests of `app`."""
    app.state.requests = CollectorRegistry()
    app.add_middleware(RequestTimes, registry=app.state.requests)
