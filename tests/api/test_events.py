"""The stream of a job: timeline, progress, end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import fastapi.routing
import pytest
from fastapi.testclient import TestClient

from nerproc.api.app import build_app
from nerproc.node import Node
from nerproc.schema.report import Event, Job

Submit = Callable[..., str]


def read(text: str) -> list[dict[str, str]]:
    """Events as fields; comments as {"comment": …}."""
    found = []
    for block in text.split("\n\n")[:-1]:
        fields = {}
        for line in block.split("\n"):
            name, _, value = line.partition(": ")
            fields[name or "comment"] = value
        found.append(fields)
    return found


def test_a_finished_job_tells_its_timeline_and_ends(api: TestClient, node: Node, scanned: UUID) -> None:
    response = api.get(f"/reports/{scanned}/events")
    assert response.headers["content-type"].startswith("text/event-stream")
    *timeline, end = read(response.text)
    assert {event["event"] for event in timeline} == {"timeline"}
    assert [Event.model_validate_json(event["data"]) for event in timeline] == node.jobs.events(scanned)
    assert [int(event["id"]) for event in timeline] == [event.id for event in node.jobs.events(scanned)]
    assert (end["event"], end["id"]) == ("end", timeline[-1]["id"])
    assert Job.model_validate_json(end["data"]) == node.reports.job(scanned)


def test_going_on_behind_an_event(api: TestClient, scanned: UUID) -> None:
    events = read(api.get(f"/reports/{scanned}/events").text)
    for seen in range(len(events) - 1):
        headers = {"Last-Event-ID": events[seen]["id"]}
        assert read(api.get(f"/reports/{scanned}/events", headers=headers).text) == events[seen + 1 :]


def follow(node: Node, job: str, then: Callable[[Any], None], after: float = 2.5) -> list[dict[str, str]]:
    """Follow a job; `then` is called with the app after some seconds, and has to end the stream."""
    app = build_app(node)
    timer = threading.Timer(after, then, [app])
    timer.start()
    try:
        return read(TestClient(app).get(f"/api/v1/reports/{job}/events").text)
    finally:
        timer.join()


def test_a_running_job_tells_progress_and_ends_when_it_is_stopped(node: Node, submitted: Submit) -> None:
    job = submitted()
    events = follow(node, job, lambda _: node.jobs.stop(UUID(job)))
    assert [event["event"] for event in events] == ["progress", "timeline", "timeline", "end"]
    assert [Event.model_validate_json(event["data"]).kind for event in events[1:3]] == [
        "job.submitted",
        "job.stopped",
    ]
    assert Job.model_validate_json(events[-1]["data"]).state == "stopped"


def test_the_stream_ends_with_the_server(
    node: Node, submitted: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fastapi.routing, "_PING_INTERVAL", 0.3)
    events = follow(node, submitted(), lambda app: app.state.closing.set(), after=1.2)
    assert {"comment": "ping"} in events
    assert "end" not in [event.get("event") for event in events]


def test_the_stream_ends_when_the_report_is_deleted(node: Node, submitted: Submit) -> None:
    job = submitted()
    events = follow(node, job, lambda _: node.jobs.delete(UUID(job)), after=1.2)
    assert "end" not in [event.get("event") for event in events]
