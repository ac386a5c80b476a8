"""One question, and servers that answer it badly."""

from __future__ import annotations

import gzip
import json
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.train.llm import double as doubles
from tests.train.llm.double import KEY, Double, content, raw, status

from nerproc.errors import (
    InvalidRequest,
    LanguageModelUnreachable,
    NerprocError,
    NotFound,
    Refused,
    SettingsError,
)
from nerproc.train.llm import chat as module
from nerproc.train.llm.chat import Chat
from nerproc.train.llm.tally import Tally, Unusable

GOOD = content("hello")
Hasty = Callable[[doubles.Answer], Tally]


@pytest.fixture
def hasty(chat: Chat, double: Double, monkeypatch: pytest.MonkeyPatch) -> Hasty:
    """Asks, while the server's first answer is another one, and waits for a third of a second."""
    monkeypatch.setattr(module, "READ_SECONDS", 0.3)
    monkeypatch.setattr(module, "MOST_SECONDS", 0.3)
    double.always = GOOD

    def ask(first: doubles.Answer) -> Tally:
        double.answers = [first]
        assert chat.ask("", "") == "hello"
        assert len(double.asked) == chat.tally.requests
        return chat.tally

    return ask


def test_what_is_sent_is_the_question_and_the_key(
    chat: Chat, double: Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password of-the-machine\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-machine")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    double.always = GOOD
    assert chat.ask("be good", "write") == "hello"
    [asked] = double.asked
    assert asked["path"] == "/v1/chat/completions"
    assert asked["headers"]["Authorization"] == f"Bearer {KEY}"
    assert asked["body"] == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "be good"}, {"role": "user", "content": "write"}],
    }
    with Chat(double.url, "tiny", None, Tally()) as keyless:
        keyless.ask("", "")
    assert "Authorization" not in double.asked[1]["headers"]


def test_an_answer_of_unknown_length_is_read_whole(chat: Chat, double: Double) -> None:
    double.always = doubles.chunked("hello " * 100)
    assert chat.ask("", "") == "hello " * 100


@pytest.mark.parametrize(
    ("answer", "reason", "pause"),
    [
        (status(429, ("Retry-After", "7")), "answered with status 429", 7),
        (status(429, ("Retry-After", "soon")), "answered with status 429", 0.5),
        (status(429), "answered with status 429", 0.5),
        (status(500), "answered with status 500", 0.5),
        (status(503, ("Retry-After", "0")), "answered with status 503", 0.5),
        (doubles.reset, "could not be reached (ConnectionError)", 0.5),
        (doubles.silent, "timed out", 0.5),
        (doubles.drip, "timed out", 0.5),
    ],
)
def test_what_passes_is_tried_again(
    hasty: Hasty, slept: list[float], answer: doubles.Answer, reason: str, pause: float
) -> None:
    tally = hasty(answer)
    assert (tally.requests, tally.repeated) == (2, {reason: 1})
    assert slept == [pause]


def test_it_is_tried_again_a_few_times_only_and_the_pauses_grow(
    chat: Chat, double: Double, tally: Tally, slept: list[float]
) -> None:
    double.always = status(500)
    with pytest.raises(Unusable, match="answered with status 500"):
        chat.ask("", "")
    assert (len(double.asked), slept) == (4, [0.5, 1.0, 2.0])
    assert tally.repeated.total() == 3


def test_a_server_that_wants_to_be_left_alone_for_long_is(
    chat: Chat, double: Double, slept: list[float]
) -> None:
    double.always = status(429, ("Retry-After", "86400"))
    for _ in range(2):
        with pytest.raises(Unusable, match="429"):
            chat.ask("", "")
    with pytest.raises(LanguageModelUnreachable, match="3 times in a row: answered with status 429"):
        chat.ask("", "")
    assert (len(double.asked), slept) == (3, [])


