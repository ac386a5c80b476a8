"""What a job's tasks are doing, its events in pages, and the list of workers."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from nerproc.job.claims import Claims
from nerproc.job.workers import Registration, Workers
from nerproc.node import Node

ABSENT = "00000000-0000-4000-8000-000000000000"


def test_the_events_of_a_job_in_pages(api: TestClient, node: Node, scanned: UUID) -> None:
    everything = node.jobs.events(scanned)
    found, parameters = [], {"limit": 2}
    while True:
        page = api.get(f"/jobs/{scanned}/events", params=parameters).json()
        found += page["items"]
        if page["next_cursor"] is None:
            break
        assert len(page["items"]) == 2
        parameters["cursor"] = page["next_cursor"]
    assert [event["id"] for event in found] == [event.id for event in everything]
    assert [found[0]["kind"], found[-1]["kind"]] == ["job.submitted", "job.completed"]


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "²", str(2**63)])
def test_cursors_that_are_none(api: TestClient, scanned: UUID, cursor: str) -> None:
    response = api.get(f"/jobs/{scanned}/events", params={"cursor": cursor})
    assert (response.status_code, response.json()["slug"]) == (422, "invalid-request")


def test_the_activity_of_a_job_that_has_ended(api: TestClient, scanned: UUID) -> None:
    found = api.get(f"/jobs/{scanned}/activity").json()
    assert found["tasks"] == {"queued": 0, "running": 0, "completed": 2, "failed": 0, "stopped": 0}
    assert found["running"] == []
    assert [(line["kind"], line["count"]) for line in found["timeline"]] == [
        ("job.submitted", 1),
        ("task.claimed", 2),
        ("task.completed", 2),
        ("job.completed", 1),
    ]


@pytest.mark.parametrize("what", ["events", "activity"])
def test_a_job_that_is_not_there(api: TestClient, what: str) -> None:
    assert api.get(f"/jobs/{ABSENT}/{what}").json()["slug"] == "not-found"


def test_workers_and_their_tasks(api: TestClient, node: Node, submitted: Callable[..., str]) -> None:
    job = submitted()
    me = Registration(uuid4(), "a-host", 1, "0.0.1", ("infer",), 4)
    Workers(node.database).renew(me, lease_seconds=30)
    claims = Claims(node.database, me.id, lease_seconds=30)
    [claim] = claims.claim(["infer"], job=UUID(job))
    assert claim is not None
    [worker] = [worker for worker in api.get("/workers").json()["items"] if worker["id"] == str(me.id)]
    assert (worker["host"], worker["slots"], worker["alive"]) == ("a-host", 4, True)
    assert [(task["job"], task["kind"], task["attempt"]) for task in worker["tasks"]] == [(job, "shard", 1)]
    assert api.get(f"/jobs/{job}/activity").json()["running"] == worker["tasks"]
    assert api.get("/metrics").json()["workers"] == 1
    claims.fail(claim, "enough")
    node.maintenance.close(UUID(job))
    Workers(node.database).remove(me.id)
    assert api.get("/workers").json() == {"items": [], "next_cursor": None}
