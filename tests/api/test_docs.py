"""The OpenAPI document is complete, and its reference is what the repository says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from nerproc.api.app import routes
from nerproc.api.docs import markdown

DOCUMENT = routes().openapi()
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
HEALTH = {"health", "ready"}


def test_the_reference_in_the_repository_is_current() -> None:
    committed = Path(__file__).parents[2] / "docs" / "api.md"
    assert committed.read_text() == markdown(DOCUMENT), "run: python -m nerproc.api.docs > docs/api.md"


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_operation_is_described(name: str, operation: dict[str, Any]) -> None:
    assert operation["operationId"].isidentifier()
    assert operation["description"]
    assert operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
    assert all("description" in parameter for parameter in operation.get("parameters", ())), name
    if operation["operationId"] not in HEALTH:
        assert {"422", "503"} <= set(operation["responses"])
    for status, response in operation["responses"].items():
        if int(status) >= 400 and operation["operationId"] not in HEALTH:
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}
            assert list(response["content"]) == ["application/problem+json"]


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(set(ids)) == len(ids)


def test_examples_are_valid(api: TestClient) -> None:
    found = DOCUMENT["paths"]["/api/v1/reports"]["post"]["requestBody"]["content"]["application/json"]
    for example in found["examples"].values():
        slug = api.post("/reports", json=example["value"]).json()["slug"]
        assert slug in ("not-found", "path-not-allowed")  # only what it names is missing


def test_links_lead_somewhere(api: TestClient) -> None:
    page = api.get("http://localhost/docs")
    assert page.status_code == 200
    anchors = set(re.findall(r'id="([^"]+)"', page.text))
    links = set(re.findall(r'href="([^"]+)"', page.text))
    assert {link for link in links if link.removeprefix("#") not in anchors} == set()
    assert {"not-found", "Report", "create_report", "invalid-query"} <= anchors


def test_the_page_needs_no_other_host_and_no_script(api: TestClient) -> None:
    page = api.get("http://localhost/docs")
    assert "<script" not in page.text
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page.text)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_openapi_is_served(api: TestClient) -> None:
    assert api.get("http://localhost/openapi.json").json() == DOCUMENT
