"""Create, list, look, stop, delete."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from nerproc.node import Node

NOBODY = "00000000-0000-4000-8000-000000000000"
Submit = Callable[..., str]


def test_create_is_accepted_and_says_where(api: TestClient, body: dict[str, Any]) -> None:
    response = api.post("/reports", json={**body, "name": "mine"})
    report = response.json()
    assert response.status_code == 202
    assert response.headers["location"] == f"/api/v1/reports/{report['id']}"
    assert (report["name"], report["state"], report["source"]) == ("mine", "queued", body["source"])
    assert report["model"] == "basic"
    assert api.get(response.headers["location"].removeprefix("/api/v1")).json() == report


def test_an_idempotency_key_makes_one_report(api: TestClient, body: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    first = api.post("/reports", json=body, headers=headers)
    again = api.post("/reports", json=body, headers=headers)
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    other = api.post("/reports", json={**body, "name": "another"}, headers=headers)
    assert (other.status_code, other.json()["slug"]) == (409, "conflict")
    unkeyed = api.post("/reports", json=body)
    assert unkeyed.json()["id"] != first.json()["id"]


def test_a_dry_run_counts_and_starts_nothing(api: TestClient, body: dict[str, Any], documents: Path) -> None:
    before = api.get("/reports").json()
    answer = api.post("/validate/report", json={**body, "include": ["*.txt"]})
    assert answer.status_code == 200
    sizes = [path.stat().st_size for path in documents.rglob("*.txt")]
    plan = answer.json()
    assert (plan["objects"], plan["bytes"], plan["skipped"], plan["whole"]) == (len(sizes), sum(sizes), 0, True)
    assert (plan["refusal"], plan["license"]) == (None, api.get("/license").json())
    assert api.get("/reports").json() == before


@pytest.mark.parametrize(
    ("change", "status", "slug"),
    [
        ({"source": {"kind": "local", "paths": ["/etc"]}}, 403, "path-not-allowed"),
        ({"source": {"kind": "upload", "upload_id": NOBODY}}, 404, "not-found"),
        ({"model": "none such"}, 404, "not-found"),
        ({"model": "spacy:/etc"}, 403, "path-not-allowed"),
        ({"labels": ["NO_SUCH_LABEL"]}, 422, "invalid-request"),
        ({"custom_tags": {"A": "(b"}}, 422, "invalid-pattern"),
        ({"groups": [{"name": "a", "query": "COUNT("}]}, 422, "invalid-query"),
        ({"threshold": 2}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(
    api: TestClient, body: dict[str, Any], change: dict[str, Any], status: int, slug: str
) -> None:
    before = api.get("/reports").json()
    for path in ("/reports", "/validate/report"):
        response = api.post(path, json={**body, **change})
        assert (response.status_code, response.json()["slug"]) == (status, slug)
    assert api.get("/reports").json() == before


def test_a_path_out_of_a_root_is_refused(api: TestClient, documents: Path) -> None:
    source = {"kind": "local", "paths": [f"{documents}/../../etc"]}
    assert api.post("/reports", json={"source": source}).json()["slug"] == "path-not-allowed"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", "/stop"),
        ("GET", f"/groups/{NOBODY}"),
        ("GET", "/entities"),
        ("GET", "/objects"),
        ("GET", "/search?query=COUNT(A)>1"),
        ("GET", "/export"),
        ("GET", "/events"),
    ],
)
def test_a_report_that_is_not_there(api: TestClient, method: str, path: str) -> None:
    response = api.request(method, f"/reports/{NOBODY}{path}")
    assert (response.status_code, response.json()["slug"]) == (404, "not-found")


def test_delete_can_be_repeated(api: TestClient, submitted: Submit) -> None:
    report = submitted()
    assert api.delete(f"/reports/{report}").status_code == 204
    assert api.delete(f"/reports/{report}").status_code == 204
    assert api.get(f"/reports/{report}").status_code == 404


def test_stop_once(api: TestClient, submitted: Submit) -> None:
    report = submitted()
    assert api.post(f"/reports/{report}/stop").json()["state"] == "stopped"
    again = api.post(f"/reports/{report}/stop")
    assert (again.status_code, again.json()["slug"]) == (409, "illegal-move")


def test_groups(api: TestClient, scanned: UUID) -> None:
    groups = api.get(f"/reports/{scanned}").json()["groups"]
    assert [(group["name"], group["object_count"]) for group in groups] == [("with mail", 2), ("nobody", 0)]
    assert api.get(f"/reports/{scanned}/groups/{groups[0]['id']}").json() == groups[0]
    assert api.get(f"/reports/{scanned}/groups/{NOBODY}").json()["slug"] == "not-found"


def test_a_finished_report(api: TestClient, node: Node, scanned: UUID) -> None:
    report = api.get(f"/reports/{scanned}").json()
    assert report["state"] == "completed"
    assert report["objects"] == {"total": 4, "succeeded": 3, "skipped": 1, "failed": 0}
    assert report["label_counts"] == {"EMAIL": 3}
    assert [(error["object"], error["status"]) for error in report["errors"]] == [("e.bin", "skipped")]
    assert report["created_at"].endswith("Z")
    assert report == node.reports.get(scanned).model_dump(mode="json")
