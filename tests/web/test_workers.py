"""Workers on the page: who there is, and how they are drained."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

from selectolax.lexbor import LexborHTMLParser
from tests.web.conftest import WAIT_SECONDS, FormClient, Site

import nerproc
from nerproc.client.client import Client
from nerproc.job.workers import Workers
from nerproc.node import Node
from nerproc.schema.report import LocalSource


def test_a_worker_is_listed_with_what_it_is(page: FormClient, node: Node) -> None:
    [worker] = Workers(node.database).all()
    [row] = LexborHTMLParser(page.get("/workers").text).css("tbody tr")
    text = row.text()
    assert worker.host in text
    assert f"process {worker.pid}" in text
    assert nerproc.__version__ in text
    assert "infer" in text
    assert "idle" in text


def test_a_drained_worker_takes_no_tasks_until_it_is_told_to(page: FormClient, node: Node, site: Site) -> None:
    [worker] = Workers(node.database).all()
    address = "/workers"
    csrf = LexborHTMLParser(page.get(address).text).css_first("input[name=csrf]").attributes["value"]
    answer = page.post(f"{address}/{worker.id}/drain", data={"csrf": csrf})
    assert answer.headers["location"] == "/workers?said=drain"
    assert state(page) == "drained"
    told = seen(node)
    wait(lambda: seen(node) > told)  # it has heard of it
    with Client(site.url) as client:
        job = client.submit(LocalSource(paths=[str(site.documents)]), model="patterns", name="while drained")
        time.sleep(1.5)  # several looks for work
        assert client.job(job).state == "queued"
        page.post(f"{address}/{worker.id}/undrain", data={"csrf": csrf})
        wait(lambda: client.job(job).state == "completed")
    node.jobs.delete(job)
    assert state(page) == "idle"


def state(page: FormClient) -> str:
    return LexborHTMLParser(page.get("/workers").text).css_first("tbody .badge").text()


def seen(node: Node) -> object:
    [worker] = Workers(node.database).all()
    return worker.seen_at


def wait(done: Callable[[], bool]) -> None:
    give_up = time.monotonic() + WAIT_SECONDS
    while not done():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def test_a_worker_that_is_not_there_is_said(page: FormClient) -> None:
    csrf = LexborHTMLParser(page.get("/workers").text).css_first("input[name=csrf]").attributes["value"]
    answer = page.post(f"/workers/{uuid4()}/drain", data={"csrf": csrf})
    assert answer.status_code == 404
    assert "nerproc workers lists them" in answer.text


def test_only_an_administrator_sees_workers(locked: FormClient, token: Callable[..., str]) -> None:
    locked.submit("/login", "/login", token=token("reports:read", "reports:write"))
    assert locked.get("/workers").status_code == 403
    locked.submit("/", "/logout")
    locked.submit("/login", "/login", token=token("admin"))
    assert locked.get("/workers").status_code == 200
