"""The pages of a report: what is shown, what is hidden until it is asked for, and who gets it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from selectolax.lexbor import LexborHTMLParser
from tests.web.conftest import HOSTILE, RIGHT_TO_LEFT, TEXTS, FormClient, Site, Told
from tests.web.test_access import log_in

from nerproc.node import Node
from nerproc.web import entities as entity_page
from nerproc.web.render import address

Make = Callable[..., str]

SECRETS = ("ada@example.org", "linus@example.com", "4111 1111 1111 1111", "dana@example.org")


def at(site: Site, part: str = "", **query: object) -> str:
    return address(f"/reports/{site.plain}{part}", **query)


def words(text: str) -> str:
    """What one reads on a page."""
    tree = LexborHTMLParser(text)
    return " ".join((tree.body.text(separator=" ") if tree.body else "").split())


def rows(text: str) -> list[list[str]]:
    """The cells of the table of entities or objects."""
    tree = LexborHTMLParser(text)
    return [
        [" ".join(cell.text().split()) for cell in row.css("th, td")]
        for row in tree.css("table.stack tbody tr")
    ]


def revealed(node: Node, site: Site) -> list[dict[str, object]]:
    return [event.detail for event in node.jobs.events(site.plain) if event.kind == "report.revealed"]


def test_a_report_says_what_was_found_how_often_and_where(page: FormClient, site: Site, node: Node) -> None:
    text = page.get(at(site)).text
    report = node.reports.get(site.plain)
    said = words(text)
    assert report.label_counts["EMAIL"] == 20 * 2 + 10 + 2 + 2
    for label, count in report.label_counts.items():
        assert f"{label} {count}" in said
        assert f'href="{at(site, "/entities", label=label)}"' in text
    assert "COUNT(EMAIL) > 0" in said
    assert address(f"/reports/{site.plain}/objects", group="with mail") in text
    assert "mail.txt" in said
    assert "picture.bin" in said  # was skipped
    assert "job.submitted" in said
    assert str(site.documents) in said


@pytest.mark.parametrize("part", ["", "/entities", "/objects", "/search", "/object"])
def test_what_is_not_there_is_not_found(page: FormClient, part: str) -> None:
    answer = page.get(f"/reports/{uuid4()}{part}", params={"name": "x", "query": "COUNT(A) > 0"})
    assert answer.status_code == 404
    assert "There is no" in answer.text


def test_no_text_of_an_entity_is_on_a_page_that_nobody_asked_it_of(page: FormClient, site: Site) -> None:
    pages = [
        at(site),
        at(site, "/entities"),
        at(site, "/objects"),
        at(site, "/search", query="COUNT(EMAIL) > 0"),
    ]
    pages += [at(site, "/object", name=name) for name in TEXTS]
    for place in pages:
        answer = page.get(place)
        assert answer.status_code == 200, place
        assert not [secret for secret in SECRETS if secret in answer.text], place
        assert answer.headers["cache-control"] == "no-store"


def test_reveal_shows_the_texts_and_is_noted(page: FormClient, site: Site, node: Node, told: Told) -> None:
    before = len(revealed(node, site))
    place = at(site, "/entities", label="EMAIL", object="mail.txt")
    shown = page.submit(place, place)
    assert shown.status_code == 200
    assert words(shown.text).count("ada@example.org") >= 20
    assert revealed(node, site)[before:] == [{"by": None, "what": "entities"}]
    [line] = [line for line in told() if line.get("event") == "texts_revealed"]
    assert (line["report"], line["by"], line["what"]) == (str(site.plain), None, "entities")
    assert "ada@" not in str(told())
    assert "report.revealed" in words(page.get(at(site)).text)


def test_reveal_takes_a_scope_and_says_whose_token_it_was(
    locked: FormClient, site: Site, node: Node, token: Make
) -> None:
    log_in(locked, token("reports:read"))
    place = at(site, "/object", name="mail.txt")
    assert "scope <code>reports:reveal</code>" in locked.get(place).text
    csrf = LexborHTMLParser(locked.get("/").text).css_first("input[name=csrf]").attributes["value"]
    before = len(revealed(node, site))
    for path in (place, at(site, "/entities"), at(site, "/export")):
        answer = locked.post(path, data={"csrf": csrf or "", "format": "csv"})
        assert answer.status_code == 403
        assert "lacks the scope reports:reveal" in answer.text
        assert "ada@example.org" not in answer.text
    assert len(revealed(node, site)) == before

    locked.cookies.clear()
    log_in(locked, token("reports:read", "reports:reveal"))
    shown = locked.submit(place, place)
    assert "ada@example.org" in shown.text
    detail = revealed(node, site)[-1]
    assert detail["what"] == "preview"
    assert str(detail["by"]).startswith("reports:read-reports:reveal-")


def test_a_get_reveals_nothing_whatever_it_says(page: FormClient, site: Site) -> None:
    for place in (
        at(site, "/entities", reveal="1", revealed="true"),
        at(site, "/object", name="mail.txt", reveal=1),
    ):
        assert "ada@example.org" not in page.get(place).text
    assert page.post(at(site, "/entities")).status_code == 403  # without the proof
    assert page.get(at(site, "/export", format="csv")).status_code in (404, 405)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_downloads_hold_what_was_found_and_are_noted(
    page: FormClient, site: Site, node: Node, form: str
) -> None:
    csrf = LexborHTMLParser(page.get(at(site)).text).css_first("input[name=csrf]").attributes["value"]
    answer = page.post(at(site, "/export"), data={"csrf": csrf or "", "format": form})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.text.count("ada@example.org") >= 20
    assert revealed(node, site)[-1]["what"] == form
    assert page.post(at(site, "/export"), data={"csrf": csrf or "", "format": "exe"}).status_code == 422


def test_filters_are_in_the_address_and_hold(page: FormClient, site: Site) -> None:
    cards = rows(page.get(at(site, "/entities", label="CARD_NUMBER")).text)
    assert len(cards) == 10
    assert {(row[0], row[2]) for row in cards} == {("CARD_NUMBER", "people/list.csv")}
    assert all(row[3].startswith("row ") for row in cards)
    one = rows(page.get(at(site, "/entities", object="people/list.csv", label=["EMAIL", "CARD_NUMBER"])).text)
    assert len(one) == 20
    sure = rows(page.get(at(site, "/entities", score=0.99)).text)
    assert sure
    assert {row[4] for row in sure} == {"1.00"}
    matching = page.get(at(site, "/entities", query="COUNT(CARD_NUMBER) > 3", label="EMAIL")).text
    assert {row[2] for row in rows(matching)} == {"people/list.csv"}
    assert 'value="COUNT(CARD_NUMBER) &gt; 3"' in matching
    assert "No entity passes these filters." in page.get(at(site, "/entities", label="IBAN")).text
    for wrong in ({"score": 2}, {"score": "x"}, {"label": "no label"}, {"cursor": "x"}):
        assert page.get(at(site, "/entities", **wrong)).status_code == 422, wrong


@pytest.mark.parametrize("matches", [1, 50])
def test_pages_follow_one_another_and_hold_everything_once(
    page: FormClient, site: Site, node: Node, monkeypatch: pytest.MonkeyPatch, matches: int
) -> None:
    monkeypatch.setattr(entity_page, "PAGE", 7)
    monkeypatch.setattr(entity_page, "MATCHES", matches)
    total = node.reports.get(site.plain).label_counts["EMAIL"]
    for query in ("", "COUNT(EMAIL) > 0"):
        place: str | None = at(site, "/entities", label="EMAIL", query=query)
        seen: list[tuple[str, str]] = []
        while place:
            text = page.get(place).text
            seen += [(row[2], row[3]) for row in rows(text)]
            assert len(seen) % 7 == 0 or len(seen) == total  # every page but the last is full
            following = LexborHTMLParser(text).css_first("a[rel=next]")
            place = following.attributes["href"] if following else None
        assert len(seen) == total
        assert len(set(seen)) == total


def test_a_query_is_looked_up_until_its_entities_fill_a_page(
    page: FormClient, site: Site, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, asked = node.reports.search, []

    def spy(*arguments: Any, **options: Any) -> Any:
        asked.append(options["enough"])
        return search(*arguments, **options)

    monkeypatch.setattr(node.reports, "search", spy)
    assert rows(page.get(at(site, "/entities", query="COUNT(EMAIL) > 0", label="EMAIL")).text)
    enough = asked[0]
    assert not enough([("a", {"EMAIL": 30, "CARD_NUMBER": 90}), ("b", {"EMAIL": 19})])
    assert enough([("a", {"EMAIL": 30}), ("b", {"EMAIL": 20})])
    assert page.get(at(site, "/entities", query="COUNT(EMAIL) > 0", object="b")).status_code == 200
    assert not asked[-1]([("a", {"EMAIL": 50}), ("b", {"EMAIL": 49})])


def test_a_wrong_query_is_shown_with_a_caret(page: FormClient, site: Site) -> None:
    query = "COUNT(EMAIL) >> 3"
    for part in ("/entities", "/search"):
        answer = page.get(at(site, part, query=query))
        assert answer.status_code == 422
        excerpt = LexborHTMLParser(answer.text).css_first("pre.excerpt").text()
        line, caret = excerpt.splitlines()
        assert line == query
        assert caret.strip() == "^"
        assert query[len(caret) - 1] == ">"
        assert 'aria-invalid="true"' in answer.text


def test_objects_are_listed_by_end_name_group_and_query(page: FormClient, site: Site) -> None:
    def names(part: str, **query: object) -> list[str]:
        answer = page.get(at(site, part, **query))
        assert answer.status_code == 200
        return [row[0] for row in rows(answer.text)]

    assert len(names("/objects")) == len(TEXTS)
    assert names("/objects", status="skipped") == ["picture.bin"]
    assert names("/objects", prefix="people/") == ["people/list.csv"]
    assert names("/objects", group=HOSTILE) == []
    assert len(names("/objects", group="with mail")) == 4
    assert names("/search", query="COUNT(CARD_NUMBER) > 3") == ["people/list.csv"]


def test_a_document_is_shown_with_its_spans(page: FormClient, site: Site) -> None:
    masked = page.get(at(site, "/object", name="mail.txt")).text
    marks = LexborHTMLParser(masked).css("mark")
    assert marks
    assert "Write to" in masked
    assert "•••" in masked
    assert LexborHTMLParser(masked).css(".legend input[type=checkbox]")
    place = at(site, "/object", name="mail.txt")
    assert len(LexborHTMLParser(page.submit(place, place).text).css("mark")) == len(marks)
    skipped = words(page.get(at(site, "/object", name="picture.bin")).text)
    assert "skipped" in skipped
    assert page.get(at(site, "/object", name="nothing.txt")).status_code == 404


def test_names_and_texts_of_strangers_are_only_text(page: FormClient, site: Site) -> None:
    pages = [
        f"/reports/{site.hostile}",
        f"/reports/{site.right_to_left}",
        at(site, "/entities"),
        at(site, "/objects"),
    ]
    texts = [page.get(place).text for place in pages]
    for name in TEXTS:
        place = at(site, "/object", name=name)
        texts.append(page.get(place).text)
        if name != "picture.bin":
            texts.append(page.submit(place, place).text)
    for text in texts:
        assert "<img" not in text
        assert "<script>" not in text
        assert "<b>" not in text
        assert "\u202e" not in text
        assert "style=" not in text
    assert any("&lt;script&gt;alert" in text for text in texts)
    assert any(RIGHT_TO_LEFT.partition(" ")[0] in text for text in texts)


@pytest.mark.parametrize("name", TEXTS)
def test_the_lines_for_a_shell_are_what_they_seem(page: FormClient, site: Site, name: str) -> None:
    tree = LexborHTMLParser(page.get(at(site, "/object", name=name)).text)
    found = [code.text() for code in tree.css(".same code")]
    if name == "picture.bin":
        assert found == []
        return
    command, curl = found
    assert all(line.isprintable() for line in found)
    if "\u202e" not in name:
        assert shlex.split(command) == ["nerproc", "report", "entities", str(site.plain), "--object", name]
        assert f"object={name}" in shlex.split(curl)
    else:
        assert "$'" in command
        assert "\\U0000202e" in command


def test_a_failed_report_says_what_failed(page: FormClient, site: Site) -> None:
    said = words(page.get(f"/reports/{site.failed}").text)
    assert "broken.pdf" in said
    assert "Nothing was found." in said
