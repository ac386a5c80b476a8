from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detection.encoder.folder import write_encoder
from tokenizers import Tokenizer, models, pre_tokenizers

from nerproc.detection.encoder import word as module
from nerproc.detection.encoder.word import Word, cuts, windows, words


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9)), max_size=60))
def test_windows_fit_and_own_every_word_once(drawn: list[tuple[int, int]]) -> None:
    lengths = [length for length, _ in drawn]
    found = [Word(place, place + 1, [0] * length) for place, length in enumerate(lengths)]
    begins = [not place or chance == 0 for place, (_, chance) in enumerate(drawn)]
    seen = list(windows(found, length=20, overlap=6, cuts=begins))
    assert [word for window in seen for word in range(window.start, window.end)] == [*range(len(found))]
    for shown, start, end, shown_end in seen:
        assert 0 <= shown <= start < end <= shown_end <= len(found)
        assert sum(lengths[shown:shown_end]) <= 20
        if begins[start]:
            assert shown == start
        else:
            assert shown == 0 or sum(lengths[shown - 1 : start]) > 6
        if shown_end < len(found) and end == shown_end:
            assert begins[end]
        else:
            assert shown_end == len(found) or sum(lengths[end - 1 : shown_end]) > 6


def test_windows_end_with_the_last_sentence_that_fits() -> None:
    found = [Word(place, place + 1, [0]) for place in range(60)]
    begins = [place in {0, 12, 17, 20, 45} for place in range(60)]
    seen = [window[:] for window in windows(found, length=20, overlap=4, cuts=begins)]
    assert seen == [(0, 0, 20, 20), (20, 20, 36, 40), (32, 36, 45, 45), (45, 45, 60, 60)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The king met Ada. The end.", ["The king met Ada. The end."]),
        ("Ada met the king. Ada? Yes! So", ["Ada met the king.", "Ada?", "Yes!", "So"]),
        ("Dr. Ada J. King met mr. Love", ["Dr. Ada J. King met mr. Love"]),
        ("Ada\nLove\n\nKing \r\n\r\n the", ["Ada\nLove", "King", "the"]),
        ("at the.net the . the", ["at the.net the .", "the"]),
    ],
)
def test_sentences_begin_where_that_is_certain(tmp_path: Path, text: str, sentences: list[str]) -> None:
    tokenizer = Tokenizer.from_file(str(write_encoder(tmp_path) / "tokenizer.json"))
    tokenizer.no_truncation()
    found = words(tokenizer, text)
    places = [word.start for word, begins in zip(found, cuts(text, found), strict=True) if begins]
    parts = [text[start:end].strip() for start, end in zip(places, [*places[1:], len(text)], strict=True)]
    assert parts == sentences


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


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('Ada met "King" (Love).', ["Ada", "met", '"', "King", '"', "(", "Love", ")", "."]),
        ("Ada-Love, Ada’s Lovelace", ["Ada-Love", ",", "Ada’s", "Lovelace"]),
        ("東京に 田中", ["東京", "に", "田中"]),
        ("-Ada-\nKing", ["-", "Ada", "-", "King"]),
    ],
)
def test_words_of_tokenizers_that_know_spaces_alone(text: str, parts: list[str]) -> None:
    pieces = [*'▁ADKLadegiklmnortv"(),.-’sに', "▁Ada", "Ada", "▁Love", "Love", "lace", "King", "東京", "田中"]
    tokenizer = Tokenizer(models.Unigram([("<unk>", 0.0), *((piece, -9.0) for piece in pieces)], unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    assert [text[word.start : word.end].strip() for word in words(tokenizer, text)] == parts
