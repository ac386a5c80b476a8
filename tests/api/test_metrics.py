"""Figures as JSON and for Prometheus; health."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated
from uuid import UUID, uuid4

import pytest
from fastapi import Body, FastAPI
from fastapi.testclient import TestClient
from opentelemetry._logs import Logger, LoggerProvider, NoOpLogger
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from nerproc.api.app import build_app
from nerproc.api.prometheus import REUSED_FROM_SECONDS, Looks, _Held
from nerproc.detection.label import LABELS
from nerproc.errors import DatabaseUnreachable, StorageUnreachable
from nerproc.job.statistics import Statistics
from nerproc.job.workers import Registration, Workers
from nerproc.license.base import FREE_BYTES
from nerproc.node import Node
from nerproc.observe.meter import MOST_SERIES

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}")


def test_figures_are_the_sums_over_the_reports(api: TestClient, node: Node, scanned: UUID) -> None:
    jobs = node.jobs.page(limit=1_000)
    found = api.get("/metrics").json()
    assert found["entities"] == sum(job.entities for job in jobs) >= 3
    assert found["bytes"] == sum(job.bytes for job in jobs)
    assert found["objects"] == {
        status: sum(getattr(job, status) for job in jobs) for status in ("succeeded", "skipped", "failed")
    }
    assert sum(found["jobs"].values()) == len(jobs)
    assert found["jobs"]["completed"] >= 1
    assert (found["workers"], found["tasks"]["running"]) == (0, 0)


def test_waiting_work_shows(api: TestClient, submitted: Callable[..., str]) -> None:
    before = api.get("/metrics").json()
    submitted()
    found = api.get("/metrics").json()
    assert found["tasks"]["queued"] == before["tasks"]["queued"] + 1
    assert found["jobs"]["queued"] == before["jobs"]["queued"] + 1
    assert found["waiting_seconds"] > 0


def test_throughput_is_what_was_committed(api: TestClient, node: Node, scanned: UUID) -> None:
    found = api.get("/metrics/throughput", params={"minutes": 60}).json()
    assert len(found["minutes"]) == 60
    assert [minute["at"] for minute in found["minutes"]] == sorted(minute["at"] for minute in found["minutes"])
    job = node.jobs.get(scanned)
    assert sum(minute["bytes"] for minute in found["minutes"]) == job.bytes
    assert sum(minute["objects"] for minute in found["minutes"]) == 4
    assert sum(minute["entities"] for minute in found["minutes"]) == job.entities
    assert found["bytes_per_second"] == pytest.approx(job.bytes / 3_600)
    assert len(api.get("/metrics/throughput").json()["minutes"]) == 15


def test_prometheus(api: TestClient, scanned: UUID) -> None:
    api.get(f"/reports/{scanned}")
    api.get("/jobs/none-such-job")
    response = api.get("http://localhost/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(response.text)}
    assert all(name.startswith("nerproc_") for name in families)
    figures = api.get("/metrics").json()
    entities = {sample.labels["label"]: sample.value for sample in families["nerproc_entities"].samples}
    assert sum(entities.values()) == figures["entities"]
    assert entities["EMAIL"] >= 3
    for name in ("jobs", "tasks"):
        by_state = Counter[str]()
        for sample in families[f"nerproc_{name}"].samples:
            by_state[sample.labels["state"]] += int(sample.value)
        assert dict(by_state) == figures[name]
    assert families["nerproc_database_up"].samples[0].value == 1
    assert not any(name.startswith("nerproc_worker_") for name in families)
    assert not UUIDS.search(response.text)
    requests = families["nerproc_http_request_seconds"].samples
    counted = {(s.labels["method"], s.labels["route"], s.labels["status"]) for s in requests}
    assert ("GET", "/api/v1/reports/{report_id}", "200") in counted
    assert ("GET", "/api/v1/jobs/{job_id}", "422") in counted


def test_figures_of_waiting_work_and_of_the_licence(
    api: TestClient, node: Node, submitted: Callable[..., str]
) -> None:
    def figures() -> dict[tuple[str, ...], float]:
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(api.get("http://localhost/metrics").text)
            for sample in family.samples
        }

    before = figures()
    submitted()
    after = figures()
    waiting = ("nerproc_queue_tasks", "infer")
    assert after[waiting] == before[waiting] + 1
    assert after["nerproc_queue_oldest_seconds", "infer"] > 0
    assert after["nerproc_queue_tasks", "train"] == after["nerproc_pool_workers", "infer"] == 0
    assert after["nerproc_tasks", "shard", "queued"] == before["nerproc_tasks", "shard", "queued"] + 1
    assert after["nerproc_license_valid",] == 1
    assert after["nerproc_license_used_bytes",] == node.jobs.quota.used()
    assert after["nerproc_license_limit_bytes",] == FREE_BYTES
    Workers(node.database).renew(Registration(uuid4(), "h", 1, "1", ("infer",), 3), lease_seconds=0.5)
    busy = figures()
    assert (busy["nerproc_workers",], busy["nerproc_pool_slots", "infer"]) == (1, 3)
    assert (busy["nerproc_pool_workers", "infer"], busy["nerproc_pool_workers", "train"]) == (1, 0)
    node.database.execute("DELETE FROM worker")


def test_the_form_is_negotiated(api: TestClient) -> None:
    accept = {"Accept": "application/openmetrics-text; version=1.0.0; q=0.8, text/plain; q=0.5"}
    response = api.get("http://localhost/metrics", headers=accept)
    assert response.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert "nerproc_upkeep_ticks" in {family.name for family in read_openmetrics(response.text)}


def test_without_its_database_a_head_tells_what_it_knows(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DatabaseUnreachable

    client = TestClient(build_app(node, asks=False))
    monkeypatch.setattr(node.database, "fetch_one", fail)
    response = client.get("http://localhost/metrics")
    names = {family.name: family for family in text_string_to_metric_families(response.text)}
    assert names["nerproc_database_up"].samples[0].value == 0
    assert "nerproc_dependency_errors" in names
    assert "nerproc_jobs" not in names


def test_labels_of_users_make_no_more_series_than_fit(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = {f"CUSTOM_{number:04}": number + 1 for number in range(500)} | {"EMAIL": 7}
    held = Statistics(node.database).holdings()
    monkeypatch.setattr(Statistics, "holdings", lambda _self: replace(held, labels=labels))
    response = TestClient(build_app(node, asks=False)).get("http://localhost/metrics")
    families = {family.name: family for family in text_string_to_metric_families(response.text)}
    shown = {sample.labels["label"]: sample.value for sample in families["nerproc_entities"].samples}
    assert len(shown) <= len(LABELS) + MOST_SERIES + 1
    assert sum(shown.values()) == sum(labels.values())
    assert (shown["EMAIL"], shown["CUSTOM_0499"], shown["NAME"]) == (7, 500, 0)
    assert shown["other"] == sum(count for label, count in labels.items() if label not in shown)


def test_a_costly_look_is_shown_again_for_a_while(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []
    clock = iter([100.0, 100.0 + 2 * REUSED_FROM_SECONDS, 101.5, 200.0, 200.1, 200.2, 200.3])
    monkeypatch.setattr("nerproc.api.prometheus.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("nerproc.api.prometheus._look", lambda _node: looks.append(1) or _Held(None, None))
    found = Looks()
    for _ in range(4):
        found.look(node)
    assert len(looks) == 3  # the second was answered by the first; those after were cheap


def test_telemetry_of_the_framework_takes_nothing_out(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its logs would carry what was wrong in a request, which may be text of a document."""
    told: list[str] = []

    def record(name: str, *_: object, **__: object) -> Logger:
        told.append(name)
        return NoOpLogger(name)

    class Provider(LoggerProvider):  # unlike those that record nothing
        get_logger = staticmethod(record)

    monkeypatch.setattr("fastapi.telemetry._asgi._logs.get_logger_provider", Provider)
    monkeypatch.setattr("fastapi.telemetry._asgi._logs.get_logger", record)
    other = FastAPI(telemetry={"logs": True})
    other.post("/x")(_takes_numbers)
    assert TestClient(other).post("/x", json={"number": "canary"}).status_code == 422
    assert told, "the framework does not log at all: this test sees nothing"
    told.clear()
    client = TestClient(build_app(node, asks=False), base_url="http://localhost/api/v1")
    assert client.post("/validate/group", json={"query": 5, "canary": "x"}).status_code == 422
    assert client.post("/validate/group", json={"query": "(canary"}).status_code == 422
    assert told == []


