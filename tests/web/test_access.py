"""Who gets in, and what a form has to bring: sessions, scopes, the proof, other sites."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

import pytest
from tests.web.conftest import FormClient

from nerproc.access.tokens import Tokens
from nerproc.node import Node
from nerproc.web.app import HEADERS, build_app
from nerproc.web.visitor import SESSION

Make = Callable[..., str]


def log_in(locked: FormClient, token: str, **more: str) -> None:
    answer = locked.submit("/login", "/login", token=token, **more)
    assert answer.status_code == 303, answer.text


def test_without_tokens_everybody_is_let_in(page: FormClient) -> None:
    assert page.get("/").status_code == 200
    assert page.get("/login?next=/jobs").headers["location"] == "/jobs"


def test_with_tokens_one_logs_in_first_and_comes_to_where_one_wanted(locked: FormClient, token: Make) -> None:
    refused = locked.get("/?state=failed")
    assert (refused.status_code, unquote(refused.headers["location"])) == (303, "/login?next=/?state=failed")
    answer = locked.submit(refused.headers["location"], "/login", token=token("reports:read"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/?state=failed")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{SESSION}=")
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert locked.get("/").status_code == 200


def test_over_https_the_cookie_never_goes_over_http(locked: FormClient, token: Make) -> None:
    locked.base_url = "https://localhost"
    answer = locked.submit("/login", "/login", token=token("reports:read"))
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "x", "/\n"])
def test_one_is_never_sent_to_another_site(locked: FormClient, token: Make, elsewhere: str) -> None:
    answer = locked.submit("/login", "/login", token=token("reports:read"), next=elsewhere)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("wrong", ["", "nerproc_00000000_" + "A" * 43, "x" * 500, "é"])
def test_a_wrong_token_begins_nothing(locked: FormClient, wrong: str) -> None:
    answer = locked.submit("/login", "/login", token=wrong)
    assert answer.status_code == 401
    assert "The token is not known here." in answer.text
    assert SESSION not in locked.cookies


def test_guessing_is_stopped(node: Node) -> None:
    locked = FormClient(build_app(node, asks=True), base_url="http://localhost", follow_redirects=False)
    codes = [locked.submit("/login", "/login", token="x").status_code for _ in range(12)]
    assert codes[:10] == [401] * 10
    assert codes[-1] == 429


def test_a_session_ends_with_its_token(locked: FormClient, node: Node, token: Make) -> None:
    text = token("reports:read")
    log_in(locked, text)
    assert locked.get("/").status_code == 200
    Tokens(node.database).revoke(text.split("_")[1])
    assert locked.get("/").status_code == 303


def test_a_session_ends_with_its_time(locked: FormClient, node: Node, token: Make) -> None:
    log_in(locked, token("reports:read"))
    node.database.execute("UPDATE session SET expires_at = clock_timestamp()")
    assert locked.get("/").status_code == 303


def test_who_logs_out_has_no_session_even_with_the_cookie(locked: FormClient, token: Make) -> None:
    log_in(locked, token("reports:read"))
    cookie = locked.cookies[SESSION]
    answer = locked.submit("/", "/logout")
    assert answer.headers["location"] == "/login"
    locked.cookies.set(SESSION, cookie)
    assert locked.get("/").status_code == 303


def test_the_database_holds_nothing_that_opens_a_session(locked: FormClient, node: Node, token: Make) -> None:
    log_in(locked, token("reports:read"))
    row = node.database.fetch_one("SELECT * FROM session ORDER BY created_at DESC LIMIT 1")
    assert row is not None
    assert locked.cookies[SESSION] not in str(row)


def test_a_scope_that_is_missing_is_said(locked: FormClient, token: Make) -> None:
    log_in(locked, token("models:read"))
    answer = locked.get("/")
    assert answer.status_code == 403
    assert "lacks the scope reports:read" in answer.text
    assert "nerproc token create" in answer.text


def test_a_link_on_another_site_leads_here_without_losing_the_session(locked: FormClient, token: Make) -> None:
    """The browser keeps a strict cookie back then; a page of our own asks again, and it comes along."""
    log_in(locked, token("reports:read"))
    cookie = locked.cookies[SESSION]
    locked.cookies.clear()
    answer = locked.get("/?a=1", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert 'http-equiv="refresh"' in answer.text
    assert "set-cookie" not in answer.headers
    locked.cookies.set(SESSION, cookie)
    assert locked.get("/?a=1").status_code == 200


def test_a_part_of_a_page_sends_the_whole_page_to_the_login(locked: FormClient) -> None:
    answer = locked.get("/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")


def test_a_form_needs_the_proof_of_the_page_that_it_came_from(locked: FormClient, token: Make) -> None:
    log_in(locked, token("reports:read"))
    for proof in ("", "0" * 64):
        answer = locked.post("/logout", data={"csrf": proof})
        assert answer.status_code == 403
        assert "The form is too old" in answer.text
    assert locked.get("/").status_code == 200


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, True),
        ({"Origin": "http://localhost"}, True),
        ({}, True),
        ({"Origin": "http://localhost:9999"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
    ],
)
def test_a_form_of_another_site_is_refused(
    locked: FormClient, token: Make, headers: dict[str, str], allowed: bool
) -> None:
    locked.headers.update(headers)
    text = token("reports:read")
    assert (locked.submit("/login", "/login", token=text).status_code == 303) == allowed


def test_every_answer_says_what_a_browser_may_do(locked: FormClient, page: FormClient) -> None:
    answers = [page.get("/"), page.get("/nothing"), page.get("/static/0/nerproc.css"), locked.get("/login")]
    answers += [locked.get("/"), page.post("/login"), page.put("/")]
    assert [answer.status_code for answer in answers] == [200, 404, 404, 200, 303, 403, 405]
    for answer in answers:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")


def test_what_the_api_lacks_is_still_an_error_of_the_api(page: FormClient) -> None:
    answer = page.get("/api/v1/nothing")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert page.put("/health").headers["content-type"] == "application/problem+json"
