"""What a report found, page by page and as files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from fastapi.testclient import TestClient

from nerproc.api import results


def everything(api: TestClient, path: str, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = api.get(path, params=parameters).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        parameters["cursor"] = page["next_cursor"]


def test_entities(api: TestClient, scanned: UUID) -> None:
    found = everything(api, f"/reports/{scanned}/entities")
    assert [(entity["object"], entity["text"]) for entity in found] == [
        ("a.txt", "ada@example.org"),
        ("a.txt", "grace@example.org"),
        ("b/d.csv", "linus@example.com"),
    ]
    assert list(found[2]) == [
        *("object", "start", "end", "label", "kind", "text", "score", "source"),
        *("left_context", "right_context", "location"),
    ]
    assert found[0]["location"] is None
    assert found[2]["location"] == {"page": None, "sheet": None, "row": 2, "member": None}
    assert everything(api, f"/reports/{scanned}/entities", limit=1) == found


def test_entities_of_objects_and_labels(api: TestClient, scanned: UUID) -> None:
    path = f"/reports/{scanned}/entities"
    assert len(everything(api, path, object=["a.txt"])) == 2
    assert len(everything(api, path, object=["a.txt", "b/d.csv"], label=["EMAIL", "URL"])) == 3
    assert everything(api, path, object=["b/c.txt"]) == everything(api, path, label=["URL"]) == []
    assert len(everything(api, path, min_score=1)) == 3
    assert api.get(path, params={"min_score": 1.1}).status_code == 422
    assert api.get(path, params={"label": ["lower"]}).status_code == 422
    assert api.get(path, params={"object": ["x"] * 101}).status_code == 422


@pytest.mark.parametrize("table", ["entities", "objects"])
def test_cursors_of_another_list(api: TestClient, scanned: UUID, table: str) -> None:
    cursor = api.get("/jobs", params={"limit": 1}).json()["next_cursor"] or "x"
    response = api.get(f"/reports/{scanned}/{table}", params={"cursor": cursor})
    assert (response.status_code, response.json()["slug"]) == (422, "invalid-request")


def test_objects_with_previews(api: TestClient, scanned: UUID) -> None:
    path = f"/reports/{scanned}/objects"
    found = everything(api, path, limit=1)
    assert [(row["object"], row["status"], row["label_counts"]) for row in found] == [
        ("a.txt", "succeeded", {"EMAIL": 2}),
        ("b/c.txt", "succeeded", {}),
        ("b/d.csv", "succeeded", {"EMAIL": 1}),
        ("e.bin", "skipped", {}),
    ]
    preview = found[0]["preview"]
    assert [(token["text"], token["label"]) for token in preview if token["label"] != "O"] == [
        ("ada@example.org", "EMAIL"),
        ("grace@example.org", "EMAIL"),
    ]
    assert everything(api, path, status="skipped") == found[3:]
    assert everything(api, path, object=["b/c.txt"]) == found[1:2]
    assert everything(api, path, prefix="b/") == found[1:3]
    assert everything(api, path, group="with mail") == [found[0], found[2]]


def test_search(api: TestClient, scanned: UUID) -> None:
    path = f"/reports/{scanned}/search"
    found = everything(api, path, query="COUNT(EMAIL) > 0", limit=1)
    assert found == [
        {"object": "a.txt", "label_counts": {"EMAIL": 2}},
        {"object": "b/d.csv", "label_counts": {"EMAIL": 1}},
    ]
    assert everything(api, path, query='EMAIL CONTAINS "linus"') == found[1:]


def test_search_with_an_error_shows_the_place(api: TestClient, scanned: UUID) -> None:
    query = "COUNT(EMAIL) >\n> 1"
    found = api.get(f"/reports/{scanned}/search", params={"query": query}).json()
    assert (found["slug"], found["position"]) == ("invalid-query", query.rindex(">"))
    assert found["excerpt"] == "> 1\n^"


def test_texts_are_revealed_where_they_are_asked_for_and_that_is_logged(
    api: TestClient, scanned: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[dict[str, Any]] = []

    class Log:
        def info(self, event: str, **fields: Any) -> None:
            logged.append({"event": event, **fields})

    monkeypatch.setattr(results, "log", Log)
    path = f"/reports/{scanned}/export"

    assert "ada@example.org" not in api.get(path, params={"format": "html"}).text
    assert logged == []
    assert "ada@example.org" in api.get(path, params={"format": "html", "reveal": "true"}).text
    assert logged == [{"event": "texts_revealed", "report": str(scanned), "what": "html", "by": None}]


def test_export_holds_what_the_pages_hold(api: TestClient, scanned: UUID, tmp_path: Path) -> None:
    entities = everything(api, f"/reports/{scanned}/entities")
    path = f"/reports/{scanned}/export"

    lines = api.get(path)
    assert lines.headers["content-type"] == "application/jsonl"
    assert [json.loads(line) for line in lines.text.splitlines()] == entities

    table = api.get(path, params={"format": "csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert [row["text"] for row in csv.DictReader(io.StringIO(table.text))] == [e["text"] for e in entities]

    file = api.get(path, params={"format": "parquet"})
    assert file.headers["content-disposition"] == f'attachment; filename="report-{str(scanned)[:8]}.parquet"'
    (tmp_path / "x.parquet").write_bytes(file.content)
    rows = duckdb.sql(f"SELECT text FROM '{tmp_path}/x.parquet'").fetchall()
    assert [text for (text,) in rows] == [entity["text"] for entity in entities]

    assert api.get(path, params={"label": "URL"}).text == ""
    for form, media_type, ending in (
        ("sarif", "application/sarif+json", "sarif"),
        ("html", "text/html; charset=utf-8", "html"),
        ("label-studio", "application/json", "label-studio.json"),
        ("doccano", "application/jsonl", "doccano.jsonl"),
    ):
        file = api.get(path, params={"format": form})
        assert (file.status_code, file.headers["content-type"]) == (200, media_type)
        assert file.headers["content-disposition"].endswith(f'-{str(scanned)[:8].split("-")[0]}.{ending}"')
        has_texts = form in {"label-studio", "doccano"}
        assert ("ada@example.org" in file.text) is has_texts
    assert api.get(path, params={"format": "xlsx"}).json()["errors"][0]["parameter"] == "format"
