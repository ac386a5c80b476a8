"""Feedback on the page: a text is corrected and saved; its texts are hidden until somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode
from tests.web.conftest import FormClient, Told
from tests.web.test_access import log_in
from tests.web.test_report import words

from nerproc.model.explain import MOST_LENGTH
from nerproc.node import Node
from nerproc.schema.sample import Feedback, FeedbackSample, SampleSpan
from nerproc.web import feedback as feedback_page

Make = Callable[..., str]

PLACE = "/models/patterns/feedback"
TEXT = 'Anna wrote to eve@example.org & "Eve".\n<b>Eve</b> is in Lima; עלמה, \u202ealma@example.org\n'


@pytest.fixture(autouse=True)
def cleared(node: Node) -> Iterator[None]:
    yield
    for sample in kept(node):
        node.feedback.delete(node.models.card("patterns"), sample.id)


@pytest.fixture
def sample(node: Node) -> Feedback:
    """One that is there already."""
    given = FeedbackSample(text=TEXT, spans=[SampleSpan(start=0, end=4, label="NAME")])
    node.feedback.add(node.models.card("patterns"), [given])
    return kept(node)[-1]


def kept(node: Node) -> list[Feedback]:
    return list(node.feedback.all(node.models.card("patterns")))


def marked(sample: Feedback) -> list[tuple[str, str]]:
    return [(sample.text[span.start : span.end], span.label) for span in sample.spans]


def form(text: str) -> LexborNode:
    found = LexborHTMLParser(text).css_first(f'form[action="{PLACE}/correct"]')
    assert found is not None, text
    return found


def fields(text: str) -> dict[str, list[str]]:
    """What the form of a page sends, as a browser would."""
    sent: dict[str, list[str]] = {}
    for field in form(text).css("input, select"):
        value = field.attributes.get("value")
        if field.tag == "select":
            chosen = field.css_first("option[selected]")
            value = chosen.attributes.get("value") if chosen else ""
        sent.setdefault(str(field.attributes["name"]), []).append(value or "")
    return sent


def test_a_text_is_corrected_and_saved(page: FormClient, node: Node, told: Told) -> None:
    looked = page.submit(PLACE, f"{PLACE}/look", text=TEXT.replace("\n", "\r\n"))
    assert looked.status_code == 200, looked.text
    assert [mark.text() for mark in LexborHTMLParser(looked.text).css("mark bdi")] == [
        "eve@example.org",
        "alma@example.org",
    ]
    assert "<b>Eve" not in looked.text
    sent = fields(looked.text)
    assert sent["text"] == [TEXT]
    assert sent["label"] == ["EMAIL", "EMAIL"]
    assert kept(node) == []

    sent["label"][1] = ""
    sent["words"][:2], sent["added"][:2], sent["which"][:2] = ["Eve", "Anna"], ["NAME", "name"], ["2", ""]
    again = page.post(f"{PLACE}/correct", data=sent)
    assert again.status_code == 200
    sent = fields(again.text)
    assert sent["label"] == ["NAME", "EMAIL", "NAME"]
    assert set(sent["words"]) == {""}
    assert kept(node) == []

    sent["words"][0], sent["added"][0] = "Lima", "home town"
    saved = page.post(f"{PLACE}/save", data=sent)
    assert saved.headers["location"] == f"{PLACE}?said=add"
    [sample] = kept(node)
    assert sample.text == TEXT
    assert marked(sample) == [
        ("Anna", "NAME"),
        ("eve@example.org", "EMAIL"),
        ("Eve", "NAME"),
        ("Lima", "HOME_TOWN"),
    ]
    assert sample.spans[2].start == TEXT.index("Eve</b>")
    assert "The text was kept as a sample." in page.get(f"{PLACE}?said=add").text
    assert "eve@example.org" not in str(told())


def test_a_text_in_which_nothing_is_to_be_found_is_a_sample_too(page: FormClient, node: Node) -> None:
    looked = page.submit(PLACE, f"{PLACE}/look", text="Nothing is here.")
    assert "Nothing is marked." in looked.text
    page.post(f"{PLACE}/save", data=fields(looked.text))
    assert [(sample.text, sample.spans) for sample in kept(node)] == [("Nothing is here.", [])]


def test_what_is_wrong_is_said_and_nothing_is_lost(page: FormClient, node: Node) -> None:
    sent = fields(page.submit(PLACE, f"{PLACE}/look", text=TEXT).text)
    sent["words"][1], sent["added"][1], sent["which"][1] = "<b>Bert", "NAME", "7"
    for route in ("correct", "save"):
        answer = page.post(f"{PLACE}/{route}", data=sent)
        assert answer.status_code == 422
        assert "“<b>Bert” does not stand in the text." in words(answer.text)
        assert fields(answer.text) == sent
    assert kept(node) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no text."),
        (" \n", "There is no text."),
        ("x" * (MOST_LENGTH + 1), "The text has 20,001 characters."),
        ("a\0b", "NUL characters are not allowed"),
    ],
)
def test_what_is_no_text_to_correct_is_refused(page: FormClient, text: str, said: str) -> None:
    answer = page.submit(PLACE, f"{PLACE}/look", text=text)
    assert (answer.status_code, said in answer.text) == (422, True)


def test_as_many_entities_as_a_form_can_hold_are_corrected(page: FormClient, node: Node) -> None:
    most = feedback_page.MOST_SPANS
    text = " ".join(f"a{number}@example.org" for number in range(most))
    sent = fields(page.submit(PLACE, f"{PLACE}/look", text=text).text)
    sent["words"][0], sent["added"][0] = "example", "NAME"
    assert page.post(f"{PLACE}/correct", data=sent).status_code == 200
    assert page.post(f"{PLACE}/save", data=sent).status_code == 303
    assert len(kept(node)[0].spans) == most
    refused = page.submit(PLACE, f"{PLACE}/look", text=f"{text} one@example.org")
    assert refused.status_code == 422
    assert f"There are {most + 1} entities in the text." in refused.text


def test_texts_are_hidden_until_somebody_asks_for_them(page: FormClient, sample: Feedback, told: Told) -> None:
    hidden = page.get(PLACE).text
    assert "Anna" not in hidden
    assert "eve@example.org" not in hidden
    assert f"{len(TEXT)} characters" in words(hidden)
    assert "NAME 1" in words(hidden)
    shown = page.submit(PLACE, PLACE)
    assert [mark.text() for mark in LexborHTMLParser(shown.text).css("mark bdi")] == ["Anna"]
    assert "<b>Eve" not in shown.text
    assert "\u202e" not in shown.text
    [line] = [line for line in told() if line.get("event") == "texts_revealed"]
    assert (line["model"], line["by"], line["what"]) == ("patterns", None, "feedback")
    assert "Anna" not in str(told())


def test_samples_are_listed_page_by_page_and_deleted(
    page: FormClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback_page, "PAGE", 2)
    card = node.models.card("patterns")
    ids = node.feedback.add(card, [FeedbackSample(text=f"Text {n}", spans=[]) for n in range(3)])
    first = page.get(PLACE).text
    assert [str(one)[:8] in first for one in ids] == [True, True, False]
    following = LexborHTMLParser(first).css_first("a[rel=next]").attributes["href"] or ""
    revealed = page.submit(following, following)
    assert "Text 2" in revealed.text
    csrf = LexborHTMLParser(first).css_first("input[name=csrf]").attributes["value"] or ""
    answer = page.post(f"{PLACE}/{ids[1]}/delete", data={"csrf": csrf})
    assert answer.headers["location"] == f"{PLACE}?said=delete"
    assert [sample.id for sample in kept(node)] == [ids[0], ids[2]]


def test_how_to_learn_it_is_said(page: FormClient) -> None:
    assert "nerproc model train --base basic --feedback --name NEW" in words(
        page.get("/models/basic/feedback").text
    )
    said = words(page.get(PLACE).text)
    assert "nerproc model feedback export patterns" in said
    assert "nerproc model feedback list patterns" in said
    assert "/api/v1/models/patterns/feedback" in said


def test_feedback_is_given_and_deleted_only_by_who_may(
    locked: FormClient, node: Node, sample: Feedback, token: Make
) -> None:
    log_in(locked, token("models:read", "reports:reveal"))
    text = locked.get(PLACE).text
    assert "scope <code>models:write</code>" in text
    assert "/delete" not in text
    csrf = LexborHTMLParser(text).css_first("input[name=csrf]").attributes["value"] or ""
    for part in ("look", "correct", "save", f"{sample.id}/delete"):
        answer = locked.post(f"{PLACE}/{part}", data={"csrf": csrf, "text": TEXT})
        assert (answer.status_code, "lacks the scope models:write" in answer.text) == (403, True)
    assert kept(node) == [sample]
    assert locked.post(f"{PLACE}/{sample.id}/delete", data={"csrf": "0" * 64}).status_code == 403
    shown = locked.submit(PLACE, PLACE)
    assert "Anna" in shown.text


def test_a_text_that_was_tried_can_be_corrected(page: FormClient) -> None:
    tried = page.submit("/try", "/try", text=TEXT, model="patterns")
    found = LexborHTMLParser(tried.text).css_first(f'form[action="{PLACE}/look"]')
    assert found is not None
    assert found.css_first("input[name=text]").attributes["value"] == TEXT
