from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerproc.detection.tagger.word import BLANK, BREAK, LONGEST, split

TEXTS = st.text(st.one_of(st.characters(codec=None), st.sampled_from("ab \n\r\t.é東")), max_size=60)


@given(TEXTS)
def test_words_lie_where_they_say_and_leave_nothing_but_white_space(text: str) -> None:
    words = split(text)
    end = 0
    for word, start, stop in zip(words.texts, words.starts.tolist(), words.ends.tolist(), strict=True):
        assert not text[end:start].strip("\n\r\t") or text[end:start].isspace()
        assert text[start:stop] == word or (word in {BREAK, BLANK} and not text[start:stop].strip("\r\n"))
        assert len(word) <= LONGEST
        assert end <= start < stop
        end = stop
    assert not text[end:].strip()


@given(TEXTS, TEXTS)
def test_a_space_is_a_place_where_a_text_can_be_cut(before: str, after: str) -> None:
    words = split(f"{before} {after}")
    assert words.texts == split(before).texts + split(after).texts
    assert words.starts.tolist()[len(split(before).texts) :] == (split(after).starts + len(before) + 1).tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Iverson's jersey", ["Iverson", "'", "s", "jersey"]),
        ("_Middlemarch_, 1871.", ["_", "Middlemarch", "_", ",", "1871", "."]),
        ("Ärzte in Köln", ["Ärzte", "in", "Köln"]),
        ("東京へ", ["東", "京", "へ"]),
        ("नई दिल्ली", ["नई", "दिल्ली"]),
        ("a\r\nb\n\nc\td", ["a", BREAK, "b", BLANK, "c", "\t", "d"]),
        ("a" * 40 + "b" * 40, ["a" * 32 + "b" * 32]),
        ("", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert split(text).texts == words
