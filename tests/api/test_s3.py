"""Buckets as sources: checked before they are submitted, and at submit."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.s3_stub import Stub
from fastapi.testclient import TestClient

from nerproc.node import Node


def source(url: str, connection: str | None = None) -> dict[str, Any]:
    return {"kind": "s3", "url": url, "connection": connection}


def test_a_bucket_is_checked(api: TestClient, bucket: Stub) -> None:
    before = bucket.of("GET")
    answer = api.post("/validate/s3", json=source("s3://bucket/mail"))
    assert answer.json() == {"valid": True, "objects": 1, "more": False}
    assert bucket.of("GET") == before


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        (source("s3://other/mail"), 404, "There is no bucket other"),
        (source("s3://bucket/nothing"), 404, "There is nothing at s3://bucket/nothing"),
        (source("s3://bucket/mail", "unknown"), 404, "There is no S3 connection 'unknown'"),
        (source("s3://bucket/mail", "nowhere"), 503, "the server cannot be reached"),
        (source("/bucket/mail"), 422, "not valid"),
    ],
)
def test_what_is_wrong_with_a_bucket_is_told_at_the_check_and_at_submit(
    api: TestClient, asked: dict[str, Any], status: int, said: str
) -> None:
    for path, body in (
        ("/validate/s3", asked),
        ("/reports", {"source": asked}),
        ("/validate/report", {"source": asked}),
    ):
        answer = api.post(path, json=body)
        assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.json()
        assert "hint" in answer.json() or status in (404, 422)


def test_no_access_is_told(api: TestClient, bucket: Stub) -> None:
    bucket.faults.denied.add("")
    try:
        answer = api.post("/validate/s3", json=source("s3://bucket/mail"))
    finally:
        bucket.faults.denied.clear()
    assert (answer.status_code, answer.json()["slug"]) == (403, "refused")
    assert "access is denied" in answer.json()["detail"]


def test_a_job_holds_no_address_and_no_keys(api: TestClient, node: Node, bucket: Stub) -> None:
    answer = api.post("/reports", json={"source": source("s3://bucket/mail")})
    assert answer.status_code == 202
    assert answer.json()["name"] == "s3://bucket/mail"
    (row,) = node.database.fetch_all("SELECT request FROM job WHERE id = %(id)s", {"id": answer.json()["id"]})
    assert row["request"]["source"] == source("s3://bucket/mail")
