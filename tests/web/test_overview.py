"""The first page: what it tells, and that names are only names."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from selectolax.lexbor import LexborHTMLParser
from tests.web.conftest import HOSTILE, FormClient, Site

from nerproc import doctor
from nerproc.license.free import FreeLicense
from nerproc.node import Node
from nerproc.show.inert import visible
from nerproc.web.app import build_app


def test_names_that_would_like_to_be_more_are_only_names(page: FormClient) -> None:
    shown = LexborHTMLParser(page.get("/").text)
    names = [name.text() for name in shown.css("bdi")]
    assert visible(HOSTILE) in names
    assert shown.css_first("main img") is None
    assert "\u202e" not in shown.html


def test_it_tells_of_jobs_workers_and_the_licence(page: FormClient) -> None:
    shown = LexborHTMLParser(page.get("/").text)
    figures = {figure.css_first("dt").text(): figure.css_first("dd").text() for figure in shown.css(".figure")}
    assert figures["Workers alive"] == "1"
    assert figures["Jobs running"] == "0"
    assert int(figures["Entities"].replace(",", "")) > 100
    assert shown.css_first("progress[aria-label='Use of the licence']").attributes["max"] == str(1 << 30)
    chart = shown.css_first("figure.chart")
    assert chart.css_first("svg title").text().startswith("Throughput")
    assert len(chart.css("details table tbody tr")) == 60


def test_it_asks_for_itself_again_while_it_is_looked_at(page: FormClient) -> None:
    now = LexborHTMLParser(page.get("/?said=x").text).css_first("#now")
    assert (now.attributes["hx-get"], now.attributes["hx-select"]) == ("/", "#now")


def warnings(node: Node) -> list[str]:
    with FormClient(build_app(node, asks=False), base_url="http://localhost") as client:
        return [notice.text() for notice in LexborHTMLParser(client.get("/").text).css(".notice")]


def test_it_warns_when_nobody_serves_a_pool(node: Node) -> None:
    assert not any("which nobody serves" in warning for warning in warnings(node))
    node.database.execute(
        "INSERT INTO job (id, kind, name, model, model_version, request) "
        "SELECT gen_random_uuid(), 'inference', name, model, model_version, request FROM job LIMIT 1"
    )
    node.database.execute(
        "INSERT INTO task (job_id, number, kind, pool) "
        "SELECT id, 0, 'shard', 'nowhere' FROM job WHERE state = 'queued'"
    )
    try:
        assert any("in the pool nowhere, which nobody serves" in warning for warning in warnings(node))
    finally:
        node.database.execute("DELETE FROM job WHERE state = 'queued'")


def test_it_warns_of_a_full_disk_and_a_used_licence(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(total=10**12, used=10**12 - 10**6, free=10**6)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    used = node.jobs.quota.used()
    small = Node(node.settings, node.database, node.queue, node.storage, license=FreeLicense(used + 1))
    found = warnings(small)
    assert any("Disk: 0.0 GB (0%) free" in warning and "free some" in warning for warning in found)
    assert any("nearly all that it covers is used" in warning for warning in found)


def test_it_warns_when_the_database_is_of_a_newer_version(node: Node) -> None:
    node.database.execute("INSERT INTO migration (number, name, sha256) VALUES (9999, 'later', 'x')")
    try:
        assert any("newer than this version" in warning for warning in warnings(node))
    finally:
        node.database.execute("DELETE FROM migration WHERE number = 9999")


def test_a_database_that_is_away_is_said_on_a_page(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    from nerproc.errors import DatabaseUnreachable

    def away(*_: object, **__: object) -> None:
        raise DatabaseUnreachable("the database does not answer", hint="see postgres.log")

    with FormClient(build_app(node, asks=False), base_url="http://localhost") as client:
        monkeypatch.setattr(type(node.database), "fetch_all", away)
        monkeypatch.setattr(type(node.database), "fetch_one", away)
        answer = client.get("/")
    assert answer.status_code == 503
    assert "the database does not answer" in answer.text
    assert "see postgres.log" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_what_nobody_expected_is_a_page_that_tells_nothing(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("ada@example.org")

    monkeypatch.setattr("nerproc.job.statistics.Statistics.metrics", broken)
    with FormClient(build_app(node, asks=False), base_url="http://localhost") as client:
        answer = client.get("/")
    assert answer.status_code == 500
    assert "ada@" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_every_link_leads_somewhere(page: FormClient, site: Site) -> None:
    seen: set[str] = set()
    for path in ("/", "/jobs", f"/jobs/{site.failed}", f"/jobs/{site.plain}/delete", "/workers", "/nothing"):
        links = LexborHTMLParser(page.get(path).text).css("a[href^='/'], link[href^='/'], script[src^='/']")
        seen |= {link.attributes.get("href") or link.attributes["src"] for link in links}
    assert len(seen) > 10
    assert {link: code for link in seen if (code := page.get(link).status_code) != 200} == {}
