"""Figures of a head for Prometheus at /metrics: `nerproc_…`, base units, no ids or names among the labels.

What the database holds are gauges: deleting a report lowers them. Requests are counted in this process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nerproc.api.exposition import exposed
from nerproc.api.parameter import TheNode
from nerproc.detection.label import LABELS
from nerproc.errors import Unreachable
from nerproc.job.statistics import Holdings, Statistics
from nerproc.node import Node
from nerproc.observe.meter import MOST_SERIES, OTHER
from nerproc.schema.license import License

REUSED_FROM_SECONDS = 0.5  # a look at the database that took so long is shown again, for
REUSED_TIMES = 10  # times as long: whoever asks often does not keep the database busy

root = APIRouter(include_in_schema=False)


@root.get("/metrics")
def prometheus(node: TheNode, request: Request) -> Response:
    """All figures, as text. While the database is away, those of this process."""
    looks: Looks = request.app.state.looks
    return exposed(request, looks.look(node), request.app.state.requests)


class Looks:
    """Looks at a database, each shown again for a while if it was costly. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = _Held(None, None)
        self._until = 0.0

    def look(self, node: Node) -> _Held:
        """What it holds now, or did a moment ago."""
        with self._lock:
            begin = time.monotonic()
            if begin >= self._until:
                self._last = _look(node)
                took = time.monotonic() - begin
                if took >= REUSED_FROM_SECONDS:
                    self._until = begin + took * (REUSED_TIMES + 1)
            return self._last


def _look(node: Node) -> _Held:
    try:
        return _Held(Statistics(node.database, retry=False).holdings(), node.jobs.quota.view())
    except Unreachable:
        return _Held(None, None)


class _Held(Collector):
    """The figures of one look at the database; without any, it did not answer."""

    def __init__(self, holdings: Holdings | None, license: License | None) -> None:
        self._holdings = holdings
        self._license = license

    def collect(self) -> Iterator[Metric]:
        """One family after the other."""
        yield GaugeMetricFamily(
            "nerproc_database_up", "Whether the database answers.", float(self._holdings is not None)
        )
        if self._holdings is not None:
            yield from _work(self._holdings)
            yield from _results(self._holdings)
        if self._license is not None:
            yield from _licensed(self._license)


def _work(found: Holdings) -> Iterator[Metric]:
    yield _by("nerproc_jobs", "Jobs by kind and state.", ("kind", "state"), found.jobs)
    yield _by("nerproc_tasks", "Tasks of jobs that have not ended.", ("kind", "state"), found.tasks)
    ready = {pool: float(tasks) for pool, (tasks, _) in found.ready.items()}
    oldest = {pool: seconds for pool, (_, seconds) in found.ready.items()}
    yield _by("nerproc_queue_tasks", "Tasks that could run now, and wait for a worker.", ("pool",), ready)
    yield _by("nerproc_queue_oldest_seconds", "How long the first of them has waited.", ("pool",), oldest)
    yield GaugeMetricFamily("nerproc_workers", "Workers that are alive.", found.workers)
    workers = {pool: float(workers) for pool, (workers, _) in found.serving.items()}
    slots = {pool: float(slots) for pool, (_, slots) in found.serving.items()}
    yield _by("nerproc_pool_workers", "Workers that take tasks of a pool now.", ("pool",), workers)
    yield _by("nerproc_pool_slots", "Tasks that these run at a time.", ("pool",), slots)


def _results(found: Holdings) -> Iterator[Metric]:
    yield _by("nerproc_objects", "Objects in the reports, by how they ended.", ("status",), found.objects)
    yield GaugeMetricFamily("nerproc_objects_bytes", "Size of the objects that were read.", found.bytes)
    yield _by("nerproc_entities", "Entities in the reports, by label.", ("label",), _bounded(found.labels))


def _licensed(license: License) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "nerproc_license_valid", "Whether the licence lets reports begin.", float(license.state == "valid")
    )
    yield GaugeMetricFamily(
        "nerproc_license_used_bytes", "Bytes of all reports that ever were.", license.used_bytes
    )
    if license.limit_bytes is not None:
        yield GaugeMetricFamily(
            "nerproc_license_limit_bytes",
            "Bytes that the licence covers, if there is a limit.",
            license.limit_bytes,
        )
    if license.expiry is not None:
        yield GaugeMetricFamily(
            "nerproc_license_expiry_timestamp_seconds",
            "When it expires, if it does.",
            license.expiry.timestamp(),
        )


def _bounded(labels: Mapping[str, int]) -> dict[str, float]:
    """Labels of the built-in models, the most frequent others, and the rest as one."""
    counts = dict.fromkeys((*LABELS, OTHER), 0.0)
    others = sorted(
        (label for label in labels if label not in LABELS), key=lambda label: (-labels[label], label)
    )
    for place, label in enumerate(others):
        shown = label if place < MOST_SERIES else OTHER
        counts[shown] = counts.get(shown, 0.0) + labels[label]
    counts |= {label: float(labels[label]) for label in LABELS if label in labels}
    return counts


def _by(name: str, text: str, labels: tuple[str, ...], counts: Mapping[Any, float]) -> GaugeMetricFamily:
    """A family of several series; of one label, `counts` are by its value."""
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, count in counts.items():
        family.add_metric(values if len(labels) > 1 else [values], count)
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
    app.state.looks = Looks()
    app.state.requests = CollectorRegistry()
    app.add_middleware(RequestTimes, registry=app.state.requests)
