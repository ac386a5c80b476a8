"""Jobs on the page: the list with its filters and pages, one job, and what can be done to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from selectolax.lexbor import LexborHTMLParser
from tests.web.conftest import HOSTILE, RIGHT_TO_LEFT, FormClient, Site

from nerproc.job.listing import SORTS, Wanted, list_jobs, statement
from nerproc.job.state import State
from nerproc.node import Node
from nerproc.show.inert import visible

MANY = 10_000

_ADD = """
INSERT INTO job
       (id, kind, name, model, model_version, request, state, billed, created_at, started_at, finished_at)
SELECT gen_random_uuid(), kind, 'many ' || md5(n::text), model, model_version, request, 'completed', n %% 97,
       created_at - n * interval '1 second', created_at, created_at + n %% 89 * interval '1 second'
  FROM (SELECT * FROM job WHERE id = %s) j, generate_series(1, %s) n"""


@pytest.fixture(scope="module")
def many(node: Node, site: Site) -> Iterator[int]:
    """Ten thousand jobs more."""
    node.database.execute(_ADD, [site.plain, MANY])
    node.database.execute("ANALYZE job")
    yield MANY
    node.database.execute("DELETE FROM job WHERE name LIKE 'many %'")


@pytest.fixture
def waiting(node: Node, site: Site) -> Iterator[UUID]:
    """A job that no worker takes: its only task is of a pool that nobody serves."""
    job = uuid4()
    node.database.execute(
        "INSERT INTO job (id, kind, name, model, model_version, request) "
        "SELECT %s, kind, 'waits', model, model_version, request FROM job WHERE id = %s",
        [job, site.plain],
    )
    node.database.execute(
        "INSERT INTO task (job_id, number, kind, pool) VALUES (%s, 0, 'shard', 'nowhere')", [job]
    )
    yield job
    node.database.execute("DELETE FROM job WHERE id = %s", [job])


def names(text: str) -> list[str]:
    return [name.text() for name in LexborHTMLParser(text).css("tbody th .name")]


def test_all_jobs_are_listed_newest_first(page: FormClient) -> None:
    found = names(page.get("/jobs").text)
    expected = ["Documents of the test", HOSTILE, RIGHT_TO_LEFT, "A broken document"]
    assert found == [visible(name) for name in expected]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "failed"}, ["A broken document"]),
        ({"state": "queued"}, []),
        ({"kind": "training"}, []),
        ({"q": "OF THE"}, ["Documents of the test"]),
        ({"q": "%"}, []),
        ({"q": "' OR 1=1"}, []),
        ({"q": "broken", "state": "completed"}, []),
        ({"q": HOSTILE[:20]}, [HOSTILE]),
        ({"sort": "name", "state": "failed"}, ["A broken document"]),
    ],
)
def test_filters_and_words_choose(page: FormClient, query: dict[str, str], found: list[str]) -> None:
    answer = page.get("/jobs", params=query)
    assert names(answer.text) == found
    if not found:
        assert "No job is like that" in answer.text


def test_a_job_is_found_by_the_first_letters_of_its_id(page: FormClient, site: Site) -> None:
    assert names(page.get("/jobs", params={"q": str(site.plain)[:8].upper()}).text) == ["Documents of the test"]


@pytest.mark.parametrize(
    "query",
    [{"state": "x"}, {"sort": "id; DROP TABLE job"}, {"cursor": "x"}, {"cursor": "é"}, {"q": "x" * 201}],
)
def test_a_query_that_is_not_valid_is_a_page_that_says_so(page: FormClient, query: dict[str, str]) -> None:
    answer = page.get("/jobs", params=query)
    assert answer.status_code == 422
    assert "not valid" in answer.text


def test_a_cursor_of_another_list_is_refused(page: FormClient, node: Node, many: int) -> None:
    _, cursor = list_jobs(node.database, node.jobs, Wanted(sort="name"))
    assert page.get("/jobs", params={"cursor": cursor, "sort": "newest"}).status_code == 422
    assert page.get("/jobs", params={"cursor": cursor, "sort": "name"}).status_code == 200


@pytest.mark.parametrize("sort", SORTS)
def test_pages_follow_each_other_without_gaps_and_repeats(node: Node, many: int, sort: str) -> None:
    seen: list[UUID] = []
    cursor = None
    for _ in range(4):
        records, cursor = list_jobs(node.database, node.jobs, Wanted(sort=sort), cursor=cursor, limit=40)
        seen += [record.id for record in records]
    whole, _ = list_jobs(node.database, node.jobs, Wanted(sort=sort), limit=160)
    assert seen == [record.id for record in whole]
    keys = {
        "newest": [-record.created_at.timestamp() for record in whole],
        "oldest": [record.created_at.timestamp() for record in whole],
        "name": [record.name.lower() for record in whole],
    }.get(sort, [])
    assert keys == sorted(keys)


def test_the_last_page_has_no_next_one(node: Node, many: int) -> None:
    records, cursor = list_jobs(node.database, node.jobs, Wanted(state=State.FAILED))
    assert (len(records), cursor) == (1, None)


@pytest.mark.parametrize("sort", ["newest", "oldest", "name"])
def test_a_page_deep_in_many_jobs_reads_an_index_and_little_else(node: Node, many: int, sort: str) -> None:
    cursor_values = {"newest": "2000-01-01", "oldest": "2000-01-01", "name": "many 8"}
    row = node.database.fetch_one(
        f"EXPLAIN (FORMAT JSON) {statement(Wanted(sort=sort), follows=True)}",
        {"key": cursor_values[sort], "id": uuid4(), "limit": 51},
    )
    assert row is not None
    [plan] = row["QUERY PLAN"]
    text = str(plan)
    assert "Index" in text
    assert "Seq Scan" not in text
    assert "'Sort'" not in text


def test_the_list_is_walked_by_its_links(page: FormClient, many: int) -> None:
    first = page.get("/jobs")
    assert len(names(first.text)) == 50
    following = LexborHTMLParser(first.text).css_first("a[rel=next]").attributes["href"]
    second = page.get(following)
    assert len(names(second.text)) == 50
    assert not set(names(first.text)) & set(names(second.text))
    assert LexborHTMLParser(second.text).css_first(".pages a").attributes["href"] == "/jobs"


def test_a_job_shows_what_it_did_and_why_it_failed(page: FormClient, site: Site) -> None:
    text = page.get(f"/jobs/{site.failed}").text
    assert "every object failed" in text
    assert "broken.pdf" in text
    assert "job.submitted" in text
    assert f'href="/reports/{site.failed}"' in text
    assert "hx-trigger" not in text  # it has ended
    hostile = LexborHTMLParser(page.get(f"/jobs/{site.hostile}").text)
    assert hostile.css_first("h1").text() == visible(HOSTILE)
    assert hostile.css_first("main img") is None


def test_a_job_that_is_not_there_is_a_page_with_a_hint(page: FormClient) -> None:
    answer = page.get(f"/jobs/{uuid4()}")
    assert answer.status_code == 404
    assert "There is no job" in answer.text
    assert page.get("/jobs/nothing").status_code == 422


def test_a_job_is_paused_resumed_stopped_and_retried_by_forms(
    page: FormClient, node: Node, waiting: UUID
) -> None:
    at = f"/jobs/{waiting}"
    for move, said, paused, state in (
        ("pause", "The job was paused", True, State.QUEUED),
        ("resume", "The job goes on", False, State.QUEUED),
        ("stop", "The job was stopped", False, State.STOPPED),
        ("retry", "queued again", False, State.QUEUED),
    ):
        answer = page.submit(at, f"{at}/{move}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{at}?said={move}")
        assert said in page.get(answer.headers["location"]).text
        record = node.jobs.get(waiting)
        assert (record.paused, record.state) == (paused, state)


def test_a_move_that_the_state_does_not_allow_is_said(page: FormClient, site: Site, waiting: UUID) -> None:
    csrf = (
        page.submit(f"/jobs/{waiting}", f"/jobs/{waiting}/pause").request.content.decode().partition("csrf=")[2]
    )
    answer = page.post(f"/jobs/{site.plain}/stop", data={"csrf": csrf[:64]})
    assert answer.status_code == 409
    assert "The job is completed and cannot be stopped" in answer.text


def test_a_move_in_the_list_leads_back_to_the_list_as_it_was(page: FormClient, waiting: UUID) -> None:
    address = "/jobs?state=queued"
    shown = LexborHTMLParser(page.get(address).text)
    form = shown.css_first("form.card")
    fields = {field.attributes["name"]: field.attributes["value"] for field in form.css("input[type=hidden]")}
    buttons = [button.attributes["formaction"] for button in form.css("button")]
    assert buttons == [f"/jobs/{waiting}/pause", f"/jobs/{waiting}/stop"]
    answer = page.post(buttons[0], data=fields)
    assert answer.headers["location"] == "/jobs?state=queued&said=pause"


def test_deleting_asks_first_and_then_there_is_nothing_left(
    page: FormClient, node: Node, waiting: UUID
) -> None:
    at = f"/jobs/{waiting}/delete"
    assert "for good" in page.get(at).text
    assert node.jobs.get(waiting).state == State.QUEUED
    answer = page.submit(at, at)
    assert answer.headers["location"] == "/jobs?said=delete"
    assert page.get(f"/jobs/{waiting}").status_code == 404


def test_who_may_only_look_sees_no_actions_and_has_none(
    locked: FormClient, token: Callable[..., str], waiting: UUID
) -> None:
    locked.submit("/login", "/login", token=token("reports:read"))
    text = locked.get(f"/jobs/{waiting}").text
    assert "/delete" not in text
    assert "Pause" not in text
    assert "Pause" not in locked.get("/jobs").text
    csrf = LexborHTMLParser(text).css_first("input[name=csrf]").attributes["value"]
    answer = locked.post(f"/jobs/{waiting}/stop", data={"csrf": csrf})
    assert answer.status_code == 403
    assert "lacks the scope reports:write" in answer.text
    nav = [link.text() for link in LexborHTMLParser(text).css("nav[aria-label=Main] a")]
    assert nav == ["Overview", "Jobs", "Try it"]
