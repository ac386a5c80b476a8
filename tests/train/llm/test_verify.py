"""What is believed of a language model's answer, and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.train.llm.double import entry

from nerproc.schema.sample import Topic
from nerproc.train.llm.tally import Unusable
from nerproc.train.llm.verify import MOST_CHARACTERS, Verifier, entries
from nerproc.train.sample import Sample, Span

TOPICS = [
    Topic(label="BADGE", examples=["A-1234", "Badge 7"], contexts=["Show {BADGE} at the door."]),
    Topic(label="NAME"),
    Topic(label="EMAIL"),
    Topic(label="IBAN"),
]
GOOD = entry("Please show {} to {}, thanks.", "BADGE", "B-7781", "NAME", "Ada")


@pytest.fixture
def verifier() -> Verifier:
    return Verifier(TOPICS, "en_US")


@pytest.mark.parametrize(
    "answer",
    [
        '{"samples": [{"text": "x"}]}',
        '[{"text": "x"}]',
        ' {"samples": [{"text": "x"}], "note": "these are good"}\n',
        'Here they are:\n```json\n{"samples": [{"text": "x"}]}\n```\nGood luck!',
        '```\n[{"text": "x"}]\n```',
        '```[{"text": "x"}]\n```'.replace("[", " [", 1),
        '<think>Should I write\n{"samples": []}? Yes.</think>\n{"samples": [{"text": "x"}]}',
    ],
)
def test_samples_are_read_from_json(answer: str) -> None:
    assert entries(answer) == [{"text": "x"}]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("I am sorry, but I cannot do that.", "not JSON"),
        ('{"samples": [{"text": "x"}', "not JSON"),
        ('{"samples": [{"text": "x"}]} and more', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("9" * 10_000, "not JSON"),
        ('{"samples": []}', "JSON without samples"),
        ('{"samples": "x"}', "JSON without samples"),
        ('{"texts": ["x"]}', "JSON without samples"),
        ("17", "JSON without samples"),
        ("null", "not JSON"),
        ("```json\n" + " \n" * 1_000_000, "not JSON"),
        ("```\n" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_list_of_samples(answer: str, reason: str) -> None:
    with pytest.raises(Unusable, match=f"^{reason}$"):
        entries(answer)


def test_values_become_spans(verifier: Verifier) -> None:
    expected = Sample("Please show B-7781 to Ada, thanks.", (Span(12, 18, "BADGE"), Span(22, 25, "NAME")))
    assert verifier.sample(GOOD, "BADGE") == expected
    twice = entry("Please show {} to {}, thank you.", "BADGE", "B-7781", "NAME", "Ada")
    twice["entities"] *= 2
    assert len(verifier.sample(twice, "NAME").spans) == 2


def changed(**parts: Any) -> dict[str, Any]:
    return {**GOOD, **parts}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("text", "of another form"),
        (None, "of another form"),
        (changed(text=17), "of another form"),
        (changed(entities=None), "of another form"),
        (changed(entities={"BADGE": "B-7781"}), "of another form"),
        (changed(entities=["B-7781"]), "of another form"),
        (changed(entities=[{"label": "BADGE"}]), "of another form"),
        (changed(entities=[{"label": "BADGE", "text": ""}]), "of another form"),
        (changed(entities=[{"label": "BADGE", "text": " B-7781"}]), "of another form"),
        (changed(entities=GOOD["entities"] * 100), "of another form"),
        (changed(entities=[{"label": "badge", "text": "B-7781"}]), "with an unknown label"),
        (changed(entities=[{"label": "CITY", "text": "B-7781"}]), "with an unknown label"),
        (changed(entities=[{"label": "BADGE", "text": "B-7782"}]), "without a value that it names"),
        (entry("Please show {} or {}.", "BADGE", "B-1", "BADGE", "B-12"), "with a value in two places"),
        (entry("Now show {} twice: B-7781!", "BADGE", "B-7781"), "with a value in two places"),
        (changed(entities=[{"label": "BADGE", "text": "B-77"}]), "with a value cut out of a word"),
        (changed(entities=[{"label": "BADGE", "text": "7781 to"}, {"label": "NAME", "text": "to Ada"}]),
         "with values across each other"),
        (changed(entities=[]), "without the label asked for"),
        (changed(entities=GOOD["entities"][1:]), "without the label asked for"),
        (entry("{}", "BADGE", "A-1234567"), "nothing but values"),
        (entry("{}: {}", "BADGE", "A-1235", "NAME", "Ada"), "nothing but values"),
        (entry("Of {}", "BADGE", "A-1"), "too short"),
        (entry("Please show {}, " + "x" * MOST_CHARACTERS, "BADGE", "B-7781"), "too long"),
        (entry("Please show {} \0 now.", "BADGE", "B-7781"), "with characters that are no text"),
        (entry("Please show {} \ud83d now.", "BADGE", "B-7781"), "with characters that are no text"),
        (entry("Please show {} \x1b[31m now.", "BADGE", "B-7781"), "with characters that are no text"),
        (entry("Please show {} to {{NAME}} now.", "BADGE", "B-7781"), "with a placeholder"),
        (entry("Bitte zeigen Sie den Ausweis {} an der Tür und nicht im Hof.", "BADGE", "B-7781"),
         "in another language"),
        (entry("Пожалуйста, покажите {} на входе.", "BADGE", "B-7781"), "in another language"),
        (entry("Please show {} and not A-1234.", "BADGE", "B-7781"), "with a value that is not marked"),
        (entry("Show {} or write to ann@example.org.", "BADGE", "B-7781"), "with a value that is not marked"),
        (entry("Show {} and write to {}.", "BADGE", "B-7781", "EMAIL", "ann at home"),
         "with a value that is none of its label"),
        (entry("Show {}, pay to {}.", "BADGE", "B-7781", "IBAN", "GB82 WEST 1234 5698 7654 33"),
         "with a value that is none of its label"),
    ],
)  # fmt: skip
def test_what_is_not_sound_is_dropped(verifier: Verifier, wrong: Any, reason: str) -> None:
    with pytest.raises(Unusable, match=f"^{reason}$"):
        verifier.sample(json.loads(json.dumps(wrong)), "BADGE")
    assert verifier.sample(GOOD, "BADGE").spans  # what was dropped leaves nothing behind


def test_values_that_have_a_form_are_held_against_it(verifier: Verifier) -> None:
    good = entry(
        "Show {}, pay to {}, write to {}.",
        *("BADGE", "B-7781", "IBAN", "GB82 WEST 1234 5698 7654 32", "EMAIL", "ann@example.org"),
    )
    assert len(verifier.sample(good, "IBAN").spans) == 3


@pytest.mark.parametrize(
    "text",
    [
        "Please show B-7781 to Ada, thanks.",
        "please show  B-7781 to Ada,\nthanks. ",
        "Show {BADGE} at the door.",
    ],
)
def test_a_text_is_used_once(verifier: Verifier, text: str) -> None:
    verifier.sample(GOOD, "BADGE")
    value = "{BADGE}" if "{" in text else "B-7781"
    with pytest.raises(Unusable, match=r"^(a repetition|with a placeholder)$"):
        verifier.sample({"text": text, "entities": [{"label": "BADGE", "text": value}]}, "BADGE")


def test_an_example_as_a_text_is_no_sample() -> None:
    verifier = Verifier([Topic(label="NOTE", examples=["Keep off the grass"])], "en_US")
    with pytest.raises(Unusable):
        verifier.sample(
            {"text": "keep off the grass", "entities": [{"label": "NOTE", "text": "grass"}]}, "NOTE"
        )


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        ("ja_JP", "受付で社員証{}を見せてください。", "甲七八"),
        ("zh_CN", "请在门口出示{}号工牌。", "甲七八"),
        ("ko_KR", "입구에서 {}를 보여 주세요.", "가나다"),
        ("th_TH", "กรุณาแสดง{}ที่ประตู", "บี๗๗"),
        ("fr_FR", "Merci de montrer\u00a0{} à l’entrée, s’il vous plaît.", "B-7781"),
    ],
)
def test_other_languages_and_scripts(locale: str, text: str, value: str) -> None:
    verifier = Verifier([Topic(label="BADGE")], locale)
    sample = verifier.sample(entry(text, "BADGE", value), "BADGE")
    assert [sample.text[span.start : span.end] for span in sample.spans] == [value]
