"""Trainings over the API, without a worker; what a worker makes of them is in tests/worker and tests/cli."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from tests import people
from tests.detection.encoder.folder import write_encoder

from nerproc.job.claims import Claims
from nerproc.job.task import artifacts
from nerproc.node import Node
from nerproc.train.format.spans import line
from nerproc.train.gather import load

GIVEN = people.samples(30)


@pytest.fixture
def upload(api: TestClient) -> str:
    """The id of an upload of samples."""
    lines = "".join(map(line, GIVEN)).replace("NAME", "PER").encode()
    return str(api.post("/uploads", files=[("files", ("given.jsonl", lines))]).json()["id"])


@pytest.fixture
def clean(node: Node) -> Iterator[None]:
    yield
    for record in node.jobs.page():
        if record.kind == "training":
            node.jobs.delete(record.id)


@pytest.mark.usefixtures("clean")
def test_a_training_is_a_job(api: TestClient, node: Node, upload: str) -> None:
    body = {"name": "mine", "upload_ids": [upload], "map": {"PER": "NAME"}, "epochs": 4, "seed": 7}
    made = api.post("/models/none/finetune", json=body)
    job = made.json()["id"]
    assert (made.status_code, made.headers["location"]) == (202, f"/api/v1/jobs/{job}")
    shown = api.get(f"/jobs/{job}").json()
    assert (shown["kind"], shown["name"], shown["model"], shown["state"]) == ("training", "mine", "", "queued")
    assert shown["progress"] is None
    with node.storage.open(f"{artifacts(UUID(job))}/samples.jsonl") as stream:
        assert load(stream) == GIVEN
    request = node.jobs.get(UUID(job)).request
    assert request.label_counts.keys() == {"LOCATION", "NAME"}
    assert (request.epochs, request.seed, request.base) == (4, 7, None)
    for move, state in (("pause", "queued"), ("resume", "queued"), ("stop", "stopped"), ("retry", "queued")):
        assert api.post(f"/jobs/{job}/{move}").json()["state"] == state
    kinds = [event["kind"] for event in api.get(f"/jobs/{job}/events").json()["items"]]
    assert kinds == ["job.submitted", "job.paused", "job.resumed", "job.stopped", "job.retried"]
    assert api.get(f"/reports/{job}").status_code == 404
    assert api.post(f"/reports/{job}/stop").status_code == 404
    assert api.get(f"/jobs/{job}").json()["state"] == "queued"
    assert job not in [item["id"] for item in api.get("/reports", params={"limit": 1000}).json()["items"]]
    assert job in [item["id"] for item in api.get("/jobs").json()["items"]]


@pytest.mark.usefixtures("clean")
def test_of_two_with_one_name_the_second_is_refused(api: TestClient, upload: str) -> None:
    body = {"name": "mine", "upload_ids": [upload]}
    first = api.post("/models/none/finetune", json=body).json()["id"]
    second = api.post("/models/none/finetune", json=body)
    assert (second.status_code, second.json()["slug"]) == (409, "conflict")
    assert first in second.json()["detail"]
    api.post(f"/jobs/{first}/stop")
    assert api.post("/models/none/finetune", json=body).status_code == 202
    retried = api.post(f"/jobs/{first}/retry")
    assert (retried.status_code, retried.json()["slug"]) == (409, "conflict")
    assert api.get(f"/jobs/{first}").json()["state"] == "stopped"


@pytest.mark.usefixtures("clean")
def test_no_import_takes_the_name_of_a_training(api: TestClient, upload: str, tmp_path: Path) -> None:
    job = api.post("/models/none/finetune", json={"name": "mine", "upload_ids": [upload]}).json()["id"]
    files = [("files", (path.name, path.read_bytes())) for path in write_encoder(tmp_path / "mine").iterdir()]
    folder = api.post("/uploads", files=files).json()["id"]
    refused = api.post("/models", json={"upload_id": folder, "name": "mine"})
    assert (refused.status_code, job in refused.json()["detail"]) == (409, True)


@pytest.mark.usefixtures("clean")
def test_progress_is_one_row_and_an_epoch_is_one_event(api: TestClient, node: Node, upload: str) -> None:
    job = UUID(api.post("/models/none/finetune", json={"name": "mine", "upload_ids": [upload]}).json()["id"])
    claims = Claims(node.database, UUID(int=1), lease_seconds=30)
    (claim,) = claims.claim(["train"], job=job)
    assert (claim.kind, claim.checkpoint, claim.number) == ("train", None, 1)
    now = {"epoch": 1, "epochs": 3, "step": 1, "steps": 5, "loss": 0.5, "f1": None, "seconds_left": 9.0}
    for step in range(1, 6):
        assert claims.progress(claim, {**now, "step": step})
    assert api.get(f"/jobs/{job}").json()["progress"] == {**now, "step": 5}
    for repeated in range(2):
        assert claims.commit_epoch(claim, "reports/one", {**now, "f1": 0.5}) == (True, None), repeated
    assert claims.commit_epoch(claim, "reports/two", {**now, "epoch": 2}) == (True, "reports/one")
    kinds = [event.kind for event in node.jobs.events(job)]
    assert kinds.count("task.epoch") == 2
    assert len(kinds) == 4
    assert claims.release(claim, "given back")
    assert claims.commit_epoch(claim, "reports/three", now) == (False, None)
    assert not claims.progress(claim, now)
    (again,) = claims.claim(["train"], job=job)
    assert (again.checkpoint, again.attempt) == ("reports/two", 2)


@pytest.mark.parametrize(
    ("base", "body", "status"),
    [
        ("none", {"name": "a/b"}, 422),
        ("none", {"name": "mine", "epochs": 0}, 422),
        ("none", {"name": "mine", "seed": -1}, 422),
        ("none", {"name": "mine", "labels": ["CITY"]}, 422),
        ("none", {"name": "mine", "map": {"PER": "per"}}, 422),
        ("none", {"name": "mine", "upload_ids": []}, 422),
        ("none", {"name": "mine", "upload_ids": ["00000000-0000-4000-8000-000000000000"]}, 404),
        ("none", {"name": "none"}, 422),
        ("none", {"name": "patterns"}, 409),
        ("nobody", {"name": "mine"}, 404),
        ("patterns", {"name": "mine"}, 422),
    ],
)
def test_what_is_refused(
    api: TestClient, node: Node, upload: str, *, base: str, body: dict[str, object], status: int
) -> None:
    before = [stored.key for stored in node.storage.list("reports/")]
    refused = api.post(f"/models/{base}/finetune", json={"upload_ids": [upload], **body})
    assert refused.status_code == status
    assert [stored.key for stored in node.storage.list("reports/")] == before


def test_there_is_no_evaluation_of_what_was_not_trained_here(api: TestClient) -> None:
    for name in ("patterns", "nobody"):
        assert api.get(f"/models/{name}/evaluation").status_code == 404
