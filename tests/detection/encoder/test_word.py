from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detection.encoder.folder import write_encoder
from tokenizers import Tokenizer

from nerproc.detection.encoder import word as module
from nerproc.detection.encoder.word import Word, windows, words


@settings(max_examples=200)
@given(st.lists(st.integers(1, 4), max_size=60))
def test_windows_fit_and_own_every_word_once(lengths: list[int]) -> None:
    found = [Word(place, place + 1, [0] * length) for place, length in enumerate(lengths)]
    seen = list(windows(found, length=20, overlap=6))
    assert [word for window in seen for word in range(window.start, window.end)] == [*range(len(found))]
    for shown, start, end, shown_end in seen:
        assert 0 <= shown <= start < end <= shown_end <= len(found)
        assert sum(lengths[shown:shown_end]) <= 20
        assert shown == 0 or sum(lengths[shown - 1 : start]) > 6
        assert shown_end == len(found) or sum(lengths[end - 1 : shown_end]) > 6


def test_words_are_the_same_wherever_the_text_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = Tokenizer.from_file(str(write_encoder(tmp_path) / "tokenizer.json"))
    tokenizer.no_truncation()
    text = "Ada Lovelace met Acme Corp.\n" * 30
    whole = words(tokenizer, text)
    monkeypatch.setattr(module, "CHUNK", 64)
    monkeypatch.setattr(module, "SEEK", 32)
    assert words(tokenizer, text) == whole
    assert [text[word.start : word.end] for word in whole[:6]] == [
        "Ada",
        "Lovelace",
        "met",
        "Acme",
        "Corp",
        ".",
    ]
