"""What goes on: jobs that run, what waits, who works, how fast, and what somebody should see to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from fastapi import APIRouter, Request, Response

from nerproc import doctor
from nerproc.api.parameter import TheNode
from nerproc.job.jobs import POOLS, JobRecord
from nerproc.job.state import State
from nerproc.job.statistics import Statistics
from nerproc.node import Node
from nerproc.schema.license import License
from nerproc.schema.service import Throughput
from nerproc.show.curve import Lines, Series, clock
from nerproc.web.render import page
from nerproc.web.visitor import ReportReader

router = APIRouter()

MINUTES = 60  # of the chart
MOST_RUNNING = 20
MOST_RECENT = 5
UNITS = ((1e6, "MB/s"), (1e3, "kB/s"), (1.0, "B/s"))  # of the chart: the first that is not too large
NEARLY = 0.9  # of what the licence covers


@router.get("/")
def overview(request: Request, node: TheNode, visitor: ReportReader) -> Response:
    """The first page."""
    statistics = Statistics(node.database)
    metrics = statistics.metrics()
    ready = statistics.ready()
    throughput = statistics.throughput(MINUTES)
    license = node.jobs.quota.view()
    return page(
        request,
        visitor,
        "overview.html",
        metrics=metrics,
        ready={pool: ready.get(pool, 0) for pool in POOLS},
        running=node.jobs.page(state=State.RUNNING, limit=MOST_RUNNING),
        most_running=MOST_RUNNING,
        recent=list(islice(_ended(node), MOST_RECENT)),
        speed=_speed(throughput),
        chart=_chart(throughput),
        license=license,
        warnings=list(_warnings(node, license)),
    )


def _ended(node: Node) -> Iterator[JobRecord]:
    return (record for record in node.jobs.page(limit=10 * MOST_RECENT) if record.state.ended)


def _speed(throughput: Throughput) -> float:
    """Bytes a second of the last whole minutes and the one that runs, five in all."""
    lately = throughput.minutes[-5:]
    return sum(minute.bytes for minute in lately) / (60.0 * len(lately))


def _chart(throughput: Throughput) -> Lines:
    most = max(minute.bytes for minute in throughput.minutes) / 60
    factor, unit = next(((factor, unit) for factor, unit in UNITS if most >= factor), UNITS[0])
    points = [(minute.at.timestamp(), minute.bytes / 60 / factor) for minute in throughput.minutes]
    title = f"Throughput of the last {MINUTES} minutes"
    return Lines(title, [Series("read", points)], "time (UTC)", unit, x_written=clock)


def _warnings(node: Node, license: License) -> Iterator[tuple[str, str, str]]:
    """What somebody should see to: how bad it is, what it is, and what to do."""
    for found in doctor.watch(node.settings.home, node.database):
        if found.status != "ok":
            kind = "bad" if found.status == "failed" else "warn"
            yield kind, f"{found.check.capitalize()}: {found.detail}.", found.remedy or ""
    if license.state != "valid":
        yield (
            "bad",
            f"Licence: {license.reason or license.state}.",
            "No new report begins. See nerproc license show.",
        )
    elif license.limit_bytes and license.used_bytes >= NEARLY * license.limit_bytes:
        yield "warn", "Licence: nearly all that it covers is used.", "See nerproc license show."