def test_one_answer_between_failures_is_enough_to_go_on(chat: Chat, double: Double) -> None:
    redirect = status(307, ("Location", f"{double.url}/chat/completions"))
    for answer in (redirect, redirect, GOOD, redirect, redirect):
        double.answers = [answer]
        if answer is GOOD:
            assert chat.ask("", "") == "hello"
        else:
            with pytest.raises(Unusable):
                chat.ask("", "")
    assert len(double.asked) == 5


@pytest.mark.parametrize("number", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(chat: Chat, double: Double, number: int) -> None:
    double.answers = [status(number, ("Location", f"{double.url}/elsewhere"))]
    double.always = GOOD
    with pytest.raises(Unusable, match="redirected elsewhere"):
        chat.ask("", "")
    assert [asked["path"] for asked in double.asked] == ["/v1/chat/completions"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (content(None, refusal="I will not."), "refused by the model"),
        (content("I can", finish="content_filter"), "refused by the model"),
        (content(""), "empty"),
        (content(" \n"), "empty"),
        (content(None), "empty"),
        (content([{"type": "text", "text": "x"}]), "empty"),
        (raw(b""), "not of the form"),
        (raw(b"<html>"), "not of the form"),
        (raw(b'{"choices": []}'), "not of the form"),
        (raw(b'{"choices": [{"message": "x"}]}'), "not of the form"),
        (raw(b'{"choices": {"0": 1}}'), "not of the form"),
        (raw(b"\xff\xfe"), "not of the form"),
        (raw(b"[" * 100_000), "not of the form"),
        (raw(b'{"choices": [' + b"9" * 10_000), "not of the form"),
        (raw(gzip.compress(json.dumps({"choices": []}).encode()), ("Content-Encoding", "gzip")), "compressed"),
        (doubles.endless, "too long"),
    ],
)  # fmt: skip
def test_what_is_no_use_is_not_asked_for_again(
    chat: Chat, double: Double, tally: Tally, answer: doubles.Answer, reason: str
) -> None:
    double.always = answer
    for _ in range(4):  # the server answers, so it is not given up
        with pytest.raises(Unusable, match=reason):
            chat.ask("", "")
    assert tally.requests == len(double.asked) == 4
    assert tally.repeated == Counter()


def test_an_answer_that_breaks_off_is_asked_for_again(chat: Chat, double: Double, tally: Tally) -> None:
    double.answers = [doubles.cut_short]
    double.always = GOOD
    assert chat.ask("", "") == "hello"
    assert tally.repeated.total() == 1


@pytest.mark.parametrize(
    ("number", "kind"),
    [(401, Refused), (403, Refused), (404, NotFound), (400, InvalidRequest), (422, InvalidRequest)],
)
def test_a_server_that_will_never_answer_is_asked_once(
    chat: Chat, double: Double, number: int, kind: type[NerprocError]
) -> None:
    double.always = status(number)  # its body repeats the key
    with pytest.raises(kind, match=str(number)) as caught:
        chat.ask("", "the question")
    assert len(double.asked) == 1
    assert caught.value.hint
    assert KEY not in f"{caught.value.message} {caught.value.hint}"
    assert "the question" not in caught.value.message


def test_nobody_listens(tally: Tally, slept: list[float]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with Chat(url, "tiny", KEY, tally, sleep=slept.append) as chat:
        for _ in range(2):
            with pytest.raises(Unusable):
                chat.ask("", "")
        with pytest.raises(LanguageModelUnreachable) as caught:
            chat.ask("", "")
    assert KEY not in caught.value.message


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel"])
def test_what_can_be_no_key_is_refused_and_not_quoted(make: Callable[[str], Chat], key: str) -> None:
    with pytest.raises(SettingsError, match="NERPROC_LLM_KEY") as caught:
        make(key)
    assert key not in caught.value.message


@pytest.fixture
def make() -> Callable[[str], Chat]:
    return lambda key: Chat("http://127.0.0.1:9/v1", "tiny", key, Tally())
