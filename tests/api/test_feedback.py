"""Feedback over the API, and by the client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from tests.api.test_problem import is_problem
from tests.detection.encoder.folder import write_encoder

from nerproc.node import Node

URL = "/models/patterns/feedback"
TEXT = "Canaries sing to Ada."
SAMPLE: dict[str, Any] = {"text": TEXT, "spans": [{"start": 17, "end": 20, "label": "name"}]}


@pytest.fixture(autouse=True)
def cleared(node: Node) -> Iterator[None]:
    yield
    model = node.models.card("patterns")
    for one in node.feedback.all(model):
        node.feedback.delete(model, one.id)


def test_one_or_many_are_added_listed_and_deleted(api: TestClient) -> None:
    one = api.post(URL, json=SAMPLE)
    assert one.status_code == 201
    many = api.post(URL, json=[{"text": "Nothing.", "spans": [], "document": "letter"}, SAMPLE])
    assert many.status_code == 201
    ids = one.json()["ids"] + many.json()["ids"]
    assert len(ids) == 3
    page = api.get(URL, params={"limit": 2}).json()
    rest = api.get(URL, params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert rest["next_cursor"] is None
    items = page["items"] + rest["items"]
    assert [item["id"] for item in items] == ids
    first = {name: items[0][name] for name in ("text", "spans", "document")}
    assert first == {
        "text": TEXT,
        "spans": [{"start": 17, "end": 20, "label": "NAME"}],
        "document": "",
    }
    assert (items[1]["spans"], items[1]["document"]) == ([], "letter")
    for _ in range(2):
        assert api.delete(f"{URL}/{ids[0]}").status_code == 204
    assert [item["id"] for item in api.get(URL).json()["items"]] == ids[1:]


@pytest.mark.parametrize(
    ("body", "slug", "said"),
    [
        ({**SAMPLE, "spans": [{"start": 17, "end": 22, "label": "X"}]}, "invalid-samples", "outside the text"),
        ([SAMPLE, {**SAMPLE, "spans": SAMPLE["spans"] * 2 + [{"start": 1, "end": 18, "label": "X"}]}],
         "invalid-samples", "sample 2: span 17 to 20 (NAME) lies across span 1 to 18 (X)"),
        ([SAMPLE, {"text": TEXT}], "invalid-request", "/1/spans: Field required"),
        ({**SAMPLE, "spans": [{"start": "1", "end": 2, "label": "X"}]}, "invalid-request", "/spans/0/start"),
        ({**SAMPLE, "text": ""}, "invalid-request", "/text"),
        ({**SAMPLE, "text": f"{TEXT}\0"}, "invalid-request", "NUL"),
        ({**SAMPLE, "text": TEXT * 5_000}, "invalid-request", "/text"),
        ({**SAMPLE, "more": 1}, "invalid-request", "/more"),
        ([], "invalid-request", "at least 1 item"),
        ("text", "invalid-request", ""),
    ],
)  # fmt: skip
def test_what_is_no_sample_is_refused_and_nothing_kept(
    api: TestClient, body: object, slug: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    refused = api.post(URL, json=body)
    is_problem(refused, 422, slug)
    assert said in refused.json()["detail"]
    assert api.get(URL).json()["items"] == []
    assert TEXT not in "".join(capfd.readouterr())


def test_a_text_with_half_a_character_is_refused(api: TestClient) -> None:
    body = b'{"text": "Ada \\ud83d", "spans": []}'
    refused = api.post(URL, content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 422
    assert api.get(URL).json()["items"] == []


def test_a_model_that_is_not_there(api: TestClient) -> None:
    url = "/models/nothing/feedback"
    is_problem(api.post(url, json=SAMPLE), 404, "not-found")
    is_problem(api.get(url), 404, "not-found")
    is_problem(api.delete(f"{url}/{uuid4()}"), 404, "not-found")
    is_problem(api.get(URL, params={"cursor": "x"}), 422, "invalid-request")


def test_an_imported_model_goes_by_name_and_id(
    api: TestClient, node: Node, body: dict[str, object], tmp_path: Path
) -> None:
    card = node.models.import_folder(write_encoder(tmp_path / "mine"))
    [made] = api.post(f"/models/{card.id}/feedback", json=SAMPLE).json()["ids"]
    assert [item["id"] for item in api.get(f"/models/{card.name}/feedback").json()["items"]] == [made]
    assert api.get(f"/models/{card.id}").json()["name"] == "mine"
    report = api.post("/reports", json={**body, "model": str(card.id)}).json()
    assert report["model"] == "mine"
    api.post(f"/reports/{report['id']}/stop")
    assert api.delete(f"/models/{card.id}").status_code == 204
    assert [stored.key for stored in node.storage.list(f"feedback/{card.id}/")] == []
