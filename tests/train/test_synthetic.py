"""Samples made of descriptions, examples and contexts."""

from __future__ import annotations

import re
from random import Random

import pytest

from nerproc.errors import InvalidRequest
from nerproc.schema.sample import Topic
from nerproc.train.sample import Sample, check_enough
from nerproc.train.synthetic import synthesize
from nerproc.train.value import alike

TOPICS = [
    Topic(
        label="EMPLOYEE_ID",
        description="employee number",
        examples=["E-10442", "E-99120"],
        contexts=["Your badge E-10442 expires.", "Ask {NAME} ({EMPLOYEE_ID}) first."],
    ),
    Topic(label="NAME"),
    Topic(
        label="STREET_ADDRESS",
        description="where somebody lives, with everything that is needed to send a letter there",
    ),
]


def quotes(sample: Sample) -> list[tuple[str, str]]:
    return [(span.label, sample.text[span.start : span.end]) for span in sample.spans]


@pytest.fixture(scope="module")
def made() -> list[Sample]:
    return list(synthesize(TOPICS, count=60, seed=1))


def test_there_are_as_many_as_asked_for_of_each_label_and_all_differ(made: list[Sample]) -> None:
    assert len({sample.text for sample in made}) == len(made) == 180
    counts = check_enough(made)
    assert set(counts) == {"EMPLOYEE_ID", "NAME", "STREET_ADDRESS"}
    assert min(counts.values()) >= 60


def test_every_span_is_a_value_and_every_value_a_span(made: list[Sample]) -> None:
    for sample in made:
        assert sample.spans
        for label, quote in quotes(sample):
            assert quote == quote.strip() != ""
            assert (label == "EMPLOYEE_ID") == bool(re.fullmatch(r"E-\d{5}", quote))
        places = [match.span() for match in re.finditer(r"E-\d{5}", sample.text)]
        assert places == [(s.start, s.end) for s in sample.spans if s.label == "EMPLOYEE_ID"]


def test_contexts_are_used_and_texts_have_many_shapes(made: list[Sample]) -> None:
    of_ids = [sample for sample in made if sample.spans[0].label == "EMPLOYEE_ID"]
    assert any(sample.text.startswith("Your badge E-") for sample in of_ids)
    assert any(re.fullmatch(r"Ask .+ \(E-\d{5}\) first\.", sample.text) for sample in made)
    assert len({re.sub(r"E-\d{5}", "", sample.text) for sample in of_ids}) > 8
    assert any(len(sample.spans) > 2 for sample in made)
    assert not any("everything that is needed" in sample.text for sample in made)


def test_the_same_arguments_make_the_same_samples(made: list[Sample]) -> None:
    assert list(synthesize(TOPICS, count=60, seed=1)) == made
    assert list(synthesize(TOPICS, count=60, seed=2)) != made


def test_another_locale() -> None:
    texts = [quotes(sample)[0][1] for sample in synthesize([Topic(label="CITY")], count=20, locale="ja_JP")]
    assert any(re.search(r"[\u4e00-\u9fff]", text) for text in texts)


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        (Topic(label="BADGE"), "has no examples"),
        (Topic(label="BADGE", examples=["x"], contexts=["no place"]), "no place for a value"),
        (Topic(label="BADGE", examples=["x"], contexts=["{BADGE} of {NAME}"]), "place for NAME, which is not"),
        (Topic(label="BADGE", examples=["red"]), "there are only"),
        (Topic(label="BADGE", examples=[" "]), "there are only 0"),
    ],
)
def test_what_cannot_be_made_is_refused(topic: Topic, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words) as caught:
        list(synthesize([topic], count=500))
    assert caught.value.hint


def test_a_description_is_a_name_whatever_is_in_it() -> None:
    topic = Topic(label="FIELD", description="{} of {0}", examples=["A-123"])
    for sample in synthesize([topic], count=60):
        [(_, value)] = quotes(sample)
        assert f"{value} of" not in sample.text
        assert "*" not in sample.text


def test_a_locale_has_to_be_one() -> None:
    with pytest.raises(InvalidRequest, match="no locale 'xx_YY'"):
        list(synthesize([Topic(label="NAME")], count=5, locale="xx_YY"))


def test_values_keep_what_all_examples_share() -> None:
    random = Random(0)
    examples = ["AX-12 of Rome", "AY-34 of Rome"]
    found = {alike(examples[0], examples, random) for _ in range(50)}
    assert len(found) > 20
    assert all(re.fullmatch(r"A[A-Z]-\d\d of Rome", text) for text in found)
    of_one = {alike("AX-12", ["AX-12"], random) for _ in range(50)}
    assert len(of_one) > 20
    assert all(re.fullmatch(r"AX-\d\d", text) for text in of_one)
    assert alike("Rome", ["Rome"], random) == "Rome"
