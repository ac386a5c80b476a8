"""Imported models over the API; the others are in test_metrics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from tests.detection.encoder.folder import write_encoder

from nerproc.node import Node


@pytest.fixture
def model(node: Node, tmp_path: Path) -> Iterator[str]:
    """The name of an imported model."""
    yield node.models.import_folder(write_encoder(tmp_path / "mine")).name
    for card in node.models.cards():
        if card.origin == "imported":
            node.models.delete(card.name)


def test_an_imported_model_is_listed_and_shown(api: TestClient, model: str) -> None:
    shown = api.get(f"/models/{model}").json()
    assert (shown["origin"], shown["labels"]) == ("imported", ["NAME", "ORGANIZATION"])
    assert shown in api.get("/models").json()["items"]


def test_it_is_not_deleted_while_a_report_runs_on_it(
    api: TestClient, node: Node, model: str, body: dict[str, object]
) -> None:
    report = api.post("/reports", json={**body, "model": model}).json()["id"]
    refused = api.delete(f"/models/{model}")
    assert (refused.status_code, refused.json()["slug"]) == (409, "conflict")
    assert report in refused.json()["detail"]
    assert api.get(f"/models/{model}").status_code == 200
    api.post(f"/reports/{report}/stop")
    assert api.delete(f"/models/{model}").status_code == 204
    assert api.get(f"/models/{model}").status_code == 404
    assert node.reports.get(UUID(report)).model == model


def test_a_model_is_imported_from_an_upload(api: TestClient, node: Node, tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "mine")
    files = [("files", (path.name, path.read_bytes())) for path in folder.iterdir()]
    upload = api.post("/uploads", files=files).json()["id"]
    made = api.post("/models", json={"upload_id": upload, "name": "sent"})
    assert (made.status_code, made.headers["location"]) == (201, "/api/v1/models/sent")
    assert api.get("/models/sent").json() == made.json()
    again = api.post("/models", json={"upload_id": upload, "name": "sent"})
    assert (again.status_code, again.json()["slug"]) == (409, "conflict")
    assert api.delete("/models/sent").status_code == 204


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["config.json"], "is no model"),
        (["a/config.json"], "which is no file of a model"),
        ([".config.json"], "which is no file of a model"),
    ],
)
def test_uploads_that_are_no_models_are_refused(api: TestClient, names: list[str], said: str) -> None:
    upload = api.post("/uploads", files=[("files", (name, b"{}")) for name in names]).json()["id"]
    refused = api.post("/models", json={"upload_id": upload, "name": "sent"})
    assert (refused.status_code, said in refused.json()["detail"]) == (422, True)
    assert api.get("/models/sent").status_code == 404


def test_an_upload_that_is_not_there(api: TestClient) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    assert api.post("/models", json={"upload_id": nobody}).status_code == 404


def test_what_cannot_be_deleted(api: TestClient) -> None:
    for name in ("basic", "patterns"):
        assert api.delete(f"/models/{name}").status_code == 409
    assert api.delete("/models/nothing").status_code == 404


def test_labels_are_checked_against_the_model(api: TestClient, model: str, body: dict[str, object]) -> None:
    refused = api.post("/reports", json={**body, "model": model, "labels": ["EMAIL"]})
    assert (refused.status_code, "ORGANIZATION" in refused.json()["hint"]) == (422, True)
