from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.samples import MIB, Dribble, read
from nerproc.extraction.json import unescape, whole

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
    max_leaves=8,
)
RAW = st.lists(
    st.sampled_from(["\\", "\\\\", "u", "\\u", "d83d", "de00", "\\ud83d", "\\ude00", "0040", "n", '"', "x"])
)


def test_escapes_are_resolved():
    document = read(
        rb'{"mail": "a\u0040b.org", "path": "C:\\new", "smile": "\ud83d\ude00", "s": "\/"}', "a.json"
    )
    assert document.text == '{"mail": "a@b.org", "path": "C:\\new", "smile": "\U0001f600", "s": "/"}'
    assert document.media_type == "application/json"


def test_lone_surrogates_and_wrong_escapes():
    assert read(rb'{"a": "\ud800 \udc00 \ud800\u0041 \x \u12"}', "a.json").text == ('{"a": "� � �A \\x \\u12"}')


@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_strings_read_as_the_json_module_reads_them(text: str, ascii_only: bool):
    dumped = json.dumps(text, ensure_ascii=ascii_only)
    assert unescape(dumped)[1:-1] == text


@given(RAW.map("".join), st.integers(0, 40))
def test_cutting_does_not_change_the_text(raw: str, at: int):
    first = raw[:at]
    end = whole(first)
    assert unescape(raw[:end]) + unescape(raw[end:]) == unescape(raw)
    assert len(first) - end <= 11


@pytest.mark.parametrize("lead", range(14))
def test_escapes_at_the_edge_of_a_block_stay_whole(lead: int):
    raw = '["' + "x" * (MIB - 2 - lead) + r"\ud83d\ude00\u0040\\" + '"]'
    assert read(raw.encode(), "a.json").text == '["' + "x" * (MIB - 2 - lead) + "\U0001f600@\\" + '"]'


def test_keys_above_a_value_are_its_hint():
    data = {
        "user": {"passport_number": "X1", "phones": ["P1", "P2"], "homeAddress": {"city": "C1"}},
        "after": "A1",
    }
    for document in (
        read(json.dumps(data).encode(), "a.json"),
        read(json.dumps(data, indent=2).encode(), "a.json"),
    ):
        assert document.hint("X1") == "user passport number"
        assert document.hint("P1") == "user phones"
        assert document.hint("P2") == "user phones"
        assert document.hint("C1") == "user home Address city"
        assert document.hint("A1") == "after"
        assert document.location("X1") is None


def test_hints_reach_over_escapes_and_braces_in_strings():
    document = read(rb'{"note": "{ \"x\": [ \u007b", "iban": "I1"}', "a.json")
    assert document.hint("I1") == "iban"


def test_json_lines_have_rows():
    data = b'{"text": "one\\ntwo", "n": 1}\n{"text": "three", "ssn": 2}\n'
    document = read(data, "a.jsonl")
    assert document.media_type == "application/jsonl"
    assert document.text == '{"text": "one\ntwo", "n": 1}\n{"text": "three", "ssn": 2}\n'
    assert document.location("two").row == 1
    assert document.location("three").row == 2
    assert document.hint("2}") == "ssn"
    assert read(data, "a.txt").media_type == "application/jsonl"
    assert read(data, "a.json").media_type == "application/jsonl"


def test_long_lines_are_json_lines_too():
    line = json.dumps({"text": "x" * 20_000})
    assert read(f"{line}\n{line}\n".encode(), "a").media_type == "application/jsonl"


def test_rows_and_hints_over_many_segments():
    lines = [json.dumps({"id": number, "who": {"taxNumber": f"T{number}é\n."}}) for number in range(60_000)]
    document = read("\n".join(lines).encode(), "a.jsonl")
    assert len(document.segments) > 2
    for number in (0, 30_000, 59_999):
        assert document.location(f"T{number}é").row == number + 1
        assert document.hint(f"T{number}é") == "who tax Number"


@pytest.mark.parametrize("indent", [None, 1])
def test_hints_in_a_large_document_do_not_depend_on_what_was_asked_before(indent: int | None):
    data = json.dumps({"people": [{"n": n, "cards": [f"C{n}", f"D{n}"]} for n in range(40_000)]}, indent=indent)
    asked_once = read(data.encode(), "a.json")
    asked_often = read(data.encode(), "a.json")
    for number in range(0, 40_000, 500):
        asked_often.hint(f'"C{number}"')
    for number in (39_999, 20_000, 7):
        assert asked_once.hint(f'"D{number}"').endswith("cards")
        assert asked_often.hint(f'"D{number}"') == asked_once.hint(f'"D{number}"')


@given(VALUES, st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_the_text_does_not_depend_on_read_sizes(value: object, sizes: list[int]):
    data = json.dumps({"value": value}).encode()
    assert read(Dribble(data, sizes), "a.json").text == read(data, "a.json").text


@given(VALUES)
def test_every_offset_has_a_place_and_a_hint(value: object):
    document = read(json.dumps([{"v": value}, value]).encode(), "a.jsonl")
    for segment in document.segments:
        for offset in range(len(segment.text)):
            assert segment.location(offset).row == 1
            segment.hint(offset)


@pytest.mark.parametrize(
    "text", ["[section]\nkey = value\n", "[2024-01-01 10:00] started\n", "{braces} in prose"]
)
def test_text_that_only_begins_like_json_is_text(text: str):
    document = read(text.encode(), "a")
    assert document.media_type == "text/plain"
    assert document.text == text
