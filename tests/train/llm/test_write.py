"""Asking until there are enough samples, and no longer than it makes sense."""

from __future__ import annotations

import pytest
from tests.train.llm.double import Double, content, entry, says, status

from nerproc.errors import LanguageModelUnreachable
from nerproc.schema.sample import Topic
from nerproc.train.llm.chat import Chat
from nerproc.train.llm.tally import Tally
from nerproc.train.llm.write import write_samples
from nerproc.train.sample import check_enough

TOPICS = [
    Topic(label="BADGE", description="badge number", examples=["A-1234"], contexts=["Show {BADGE} here."]),
    Topic(label="TICKET", description="ticket of the help desk"),
]


def test_there_are_as_many_as_asked_for(chat: Chat, double: Double, tally: Tally) -> None:
    made = list(write_samples(chat, TOPICS, count=25))
    assert len({sample.text for sample in made}) == len(made) == 50
    assert check_enough(made) == {"BADGE": 25, "TICKET": 25}
    assert tally.lines() == ["50 of 50 samples, from 6 requests"]
    assert [question[:8] for question in double.questions] == ["Write 10", "Write 10", "Write 5 "] * 2


def test_only_what_the_user_said_of_labels_is_sent(chat: Chat, double: Double, tally: Tally) -> None:
    list(write_samples(chat, TOPICS, count=1, locale="en_GB"))
    [question, other] = double.questions
    for said in ("badge number", "A-1234", "Show {BADGE} here.", "ticket of the help desk", "en_GB"):
        assert said in question
    assert "Show {BADGE} here." not in other
    first = list(double.questions)
    double.asked.clear()
    list(write_samples(chat, TOPICS, count=1, locale="en_GB"))
    assert double.questions == first
    double.asked.clear()
    list(write_samples(chat, TOPICS, count=1, locale="en_GB", seed=1))
    assert double.questions != first


def test_what_is_dropped_is_asked_for_again_and_counted(chat: Chat, double: Double, tally: Tally) -> None:
    good = entry("Please show {} at once.", "BADGE", "B-1")
    double.answers = [
        content("I am sorry."),
        content(None, refusal="no"),
        status(503),
        says(good, {"text": "x"}, good, entry("Show {}, please.", "CITY", "Rome")),
    ]
    made = list(write_samples(chat, TOPICS[:1], count=3))
    assert len(made) == 3
    assert tally.lines() == [
        "3 of 3 samples, from 5 requests",
        "3 dropped samples: 1 of another form, 1 a repetition, 1 with an unknown label",
        "2 answers without samples: 1 not JSON, 1 refused by the model",
        "1 repeated requests: 1 answered with status 503",
    ]


def test_more_than_asked_for_is_not_looked_at(chat: Chat, double: Double, tally: Tally) -> None:
    many = [entry(f"Please show {{}} at door {n}.", "BADGE", f"B-{n}x") for n in range(5)]
    double.always = says(*many, {"text": "x"})
    assert len(list(write_samples(chat, TOPICS[:1], count=2))) == 2
    assert not tally.dropped


def test_a_model_that_only_repeats_itself_is_left_in_the_end(chat: Chat, double: Double, tally: Tally) -> None:
    double.always = says(entry("Please show {} at once.", "BADGE", "B-1"))
    made = list(write_samples(chat, TOPICS, count=5))
    assert [len(made), len(double.asked)] == [1, 1 + 4 + 4]
    assert tally.kept == {"BADGE": 1, "TICKET": 0}
    assert tally.dropped == {"a repetition": 4, "without the label asked for": 4}


def test_a_server_that_goes_away_ends_it_and_what_there_was_stays(
    chat: Chat, double: Double, tally: Tally
) -> None:
    made = write_samples(chat, TOPICS, count=20)
    first = [next(made) for _ in range(10)]
    double.always = status(500)
    with pytest.raises(LanguageModelUnreachable):
        next(made)
    assert tally.kept["BADGE"] == len(set(first)) == 10
    assert tally.lost == {"answered with status 500": 2}