def _takes_numbers(number: Annotated[int, Body(embed=True)]) -> int:
    return number


def test_words_that_are_no_methods_make_no_series(api: TestClient) -> None:
    api.request("BREW", "/jobs")
    assert "BREW" not in api.get("http://localhost/metrics").text


@pytest.mark.parametrize("base", ["", "http://localhost"])
def test_health(api: TestClient, base: str) -> None:
    assert api.get(f"{base}/health").json()["status"] == "ok"
    assert api.get(f"{base}/ready").json() == {"ready": True, "checks": {"database": "ok", "storage": "ok"}}


def test_not_ready(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    client = TestClient(build_app(node))

    def fail(error: Exception) -> Callable[..., None]:
        def call(*_: object, **__: object) -> None:
            raise error

        return call

    monkeypatch.setattr(node.storage, "list", fail(StorageUnreachable()))
    response = client.get("/ready")
    assert (response.status_code, response.json()["checks"]) == (503, {"database": "ok", "storage": "failed"})
    monkeypatch.setattr(node.database, "fetch_one", fail(DatabaseUnreachable()))
    assert client.get("/ready").json() == {
        "ready": False,
        "checks": {"database": "failed", "storage": "failed"},
    }
    assert client.get("/health").status_code == 200


def test_models(api: TestClient) -> None:
    models = api.get("/models").json()
    assert models["next_cursor"] is None
    assert {"basic", "patterns"} <= {model["name"] for model in models["items"]}
    for model in models["items"]:
        assert api.get(f"/models/{model['name']}").json() == model
    absent = api.get("/models/none")
    assert (absent.status_code, absent.json()["slug"]) == (404, "not-found")


def test_validation(api: TestClient) -> None:
    assert api.post("/validate/group", json={"query": 'NAME CONTAINS "x"'}).json() == {"valid": True}
    wrong = api.post("/validate/group", json={"query": "COUNT(A) > x"}).json()
    assert (wrong["slug"], wrong["position"]) == ("invalid-query", 11)
    assert wrong["excerpt"] == "COUNT(A) > x\n           ^"
    assert api.post("/validate/pattern", json={"label": "A", "expression": r"C-\d{6}"}).json() == {
        "valid": True
    }
    wrong = api.post("/validate/pattern", json={"label": "A", "expression": "ab(c"}).json()
    assert (wrong["slug"], wrong["position"]) == ("invalid-pattern", 4)
