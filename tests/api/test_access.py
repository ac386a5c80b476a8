"""Every route against every scope: what no table allows is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import SecretStr
from tests.api.test_problem import is_problem

from nerproc.access.scope import SCOPES
from nerproc.access.tokens import Tokens
from nerproc.api.access import NEEDS, WRONG_TOKENS, Access
from nerproc.api.app import ROOTS, ROUTERS, build_app
from nerproc.node import Node

ROUTES = sorted(
    {
        (method, route.path, route.operation_id or route.name)
        for router in [*(module.router for module in ROUTERS), *(module.root for module in ROOTS)]
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
)
FILLED = {
    "{report_id}": "00000000-0000-4000-8000-000000000000",
    "{job_id}": "00000000-0000-4000-8000-000000000000",
    "{upload_id}": "00000000-0000-4000-8000-000000000000",
    "{group_id}": "00000000-0000-4000-8000-000000000000",
    "{name}": "patterns",
    "{worker_id}": "00000000-0000-4000-8000-000000000000",
    "{feedback_id}": "00000000-0000-4000-8000-000000000000",
}
DOCUMENT = Path(__file__).parents[2] / "docs" / "security.md"


def filled(path: str) -> str:
    for parameter, value in FILLED.items():
        path = path.replace(parameter, value)
    return path


@pytest.fixture(scope="module")
def tokens(node: Node) -> Iterator[dict[str, str]]:
    """A token of each scope."""
    made = {scope: Tokens(node.database).create(scope, [scope]) for scope in SCOPES}
    yield {scope: text for scope, (_, text) in made.items()}
    node.database.execute("DELETE FROM token")


@pytest.fixture(scope="module")
def closed(node: Node, tokens: dict[str, str]) -> Iterator[TestClient]:
    """An API that asks for tokens; the rate is out of the way."""
    assert tokens
    app = build_app(node, asks=True)
    app.state.access = Access(Tokens(node.database), operator=None, asks=True, request_rate=0)
    app.state.access._wrong._per_second = 0
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def test_the_table_names_the_routes_there_are() -> None:
    assert set(NEEDS) <= {name for _, _, name in ROUTES}


@pytest.mark.parametrize(("method", "path", "name"), ROUTES)
def test_a_route_is_open_to_its_scope_and_to_no_other(
    closed: TestClient, tokens: dict[str, str], method: str, path: str, name: str
) -> None:
    needed = NEEDS.get(name, "admin")
    answer = closed.request(method, filled(path))
    if needed is None:
        assert answer.status_code == 200
        return
    is_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
    for scope, token in tokens.items():
        answer = closed.request(method, filled(path), headers={"Authorization": f"Bearer {token}"})
        if scope in (needed, "admin"):
            assert answer.status_code not in (401, 403), (scope, answer.text)
        else:
            found = is_problem(answer, 403, "scope-missing")
            assert needed in found["detail"]


def test_the_documentation_has_the_table() -> None:
    """`docs/security.md` shows what this computes; run it with `-vv` to see the lines that are missing."""
    lines = [
        f"| `{method}` | `{path}` | {needed or 'none'} |"
        for method, path, name in ROUTES
        for needed in [NEEDS.get(name, "admin")]
    ]
    text = DOCUMENT.read_text()
    assert [line for line in lines if line not in text] == []
    assert text.count("\n| `GET` |") + text.count("\n| `POST` |") + text.count("\n| `DELETE` |") == len(lines)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer nerproc_", "bearer \xff", "x" * 9_999]
)
def test_what_is_no_token_is_refused(closed: TestClient, header: str) -> None:
    is_problem(
        closed.get("/api/v1/jobs", headers={"Authorization": header.encode("latin-1")}), 401, "unauthenticated"
    )


def test_without_tokens_it_is_open_until_the_first_one_was_made(node: Node) -> None:
    node.database.execute("DELETE FROM token")
    app = build_app(node)
    client = TestClient(app, base_url="http://localhost/api/v1")
    assert client.get("/jobs").status_code == 200
    Tokens(node.database).create("first", ["admin"])
    app.state.access._looked = 0.0  # as if it were a while ago
    is_problem(client.get("/jobs"), 401, "unauthenticated")
    Tokens(node.database).revoke("first")
    is_problem(client.get("/jobs"), 401, "unauthenticated")
    node.database.execute("DELETE FROM token")


def test_the_token_of_the_setting_may_do_everything(node: Node) -> None:
    app = build_app(node, asks=True)
    app.state.access = Access(
        Tokens(node.database), operator=SecretStr("long and random"), asks=True, request_rate=0
    )
    client = TestClient(app, base_url="http://localhost/api/v1")
    assert client.get("/jobs", headers={"Authorization": "Bearer long and random"}).status_code == 200
    is_problem(client.get("/jobs", headers={"Authorization": "Bearer long"}), 401, "unauthenticated")


def test_too_many_requests_are_told_to_wait(node: Node) -> None:
    app = build_app(node, asks=True)
    app.state.access = Access(Tokens(node.database), operator=SecretStr("x"), asks=True, request_rate=1)
    client = TestClient(app, base_url="http://localhost/api/v1")
    answers = [client.get("/jobs", headers={"Authorization": "Bearer x"}) for _ in range(12)]
    assert [answer.status_code for answer in answers[:10]] == [200] * 10
    refused = answers[-1]
    is_problem(refused, 429, "too-many-requests")
    assert refused.headers["retry-after"] == "1"
    assert client.get("/health").status_code == 200


def test_guessing_is_stopped(node: Node) -> None:
    app = build_app(node, asks=True)
    app.state.access = Access(Tokens(node.database), operator=SecretStr("x"), asks=True, request_rate=0)
    client = TestClient(app, base_url="http://localhost/api/v1")
    codes = [
        client.get("/jobs", headers={"Authorization": f"Bearer {guess}"}).status_code for guess in range(15)
    ]
    assert codes[: int(WRONG_TOKENS[1])] == [401] * int(WRONG_TOKENS[1])
    assert codes[-1] == 429


def test_sites_that_are_named_may_call_and_no_others(node: Node) -> None:
    settings = node.settings.model_copy(update={"cors_origins": ["https://friend.example"]})
    friendly = Node(settings, node.database, node.queue, node.storage)
    client = TestClient(build_app(friendly, asks=False), base_url="http://localhost/api/v1")
    for origin, allowed in (("https://friend.example", True), ("https://other.example", False)):
        asked = client.options("/jobs", headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
        assert (asked.headers.get("access-control-allow-origin") == origin) == allowed
        assert "access-control-allow-credentials" not in asked.headers
        posted = client.post(
            "/validate/group",
            json={"query": "COUNT(EMAIL) > 1"},
            headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"},
        )
        assert (posted.status_code == 200) == allowed
    plain = TestClient(build_app(node, asks=False), base_url="http://localhost/api/v1")
    answer = plain.get("/jobs", headers={"Origin": "https://friend.example"})
    assert "access-control-allow-origin" not in answer.headers
