"""Try it: what is in a text, and why; the text stays nowhere."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser
from tests.web.conftest import FormClient, Told
from tests.web.test_report import words

from nerproc.errors import TooManyRequests
from nerproc.model import explain as explaining
from nerproc.model.explain import MOST_LENGTH
from nerproc.node import Node
from nerproc.observe import log

TEXT = (
    "Her passport no. is 123456789, her card 4111 1111 1111 1111.\n"
    "A letter to <b>eve@example.org</b> & \u202eco.\n"
)


def test_entities_are_shown_with_their_reasons(page: FormClient, node: Node, told: Told) -> None:
    assert page.get("/try").status_code == 200
    log().debug("before")
    answer = page.submit("/try", "/try", text=TEXT, model="patterns")
    assert answer.status_code == 200, answer.text
    tree = LexborHTMLParser(answer.text)
    reasons = {
        " ".join(row.css_first(".found").text().split()): " ".join(row.css_first(".why").text().split())
        for row in tree.css("table tbody tr")
    }
    assert set(reasons) == {"123456789", "4111 1111 1111 1111", "eve@example.org"}
    assert "of the kind us_passport" in reasons["123456789"]
    assert "The form alone scores 0.05" in reasons["123456789"]
    assert "“passport”, which raises the score to 0.60" in reasons["123456789"]
    assert "A checksum or a parser confirms it" in reasons["4111 1111 1111 1111"]
    assert [mark.text() for mark in tree.css("mark bdi")] == [
        "123456789",
        "4111 1111 1111 1111",
        "eve@example.org",
    ]
    assert tree.css_first("textarea").text() == TEXT  # to be changed and tried again
    assert "<b>" not in answer.text
    assert "before" in str(told())
    assert "eve@example.org" not in str(told())
    assert not list(node.settings.home.rglob("*eve*"))
    assert "eve@" not in str(answer.request.url)


def test_a_network_says_that_it_is_one(page: FormClient) -> None:
    said = words(page.submit("/try", "/try", text="Ada Lovelace lives in London.", model="basic").text)
    assert "The network takes it for this by its words and those around it" in said


def test_an_example_can_be_filled_in(page: FormClient) -> None:
    assert "ada@example.org" in page.get("/try?example=1").text
    assert "ada@example.org" not in page.get("/try").text


@pytest.mark.parametrize(
    ("text", "model", "status", "said"),
    [
        ("x", "nothing", 404, "There is no model"),
        ("x", "/etc/passwd", 404, "There is no model"),
        ("x" * (MOST_LENGTH + 1), "patterns", 422, "The text has 20,001 characters."),
        ("a\0b", "patterns", 422, "NUL characters are not allowed"),
        (" \r\n", "patterns", 200, "Try it"),
    ],
)
def test_what_is_wrong_is_said(page: FormClient, text: str, model: str, status: int, said: str) -> None:
    answer = page.submit("/try", "/try", text=text, model=model)
    assert (answer.status_code, said in answer.text) == (status, True)


def test_only_some_texts_are_looked_at_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "WAIT_SECONDS", 0.01)
    taken = 0
    while explaining._turns.acquire(blocking=False):
        taken += 1
    try:
        assert taken == explaining.AT_ONCE
        with pytest.raises(TooManyRequests):
            explaining.explain("x", "patterns")
    finally:
        explaining._turns.release(taken)
