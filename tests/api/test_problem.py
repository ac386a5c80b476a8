"""Every error is a problem, wherever it comes from, and no input makes a 500."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from nerproc.api import problem
from nerproc.api.app import build_app
from nerproc.api.guard import BODY_BYTES, LOOPBACK_NAMES
from nerproc.api.problem import pointer
from nerproc.errors import DatabaseUnreachable
from nerproc.node import Node


def is_problem(response: Any, status: int, slug: str) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert (response.status_code, found["status"], found["slug"]) == (status, status, slug), found
    assert found["type"] == f"/docs#{slug}"
    assert found["title"]
    assert found["detail"]
    assert found["instance"] == response.request.url.path
    return found


def test_routes_that_do_not_exist_are_problems(api: TestClient) -> None:
    is_problem(api.get("/nothing"), 404, "not-found")
    is_problem(api.get("http://localhost/"), 404, "not-found")
    is_problem(api.get("/reports/"), 404, "not-found")


def test_a_method_that_does_not_exist_is_a_problem_with_allow(api: TestClient) -> None:
    response = api.put("/reports", json={})
    is_problem(response, 405, "method-not-allowed")
    assert set(response.headers["allow"].replace(" ", "").split(",")) >= {"GET"}


def test_validation_points_at_every_wrong_field(api: TestClient, body: dict[str, Any]) -> None:
    wrong = {
        **body,
        "source": {"kind": "local", "paths": [1]},
        "custom_tags": {"lower": "x", "GOOD/~": "x"},
        "groups": [{"name": "a", "query": "COUNT(A) > 1"}, {"name": "b"}],
        "unknown": 1,
    }
    found = is_problem(api.post("/reports", json=wrong), 422, "invalid-request")
    assert {error["pointer"] for error in found["errors"]} == {
        "/source/paths/0",
        "/custom_tags/lower",
        "/custom_tags/GOOD~1~0",
        "/groups/1/query",
        "/unknown",
    }


def test_wrong_parameters_are_named(api: TestClient, body: dict[str, Any]) -> None:
    found = is_problem(api.get("/jobs", params={"limit": 0, "state": "odd"}), 422, "invalid-request")
    assert {error["parameter"] for error in found["errors"]} == {"limit", "state"}
    found = is_problem(api.get("/reports/1"), 422, "invalid-request")
    assert found["errors"][0]["parameter"] == "report_id"
    headers = {"Idempotency-Key": "x" * 256}
    found = is_problem(api.post("/reports", json=body, headers=headers), 422, "invalid-request")
    assert found["errors"][0]["parameter"] == "idempotency-key"


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"source": ' + b"9" * 5_000 + b"}",
        b'{"query": "\\u0000"}',
        b'{"que\\u0000ry": 1}',
        b'{"query": "\\ud800"}',
        b'{"\\ud800": "a"}',
        b'{"query": 1e999}',
        b'{"query": NaN}',
    ],
)
def test_bodies_that_are_not_the_json_asked_for(api: TestClient, content: bytes) -> None:
    response = api.post("/validate/group", content=content, headers={"Content-Type": "application/json"})
    is_problem(response, 422, "invalid-request")


def test_nul_characters_are_pointed_at(api: TestClient, body: dict[str, Any]) -> None:
    wrong = {**body, "name": "a\0b", "allow": ["fine", "\0"], "deny": {"A\0": ["x"]}}
    found = is_problem(api.post("/reports", json=wrong), 422, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == ["/name", "/allow/1", "/deny"]
    found = is_problem(api.get("/jobs", params={"cursor": "\0"}), 422, "invalid-request")
    assert found["errors"] == [{"parameter": "cursor", "detail": "NUL characters are not allowed"}]
    escaped = api.post("/validate/pattern", json={"label": "A", "expression": r"\\u0000"})
    assert escaped.status_code == 200  # a backslash and letters: no NUL


def test_nul_and_depth_together(api: TestClient) -> None:
    deep = '{"a":' * 900 + '"\\u0000"' + "}" * 900
    response = api.post("/validate/group", content=deep, headers={"Content-Type": "application/json"})
    is_problem(response, 422, "invalid-request")


def test_a_body_without_the_json_type_is_not_read_as_json(api: TestClient) -> None:
    response = api.post(
        "/validate/group", content=b'{"query": "COUNT(A) > 1"}', headers={"Content-Type": "text/plain"}
    )
    is_problem(response, 422, "invalid-request")


def test_large_bodies_are_refused_with_and_without_a_length(api: TestClient) -> None:
    large = json.dumps({"query": "x" * BODY_BYTES}).encode()
    headers = {"Content-Type": "application/json"}
    is_problem(api.post("/validate/group", content=large, headers=headers), 413, "too-large")
    pieces = (large[i : i + 65_536] for i in range(0, len(large), 65_536))
    is_problem(api.post("/validate/group", content=pieces, headers=headers), 413, "too-large")
    is_problem(api.post("/uploads", content=large, headers=headers), 413, "too-large")


def test_other_sites_may_not_change_anything(api: TestClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    is_problem(api.post("/validate/group", json={"query": "COUNT(A) > 1"}, headers=headers), 403, "refused")
    assert api.get("/models", headers=headers).status_code == 200
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert api.post("/validate/group", json={"query": "COUNT(A) > 1"}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8001", 200),
        ("127.0.0.1", 200),
        ("[::1]:1", 200),
        ("evil.example", 403),
        ("localhost.evil", 403),
    ],
)
def test_a_node_of_this_machine_answers_to_its_names_only(node: Node, host: str, status: int) -> None:
    client = TestClient(build_app(node, hosts=LOOPBACK_NAMES))
    assert client.get("/health", headers={"Host": host}).status_code == status


def test_unexpected_errors_tell_nothing(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    app = build_app(node)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("text of a document")

    response = TestClient(app).get("/broken")
    is_problem(response, 500, "failed")
    captured = capsys.readouterr()
    assert "text of a document" not in response.text + captured.out + captured.err
    assert "RuntimeError" in captured.out + captured.err
    assert __file__ in captured.out + captured.err


def test_a_response_that_breaks_off_is_not_taken_for_whole(node: Node) -> None:
    app = build_app(node)

    @app.get("/half")
    def half() -> Any:
        def pieces() -> Any:
            yield b"one"
            raise RuntimeError("text of a document")

        from fastapi.responses import StreamingResponse

        return StreamingResponse(pieces())

    with pytest.raises(ConnectionAbortedError) as caught:
        TestClient(app).get("/half")
    assert caught.value.__suppress_context__


def test_what_does_not_answer_is_503(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseUnreachable("it is away", hint="start it")

    monkeypatch.setattr(node.jobs, "page", away)
    found = is_problem(TestClient(build_app(node)).get("/api/v1/jobs"), 503, "database-unreachable")
    assert (found["detail"], found["hint"]) == ("it is away", "start it")


keys = st.text(max_size=5)
bodies = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=10,
)


def places(value: Any, *above: str | int) -> Any:
    yield above
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, below in inner:
        yield from places(below, *above, part)


@given(bodies, st.data())
def test_a_pointer_leads_where_it_says(body: Any, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(list(places(body))))
    found = body
    for token in pointer(place, body).split("/")[1:]:
        plain = token.replace("~1", "/").replace("~0", "~")
        found = found[int(plain)] if isinstance(found, list) else found[plain]
    expected = body
    for part in place:
        expected = expected[part]
    assert found == expected


@pytest.mark.parametrize(
    ("place", "body", "expected"),
    [
        (("source", "upload", "upload_id"), {"source": {"kind": "upload"}}, "/source/upload_id"),
        (("source", "upload", "upload_id"), {"source": ["a", "b"]}, "/source"),
        (("custom_tags", "lower", "[key]"), {"custom_tags": {"lower": "x"}}, "/custom_tags/lower"),
        (("groups", 3), {"groups": ["a"]}, "/groups"),
        (("name",), {}, "/name"),
        ((), None, ""),
    ],
)
def test_what_is_not_in_the_body_is_no_place(place: Any, body: Any, expected: str) -> None:
    assert pointer(place, body) == expected


def test_handlers_are_part_of_every_app() -> None:
    app = FastAPI()
    problem.install(app)
    app.state.closing = threading.Event()
    is_problem(TestClient(app).get("/"), 404, "not-found")
