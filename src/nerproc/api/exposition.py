"""Figures as Prometheus reads them: the counters of this process, and what else is collected for a request."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import Request, Response
from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

import nerproc
from nerproc.observe.meter import Counter, Gauge, Histogram, meters

# They would be a second series beside each, which says when this process began.
disable_created_metrics()  # type: ignore[no-untyped-call]


def exposed(request: Request, *collectors: Collector, worker: bool = False) -> Response:
    """All figures as text, in the form that the request asks for: Prometheus' own, or OpenMetrics.

    `worker` says whether those that only workers have are among them.
    """
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(namespace="nerproc", registry=registry)
    for collector in (_Process(worker=worker), *collectors):
        registry.register(collector)
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(registry), headers={"Content-Type": media_type})


class _Process(Collector):
    """What this process counts."""

    def __init__(self, *, worker: bool) -> None:
        self._worker = worker

    def collect(self) -> Iterator[Metric]:
        """One family after the other."""
        yield InfoMetricFamily("nerproc_build", "This version.", {"version": nerproc.__version__})
        for meter in meters(worker=self._worker):
            yield _family(meter)


def _family(meter: Counter | Histogram | Gauge) -> Metric:
    if isinstance(meter, Histogram):
        histogram = HistogramMetricFamily(meter.name, meter.text, labels=meter.labels)
        for labels, buckets in meter.series().items():
            histogram.add_metric(labels, buckets.cumulative, buckets.sum)
        return histogram
    kind = CounterMetricFamily if isinstance(meter, Counter) else GaugeMetricFamily
    family = kind(meter.name, meter.text, labels=meter.labels)
    for labels, value in meter.values().items():
        family.add_metric(labels, value)
    return family
