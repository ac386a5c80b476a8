"""The list of jobs, one by a prefix of its id, and the moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from nerproc.node import Node

Submit = Callable[..., str]


def pages(api: TestClient, path: str, **parameters: Any) -> list[list[dict[str, Any]]]:
    found = []
    while True:
        page = api.get(path, params=parameters).json()
        found.append(page["items"])
        if page["next_cursor"] is None:
            return found
        parameters["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("path", ["/jobs", "/reports"])
def test_pages_hold_every_job_once_newest_first(api: TestClient, submitted: Submit, path: str) -> None:
    made = [submitted(name=f"job {number}") for number in range(5)]
    found = pages(api, path, limit=2)
    assert all(len(page) == 2 for page in found[:-1])
    ids = [job["id"] for page in found for job in page]
    assert ids[:5] == made[::-1]
    assert len(set(ids)) == len(ids)
    assert [[job["id"] for job in page] for page in pages(api, path, limit=1_000)] == [ids]


def test_a_page_that_is_just_full_is_the_last(api: TestClient, submitted: Submit) -> None:
    submitted()
    everything = len(api.get("/jobs", params={"limit": 1_000}).json()["items"])
    assert api.get("/jobs", params={"limit": everything}).json()["next_cursor"] is None


def test_jobs_of_a_state(api: TestClient, submitted: Submit) -> None:
    job = submitted()
    api.post(f"/jobs/{job}/stop")
    found = [job for page in pages(api, "/jobs", state="stopped", limit=3) for job in page]
    assert job in [job["id"] for job in found]
    assert {job["state"] for job in found} == {"stopped"}


@pytest.mark.parametrize("cursor", ["", "x", "!", "eA", "MjAyNi0wMS0wMQ", "\u00e9"])
def test_cursors_that_are_none(api: TestClient, cursor: str) -> None:
    response = api.get("/jobs", params={"cursor": cursor})
    assert (response.status_code, response.json()["slug"]) == (422, "invalid-request")


def test_a_job_by_the_first_letters_of_its_id(api: TestClient, submitted: Submit) -> None:
    job = submitted()
    found = api.get(f"/jobs/{job}").json()
    assert found["id"] == job
    for prefix in (job[:13], job[:13].upper(), job[:8]):
        assert api.get(f"/jobs/{prefix}").json() == found


def test_letters_that_stand_for_no_job_or_for_several(api: TestClient, node: Node, submitted: Submit) -> None:
    job = submitted()
    node.database.execute(
        "INSERT INTO job (id, kind, name, model, state, request) SELECT "
        "(left(id::text, 35) || CASE right(id::text, 1) WHEN '0' THEN '1' ELSE '0' END)::uuid, "
        "kind, name, model, 'stopped', request FROM job WHERE id = %s",
        [job],
    )
    assert api.get(f"/jobs/{job[:20]}").json()["slug"] == "conflict"
    assert api.get(f"/jobs/{job}").json()["id"] == job
    absent = api.get("/jobs/00000000-0000")
    assert (absent.status_code, absent.json()["slug"]) == (404, "not-found")
    assert api.get("/jobs/abc").json()["slug"] == "invalid-request"
    assert api.get("/jobs/wxyz").json()["slug"] == "invalid-request"


def test_pause_resume_stop_retry(api: TestClient, submitted: Submit) -> None:
    job = submitted()

    def move(name: str) -> tuple[int, Any]:
        response = api.post(f"/jobs/{job}/{name}")
        found = response.json()
        return response.status_code, found.get("slug") or (found["state"], found["paused"])

    assert move("pause") == (200, ("queued", True))
    assert move("pause") == (200, ("queued", True))
    assert move("resume") == (200, ("queued", False))
    assert move("retry") == (409, "illegal-move")
    assert move("stop") == (200, ("stopped", False))
    assert move("pause") == (409, "illegal-move")
    assert move("retry") == (200, ("queued", False))


@pytest.mark.parametrize("move", ["stop", "pause", "resume", "retry"])
def test_moves_of_a_job_that_is_not_there(api: TestClient, move: str) -> None:
    response = api.post(f"/jobs/00000000-0000-4000-8000-000000000000/{move}")
    assert (response.status_code, response.json()["slug"]) == (404, "not-found")
