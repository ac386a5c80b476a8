"""Figures as JSON and for Prometheus; health."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from nerproc.api.app import build_app
from nerproc.errors import DatabaseUnreachable, StorageUnreachable
from nerproc.node import Node

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
    assert families["nerproc_entities"].samples[0].value == figures["entities"]
    assert {s.labels["state"]: s.value for s in families["nerproc_jobs"].samples} == figures["jobs"]
    assert not UUIDS.search(response.text)
    requests = families["nerproc_http_request_seconds"].samples
    counted = {(s.labels["method"], s.labels["route"], s.labels["status"]) for s in requests}
    assert ("GET", "/api/v1/reports/{report_id}", "200") in counted
    assert ("GET", "/api/v1/jobs/{job_id}", "422") in counted


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
    assert "patterns" in [model["name"] for model in models["items"]]
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
