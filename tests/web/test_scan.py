"""New scan: files or a bucket, what to look for, a dry run, the start; and what is wrong beside its field."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2 as httpx
import pytest
from benchmarks.s3_stub import Stub, serving
from selectolax.lexbor import LexborHTMLParser
from tests.web.conftest import FormClient, Site, wait_for_end
from tests.web.test_access import log_in
from tests.web.test_report import words

from nerproc.client.client import Client
from nerproc.license.free import FreeLicense
from nerproc.node import Node
from nerproc.report import plan as planning
from nerproc.schema.report import ReportRequest, UploadSource
from nerproc.settings import S3Connection
from nerproc.web.app import build_app
from nerproc.web.scan_form import MORE

Make = Callable[..., str]
FILES = {"a.txt": b"Write to ada@example.org about C-123456.", "b/c.txt": b"Ask Smith."}


def upload(page: FormClient, files: dict[str, bytes] = FILES) -> httpx.Response:
    """Send files by the form of the first page."""
    form = LexborHTMLParser(page.get("/scan").text).css_first("#upload-form")
    sent = [("files", item) for item in files.items()]
    return page.post(form.attributes["action"] or "", files=sent)


@pytest.fixture
def settings(page: FormClient) -> str:
    """The address of the second page, for an upload."""
    return upload(page).headers["location"]


def ask(page: FormClient, settings: str, do: str, **fields: object) -> httpx.Response:
    """Press a button of the second page."""
    return page.submit(settings, f"{settings}#plan", **{"do": do, **fields})  # type: ignore[arg-type]


def said(answer: httpx.Response, field: str) -> str:
    """What is said beside a field."""
    found = LexborHTMLParser(answer.text).css_first(f"#{field}-said")
    return " ".join(found.text(separator=" ").split())


@pytest.fixture(scope="module")
def bucket() -> Iterator[Stub]:
    with serving() as stub:
        stub.objects.update({"mail/a.txt": b"x" * 100, "mail/b.txt": b"y" * 50, "mail/c/d.txt": b""})
        yield stub


@pytest.fixture
def beside(node: Node, bucket: Stub) -> Iterator[FormClient]:
    """The page of a head that knows buckets: its own server, and by the name `nowhere` none."""
    changed = node.settings.model_copy(
        update={
            "s3_endpoint_url": bucket.endpoint,
            "s3": {"nowhere": S3Connection(endpoint_url="http://127.0.0.1:9")},
            "upload_bytes": 1_000,
        }
    )
    other = Node(
        changed, node.database, node.queue, node.storage, license=FreeLicense(node.jobs.quota.used() + 120)
    )
    with FormClient(
        build_app(other, asks=False), base_url="http://localhost", follow_redirects=False
    ) as client:
        yield client


def test_from_files_to_a_job(page: FormClient, node: Node) -> None:
    sent = upload(page)
    settings = sent.headers["location"]
    assert (sent.status_code, settings.startswith("/scan/settings?upload=")) == (303, True)
    shown = words(page.get(settings).text)
    assert "2 files" in shown
    assert "a.txt , b/c.txt" in shown
    fields = {
        "model": "patterns",
        "labels": ["EMAIL", "URL"],
        "tag_name": ["case_number", "PERSON", ""],
        "tag_kind": ["expression", "words", "expression"],
        "tag_value": [r"C-\d{6}", "Smith\r\nGrace Hopper\r\n", ""],
        "group_name": ["with mail", ""],
        "group_query": ["COUNT(EMAIL) > 0", ""],
        "name": "From the page",
    }
    planned = ask(page, settings, "plan", **fields)
    assert planned.status_code == 200
    text = words(planned.text)
    assert "Objects 2" in text
    assert "Bytes 50 B" in text
    assert "Start the scan" in text
    started = ask(page, settings, "start", **fields)
    path = started.headers["location"]
    assert (started.status_code, path.endswith("?said=start")) == (303, True)
    assert "The scan was submitted." in words(page.get(path).text)
    request = node.jobs.get(UUID(path.split("/")[2].partition("?")[0])).request
    assert isinstance(request, ReportRequest)
    assert (request.name, request.model, request.labels) == ("From the page", "patterns", ["EMAIL", "URL"])
    assert request.custom_tags == {"CASE_NUMBER": r"C-\d{6}"}
    assert request.deny == {"PERSON": ["Smith", "Grace Hopper"]}
    assert [(group.name, group.query) for group in request.groups] == [("with mail", "COUNT(EMAIL) > 0")]


def test_the_same_is_shown_for_a_command_line_and_makes_the_same_request(
    page: FormClient, settings: str
) -> None:
    fields = {
        "labels": ["EMAIL"],
        "tag_name": ["CASE", "WHO"],
        "tag_kind": ["expression", "words"],
        "tag_value": ["it's \\d", "Smith"],
        "group_name": ["g"],
        "group_query": ['WHO = "Smith"'],
    }
    shown = ask(page, settings, "plan", **fields)
    command, curl = (shlex.split(line.text()) for line in LexborHTMLParser(shown.text).css(".same pre"))
    assert command == [
        *("nerproc", "submit", "FOLDER", "--label", "EMAIL", "--custom-tag", "CASE=it's \\d"),
        *("--deny", "WHO=Smith", "--group", 'g=WHO = "Smith"'),
    ]
    assert curl[-1] == "http://localhost/api/v1/reports"
    body = json.loads(curl[curl.index("-d") + 1])
    assert body["source"] == {"kind": "upload", "upload_id": parse_qs(urlsplit(settings).query)["upload"][0]}
    sent = page.post(
        "/api/v1/reports", content=curl[curl.index("-d") + 1], headers={"Content-Type": "application/json"}
    )
    assert sent.status_code == 202, sent.text
    alone = ask(page, settings, "plan", group_name=["a=b"], group_query=["COUNT(EMAIL) > 1"])
    assert len(LexborHTMLParser(alone.text).css(".same pre")) == 1  # the command takes NAME=QUERY


def test_pressed_twice_it_starts_one_job_and_after_a_change_another(page: FormClient, settings: str) -> None:
    form = {"do": "start", "nonce": "once", "csrf": csrf(page, settings)}
    places = [page.post(settings, data=form).headers["location"] for _ in range(2)]
    assert places[0] == places[1]
    assert page.post(settings, data={**form, "name": "b"}).headers["location"] != places[0]
    assert ask(page, settings, "start").headers["location"] != places[0]  # a form that was opened anew


def csrf(page: FormClient, address: str) -> str:
    field = LexborHTMLParser(page.get(address).text).css_first("input[name=csrf]")
    return field.attributes["value"] or ""


def test_enter_never_starts_anything(page: FormClient, settings: str) -> None:
    """Browsers press the first button of a form."""
    tree = LexborHTMLParser(page.get(settings).text)
    first = tree.css_first("#scan button")
    assert (first.attributes["name"], first.attributes["value"]) == ("do", "plan")
    assert not tree.css("button[value=start]")  # nothing can be started that was not counted


GOOD = {"tag_name": ["A"], "tag_kind": ["expression"], "tag_value": ["x"]}


@pytest.mark.parametrize(
    ("fields", "field", "wrong"),
    [
        ({"model": "nothing"}, "model", "There is no model 'nothing'."),
        ({"model": "/etc/passwd"}, "model", "There is no model '/etc/passwd'."),
        ({"model": "patterns", "labels": ["EMAIL", "NAME"]}, "labels", "Model 'patterns' has no label NAME."),
        (
            {"tag_name": ["A"], "tag_value": ["(x"]},
            "tag-0",
            "The expression of A is not valid: missing ). (x ^",
        ),
        ({"tag_name": ["A"], "tag_value": ["x*"]}, "tag-0", "matches the empty text"),
        ({"tag_name": ["no label"], "tag_value": ["x"]}, "tag-0", "The tag needs a name."),
        ({"tag_name": ["A"], "tag_kind": ["words"], "tag_value": [" \n"]}, "tag-0", "or words."),
        ({"tag_name": ["B", "A", "A"], "tag_value": ["x", "y", "z"]}, "tag-2", "A has an expression already."),
        (
            {"group_name": ["g"], "group_query": ["COUNT(EMAIL) >"]},
            "group-0",
            "where a number is expected. COUNT(EMAIL) > ^",
        ),
        ({"group_name": [""], "group_query": ["COUNT(EMAIL) > 1"]}, "group-0", "The group needs a name."),
        (
            {"group_name": ["g", "g"], "group_query": ["COUNT(A) > 1"] * 2},
            "group-1",
            "Another group has this name.",
        ),
        ({"name": "n" * 201}, "name", "The name has more than 200 characters."),
        ({"threshold": "2"}, "threshold", "A threshold is a score from 0 to 1, not '2'."),
        ({"include": "!"}, "include", "A pattern of include is not valid"),
        ({"exclude": "*.log\n!"}, "exclude", "A pattern of exclude is not valid"),
        ({"max_size": "big"}, "max_size", "A size is written like 500kB, 10MB or 1GiB, not 'big'."),
        ({"sample": "0"}, "sample", "Input should be greater than 0."),
        ({"since": "x"}, "since", "'x' is no job id. Give at least 4 of its letters."),
        ({"since": "00000000-0000-4000-8000-000000000000"}, "since", "There is no job 00000000"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_entered_is_kept(
    page: FormClient,
    settings: str,
    *,
    fields: dict[str, object],
    field: str,
    wrong: str,
) -> None:
    answer = ask(page, settings, "start", **{"text": "kept", **fields})
    assert (answer.status_code, wrong in said(answer, field)) == (422, True), said(answer, field)
    tree = LexborHTMLParser(answer.text)
    assert tree.css_first(f".notice a[href='#{field}']")
    assert tree.css_first(f"#{field}")
    assert "Start the scan" not in answer.text
    assert tree.css_first("#text").text().strip() == "kept"
    assert ("open" in tree.css_first("details.more").attributes) == (field in MORE)
    for name, values in fields.items():
        if name in MORE:
            assert entered(tree, name) == values
        if name in ("tag_value", "group_query", "tag_name"):
            shown = [one.attributes.get("value") or one.text() for one in tree.css(f"[name={name}]")]
            assert [value.strip() for value in shown] == [str(value).strip() for value in values]  # type: ignore[attr-defined]


def entered(tree: LexborHTMLParser, name: str) -> str:
    """What stands in a field."""
    field = tree.css_first(f"#{name}")
    return (field.attributes.get("value") or field.text()).removeprefix("\n")


def test_all_settings_count_in_the_plan_the_lines_and_the_request(
    page: FormClient, node: Node, site: Site
) -> None:
    files = {"a.txt": b"one", "b/c.txt": b"two", "d.txt": b"four" * 300, "e.log": b"five"}
    settings = upload(page, files).headers["location"]
    fields = {
        "threshold": "0",
        "include": "*.txt\r\n\r\n*.csv\r\n",
        "exclude": "b/",
        "max_size": "1kB",
        "sample": "100",
        "since": str(site.plain)[:8],
    }
    planned = ask(page, settings, "plan", **fields)
    assert "Objects 1 Bytes 3 B Skipped 1" in words(planned.text)
    assert "as if all objects had changed" in words(planned.text)
    tree = LexborHTMLParser(planned.text)
    assert "open" in tree.css_first("details.more").attributes
    assert entered(tree, "include") == "*.txt\n\n*.csv\n"
    command, curl = (shlex.split(line.text()) for line in tree.css(".same pre"))
    assert command == [
        *("nerproc", "submit", "FOLDER", "--threshold", "0", "--include", "*.txt", "--include", "*.csv"),
        *("--exclude", "b/", "--max-size", "1000", "--sample", "100", "--since", str(site.plain)),
    ]
    job = ask(page, settings, "start", **fields).headers["location"].split("/")[2].partition("?")[0]
    request = node.jobs.get(UUID(job)).request
    assert isinstance(request, ReportRequest)
    assert request == ReportRequest.model_validate_json(curl[curl.index("-d") + 1])
    assert (request.threshold, request.max_bytes, request.sample) == (0, 1_000, 100)
    assert (request.include, request.exclude, request.since) == (["*.txt", "*.csv"], ["b/"], site.plain)


def test_reports_on_such_objects_are_offered_to_build_upon(
    page: FormClient, settings: str, site: Site, locked: FormClient, token: Make
) -> None:
    with Client(site.url) as client:
        done = client.submit(UploadSource(upload_id=UUID(settings.partition("=")[2])), model="patterns")
        wait_for_end(client, done)

    def offered(answer: httpx.Response) -> list[str | None]:
        options = LexborHTMLParser(answer.text).css("#finished option")
        return [option.attributes["value"] for option in options]

    shown = page.get(settings)
    assert "open" not in LexborHTMLParser(shown.text).css_first("details.more").attributes
    assert str(done) in offered(shown)
    assert str(site.plain) not in offered(shown)  # files of the machine are no uploads
    log_in(locked, token("reports:write"))
    assert offered(locked.get(settings)) == []
    part = ask(locked, settings, "plan", since=str(done)[:8])
    assert said(part, "since").startswith(f"{str(done)[:8]!r} is no id of a report.")
    assert "Start the scan" in ask(locked, settings, "plan", since=str(done)).text


def test_parts_come_as_good_answers_to_scripts(page: FormClient, settings: str) -> None:
    """htmx takes nothing from others."""
    form = {"csrf": csrf(page, settings), "do": "check", "group_name": ["g", "h"]}
    form["group_query"] = ["COUNT(EMAIL) >", "COUNT(EMAIL) > 1"]  # type: ignore[assignment]
    answer = page.post(settings, data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "where a number is expected" in said(answer, "group-0")
    assert said(answer, "group-1") == "The query can be read."
    bucket = {"csrf": csrf(page, settings), "url": "http://x"}
    assert page.post("/scan/bucket", data=bucket).status_code == 422
    assert page.post("/scan/bucket", data=bucket, headers={"HX-Request": "true"}).status_code == 200


def test_tags_are_tried_as_the_scan_would_find_them(page: FormClient, settings: str) -> None:
    fields = {
        "model": "patterns",
        "labels": ["URL"],
        "tag_name": ["CASE", "WHO"],
        "tag_kind": ["expression", "words"],
        "tag_value": [r"C-\d{6}", "smith"],
        "text": "Smith, C-123456, ada@example.org\r\n",
    }
    answer = ask(page, settings, "try", **fields)
    marks = LexborHTMLParser(answer.text).css("#tried mark")
    assert [(mark.attributes["title"], mark.css_first("bdi").text()) for mark in marks] == [
        ("WHO", "Smith"),
        ("CASE", "C-123456"),
    ]
    broken = ask(page, settings, "try", **{**fields, "tag_value": ["(", "smith"]})
    assert "until what is marked is mended" in words(broken.text)
    assert "is not valid" in said(broken, "tag-0")
    low = {"text": "Badge 536904399", "model": "patterns", "threshold": "0", "include": "!"}
    assert LexborHTMLParser(ask(page, settings, "try", **low).text).css("#tried mark")
    long = ask(page, settings, "try", text="x" * 20_001)
    assert "The text has 20,001 characters." in words(long.text)
    assert not LexborHTMLParser(ask(page, settings, "try", text=" ").text).css_first("#tried").text().strip()


def test_rows_are_added(page: FormClient, settings: str) -> None:
    tree = LexborHTMLParser(ask(page, settings, "tag", **GOOD).text)
    assert [field.attributes["id"] for field in tree.css("[name=tag_name]")] == ["tag-0", "tag-1"]
    assert "autofocus" in tree.css_first("#tag-1").attributes
    tree = LexborHTMLParser(ask(page, settings, "group", group_name=["a"], group_query=[""]).text)
    assert [field.attributes["id"] for field in tree.css("[name=group_name]")] == ["group-0", "group-1"]


@pytest.mark.parametrize("files", [{}, {"": b""}])
def test_no_files_are_no_upload(page: FormClient, files: dict[str, bytes]) -> None:
    """A browser sends a part without a name and content where none was chosen."""
    part = 'Content-Disposition: form-data; name="files"; filename=""\r\n\r\n\r\n'
    action = LexborHTMLParser(page.get("/scan").text).css_first("#upload-form").attributes["action"] or ""
    body = f"--b\r\n{part}--b--\r\n" if files else "--b--\r\n"
    answer = page.post(action, content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert (answer.status_code, "There are no files." in said(answer, "upload")) == (422, True)


def test_too_large_an_upload_is_refused_at_its_field(beside: FormClient) -> None:
    answer = upload(beside, {"a": b"x" * 2_000})
    assert (answer.status_code, said(answer, "upload").startswith("The upload has more than 1,000 bytes.")) == (
        413,
        True,
    )


def test_an_upload_needs_the_proof(page: FormClient) -> None:
    for action in ("/scan/upload", "/scan/upload?csrf=x"):
        assert page.post(action, files=[("files", ("a", b"x"))]).status_code == 403


@pytest.mark.parametrize(
    ("url", "connection", "status", "told"),
    [
        ("s3://bucket/mail", "", 200, "It can be listed: there are 3 objects."),
        ("s3://bucket/mail/a.txt", "", 200, "It can be listed: there is one object."),
        ("s3://bucket/nothing", "", 404, "There is nothing at s3://bucket/nothing."),
        ("s3://other", "", 404, "There is no bucket other"),
        ("s3://bucket/mail", "nowhere", 503, "the server cannot be reached"),
        ("s3://bucket/mail", "unknown", 404, "There is no S3 connection 'unknown'."),
        ("/bucket/mail", "", 422, "'/bucket/mail' is no S3 location. It looks like s3://bucket/prefix."),
        ("", "", 422, "'' is no S3 location."),
    ],
)
def test_access_to_a_bucket_is_checked(
    beside: FormClient, url: str, connection: str, status: int, told: str
) -> None:
    fields = {"url": url, "connection": connection}
    checked = beside.submit("/scan", "/scan/bucket", do="check", **fields)
    assert (checked.status_code, told in said(checked, "url")) == (status, True), said(checked, "url")
    assert LexborHTMLParser(checked.text).css_first("#url").attributes["value"] == url
    gone_on = beside.submit("/scan", "/scan/bucket", do="go", **fields)
    assert gone_on.status_code == (303 if status == 200 else status)


def test_from_a_bucket_to_a_plan(beside: FormClient, bucket: Stub) -> None:
    place = beside.submit("/scan", "/scan/bucket", do="go", url="s3://bucket/mail").headers["location"]
    assert place == "/scan/settings?url=s3%3A%2F%2Fbucket%2Fmail"
    text = words(ask(beside, place, "plan").text)
    assert "Objects 3" in text
    assert "Bytes 150 B" in text
    assert "nerproc submit s3://bucket/mail" in text
    bucket.faults.denied.add("")
    try:
        denied = ask(beside, place, "plan")
    finally:
        bucket.faults.denied.clear()
    assert (denied.status_code, "access is denied" in said(denied, "source")) == (422, True)


def test_what_the_licence_does_not_cover_is_told_before_and_at_the_start(beside: FormClient) -> None:
    place = "/scan/settings?url=s3%3A%2F%2Fbucket%2Fmail"
    planned = ask(beside, place, "plan")
    assert "and this report needs 150 more" in words(planned.text)
    assert "Start the scan" not in planned.text
    place = upload(beside, {"a": b"x" * 121}).headers["location"]
    refused = ask(beside, place, "start")
    assert (refused.status_code, "needs 121 more" in said(refused, "licence")) == (422, True)
    place = upload(beside, {"a": b"x" * 30}).headers["location"]
    covered = words(ask(beside, place, "plan").text)
    assert "Left after it 90 B" in covered
    assert "Start the scan" in covered


def test_a_long_listing_is_told_to_be_at_least_that(
    beside: FormClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MOST_OBJECTS", 1)
    text = words(ask(beside, "/scan/settings?url=s3%3A%2F%2Fbucket%2Fmail", "plan").text)
    assert "Objects 1 at least Bytes 100 B at least" in text
    assert "Left after it 20 B at most" in text
    assert "There are more objects than a dry run lists" in text


def test_an_upload_that_is_gone_is_told_and_what_was_entered_kept(page: FormClient) -> None:
    place = "/scan/settings?upload=00000000-0000-4000-8000-000000000000"
    answer = ask(page, place, "start", name="Kept")
    assert (answer.status_code, "There is no upload" in said(answer, "source")) == (422, True)
    assert LexborHTMLParser(answer.text).css_first("#name").attributes["value"] == "Kept"
    assert page.get("/scan/settings").headers["location"] == "/scan"


def test_it_takes_the_scope_to_write(locked: FormClient, token: Make) -> None:
    log_in(locked, token("reports:read"))
    assert locked.get("/scan").status_code == 403
    assert 'href="/scan"' not in locked.get("/jobs").text
    locked.cookies.clear()
    log_in(locked, token("reports:write"))
    place = upload(locked).headers["location"]
    started = ask(locked, place, "start")
    assert started.headers["location"] == "/scan?said=start"  # a job is not theirs to see
    assert "The scan was submitted." in locked.get("/scan?said=start").text
    assert "$NERPROC_API_TOKEN" in ask(locked, place, "plan").text
