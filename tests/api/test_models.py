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


def test_what_cannot_be_deleted(api: TestClient) -> None:
    assert api.delete("/models/patterns").status_code == 409
    assert api.delete("/models/nothing").status_code == 404


def test_labels_are_checked_against_the_model(api: TestClient, model: str, body: dict[str, object]) -> None:
    refused = api.post("/reports", json={**body, "model": model, "labels": ["EMAIL"]})
    assert (refused.status_code, "ORGANIZATION" in refused.json()["hint"]) == (422, True)
