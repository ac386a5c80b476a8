"""What happens when a head is away, busy, or no head at all: against a small server that does as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from nerproc.client import transport
from nerproc.client.transport import Transport
from nerproc.errors import Conflict, HeadUnreachable, QueryError
from nerproc.schema.problem import problem_of


class Scripted(BaseHTTPRequestHandler):
    """Answers with the next of `answers`: status, content type and body, or None to cut the connection."""

    answers: ClassVar[list[tuple[int, str, str] | None]] = []
    asked: ClassVar[list[str]] = []
    tokens: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        self.tokens.append(self.headers["Authorization"])
        answer = self.answers.pop(0)
        if answer is None:
            self.close_connection = True
            return
        status, media_type, body = answer
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(transport, "FIRST_PAUSE_SECONDS", 0.001)
    Scripted.answers, Scripted.asked, Scripted.tokens = [], [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), Scripted) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture
def http(server: str) -> Iterator[Transport]:
    transport = Transport(server, "secret-token")
    yield transport
    transport.close()


def answer(value: object, status: int = 200) -> tuple[int, str, str]:
    return (status, "application/json", json.dumps(value))


BUSY = (503, "text/plain", "restarting")


def test_reading_is_tried_again(http: Transport) -> None:
    Scripted.answers = [BUSY, None, answer({"id": 1})]
    assert http.get("/jobs/1") == {"id": 1}
    assert Scripted.asked == ["GET /api/v1/jobs/1"] * 3
    assert set(Scripted.tokens) == {"Bearer secret-token"}


def test_reading_is_given_up(http: Transport) -> None:
    Scripted.answers = [BUSY] * 4
    with pytest.raises(HeadUnreachable, match="answers 503"):
        http.get("/jobs/1")
    assert len(Scripted.asked) == transport.ATTEMPTS


@pytest.mark.parametrize("failure", [BUSY, None])
def test_what_changes_something_is_sent_once(http: Transport, failure: tuple[int, str, str] | None) -> None:
    Scripted.answers = [failure, answer({})]
    with pytest.raises(HeadUnreachable):
        http.send("POST", "/reports", json={})
    assert Scripted.asked == ["POST /api/v1/reports"]


def test_pages_are_read_as_they_are_needed(http: Transport) -> None:
    Scripted.answers = [
        answer({"items": [1, 2], "next_cursor": "a b"}),
        answer({"items": [3], "next_cursor": None}),
    ]
    items = http.pages("/jobs", {"label": ["A", "B"], "object": None})
    assert [next(items), next(items)] == [1, 2]
    assert Scripted.asked == ["GET /api/v1/jobs?label=A&label=B"]
    assert list(items) == [3]
    assert Scripted.asked[1:] == ["GET /api/v1/jobs?label=A&label=B&cursor=a+b"]


@pytest.mark.parametrize(
    "error",
    [
        Conflict("used before", hint="send another"),
        QueryError("a number is expected", query="COUNT(A) >", position=10),
    ],
)
def test_a_problem_becomes_the_error_that_it_was(http: Transport, error: Conflict | QueryError) -> None:
    body = problem_of(error).model_dump_json()
    Scripted.answers = [(error.status, "application/problem+json", body)]
    with pytest.raises(type(error)) as caught:
        http.get("/x")
    assert (caught.value.message, caught.value.hint) == (error.message, error.hint)


@pytest.mark.parametrize(
    "strange",
    [(404, "text/html", "<h1>nginx</h1>"), (302, "text/html", ""), (200, "text/html", "<p>Welcome</p>")],
)
def test_what_is_no_head_of_nerproc(http: Transport, strange: tuple[int, str, str]) -> None:
    Scripted.answers = [strange]
    with pytest.raises(HeadUnreachable, match="not as a head of nerproc does"):
        http.get("/jobs")


def test_nobody_there() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Scripted) as free:
        url = f"http://127.0.0.1:{free.server_port}"
    transport = Transport(url)
    for call in (lambda: transport.get("/jobs"), lambda: transport.send("POST", "/reports", json={})):
        with pytest.raises(HeadUnreachable, match="nothing answers there") as caught:
            call()
        assert "nerproc serve" in str(caught.value.hint)
    transport.close()


def test_a_url_that_is_none() -> None:
    with pytest.raises(HeadUnreachable):
        Transport("localhost:8001").get("/jobs")
