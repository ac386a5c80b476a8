"""Redactions over the API; what workers do about them is in tests/worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from nerproc.node import Node
from nerproc.worker.supervisor import Supervisor

NOWHERE = {"kind": "s3", "url": "s3://bucket/out"}
Ask = Callable[..., dict[str, object]]


@pytest.fixture
def clean(node: Node) -> Iterator[None]:
    yield
    for record in node.jobs.page():
        if record.kind == "redaction":
            node.jobs.delete(record.id)


@pytest.fixture
def output(node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the head may write to."""
    allowed = node.settings.model_copy(update={"output_roots": [tmp_path]})
    monkeypatch.setattr(node, "settings", allowed)
    return tmp_path / "out"


def local(output: Path, **more: object) -> dict[str, object]:
    return {"output": {"kind": "local", "path": str(output)}, **more}


@pytest.mark.usefixtures("clean")
def test_a_redaction_is_a_job_of_its_report(api: TestClient, node: Node, scanned: UUID, output: Path) -> None:
    body = local(output, operators={"EMAIL": "mask:3"}, default="keep")
    key = {"Idempotency-Key": str(uuid4())}
    made = api.post(f"/reports/{scanned}/redactions", json=body, headers=key)
    redaction = made.json()["id"]
    assert (made.status_code, made.headers["location"]) == (202, f"/api/v1/redactions/{redaction}")
    assert (made.json()["state"], made.json()["progress"]) == ("queued", 0)
    again = api.post(f"/reports/{scanned}/redactions", json=body, headers=key)
    assert (again.status_code, again.json()["id"]) == (202, redaction)
    other = api.post(f"/reports/{scanned}/redactions", json=local(output), headers=key)
    assert (other.status_code, other.json()["slug"]) == (409, "conflict")
    busy = api.post(f"/reports/{scanned}/redactions", json=body)
    assert (busy.status_code, "same place" in busy.json()["detail"]) == (409, True)
    for move, state in (("pause", "queued"), ("resume", "queued"), ("stop", "stopped"), ("retry", "queued")):
        assert api.post(f"/jobs/{redaction}/{move}").json()["state"] == state
    billed = node.jobs.quota.used()
    finish(node, UUID(redaction))
    assert node.jobs.quota.used() == billed
    found = api.get(f"/redactions/{redaction}").json()
    assert (found["state"], found["report_id"], found["progress"]) == ("completed", str(scanned), 1)
    assert found["objects"] == {"total": 4, "copied": 2, "unchanged": 1, "failed": 0, "skipped": 1}
    assert (found["replaced"], found["residual"]) == ({"EMAIL": 3}, {})
    assert [(error["object"], error["status"]) for error in found["errors"]] == [("e.bin", "skipped")]
    assert (output / "b" / "d.csv").read_text() == "name,mail\nLinus,**************com\n"
    assert not (output / "e.bin").exists()
    listed = api.get(f"/reports/{scanned}/redactions").json()
    assert [item["id"] for item in listed["items"]] == [redaction]
    job = api.get(f"/jobs/{redaction}").json()
    assert (job["kind"], job["entities"], job["objects"]["succeeded"]) == ("redaction", 3, 3)
    assert redaction in api.get(f"/reports/{redaction}/events").text
    assert api.get(f"/reports/{redaction}").status_code == 404
    assert api.get(f"/redactions/{scanned}").status_code == 404
    occupied = api.post(f"/reports/{scanned}/redactions", json=body)
    assert (occupied.status_code, "already" in occupied.json()["detail"]) == (409, True)
    over = api.post(f"/reports/{scanned}/redactions", json={**body, "overwrite": True})
    assert over.status_code == 202
    assert api.delete(f"/redactions/{scanned}").status_code == 204
    assert api.get(f"/reports/{scanned}").status_code == 200
    for _ in range(2):
        assert api.delete(f"/redactions/{redaction}").status_code == 204
    assert api.get(f"/redactions/{redaction}").status_code == 404
    assert (output / "a.txt").exists()


def finish(node: Node, job: UUID) -> None:
    give_up = time.monotonic() + 60
    Supervisor(node.settings, 1).run(
        node, job=job, done=lambda: node.jobs.get(job).state.ended or time.monotonic() > give_up
    )


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, ""),
        ({"output": {"kind": "local", "path": "here"}}, 422, ""),
        ({"output": {"kind": "local", "path": "/elsewhere"}}, 403, "not below a folder"),
        ({"output": {"kind": "s3", "url": "s3://nobodys/out"}}, 404, "no bucket"),
        ({"output": {**NOWHERE, "connection": "nobody"}}, 404, "no S3 connection"),
        ({"output": {**NOWHERE, "connection": "nowhere"}}, 503, "failed"),
        ({"output": NOWHERE, "operators": {"EMAIL": "shout"}}, 422, "not an operator"),
        ({"output": NOWHERE, "operators": {"email": "mask"}}, 422, ""),
        ({"output": NOWHERE, "default": "mask:x"}, 422, "how many"),
        ({"output": NOWHERE, "key_fingerprint": "secret"}, 422, ""),
        ({"output": NOWHERE, "default": "hash"}, 409, "no worker has one"),
        ({"output": NOWHERE, "default": "encrypt", "key_fingerprint": "0" * 32}, 409, "no worker has this one"),
    ],
)
def test_what_is_refused(
    api: TestClient, scanned: UUID, body: dict[str, object], status: int, said: str
) -> None:
    refused = api.post(f"/reports/{scanned}/redactions", json=body)
    assert refused.status_code == status, refused.text
    assert said in refused.json()["detail"]
    assert api.get(f"/reports/{scanned}/redactions").json()["items"] == []


def test_only_reports_that_have_ended(
    api: TestClient, node: Node, submitted: Callable[[], str], output: Path
) -> None:
    report = submitted()
    early = api.post(f"/reports/{report}/redactions", json=local(output))
    assert (early.status_code, "not ready" in early.json()["detail"]) == (409, True)
    assert api.post(f"/reports/{uuid4()}/redactions", json=local(output)).status_code == 404
    api.post(f"/reports/{report}/stop")
    empty = api.post(f"/reports/{report}/redactions", json=local(output)).json()
    assert (empty["state"], empty["objects"]["total"], empty["progress"]) == ("completed", 0, 1)
    api.delete(f"/reports/{report}")
    assert api.get(f"/redactions/{empty['id']}").status_code == 404
