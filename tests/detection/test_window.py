from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detection.piece import Piece, cut

from nerproc.detection import window as module
from nerproc.detection.window import OVERLAP, WINDOW, windows


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("WINDOW", 64), ("OVERLAP", 16), ("SEEK", 8)):
        monkeypatch.setattr(module, name, value)


TEXTS = st.text(alphabet="ab \né😀", max_size=400)
CUTS = st.lists(st.integers(0, 400), max_size=12)


@settings(max_examples=200)
@given(TEXTS, CUTS)
def test_windows_depend_on_the_text_alone_and_own_it_once(text: str, places: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("WINDOW", 64), ("OVERLAP", 16), ("SEEK", 8)):
            patch.setattr(module, name, value)
        seen = [(w.text, w.offset, w.start, w.end) for w in windows(cut(text, *places))]
        assert seen == [(w.text, w.offset, w.start, w.end) for w in windows([Piece(text)])]
    assert "".join(shown[start:end] for shown, _, start, end in seen) == text
    for shown, offset, start, end in seen:
        assert shown == text[offset : offset + len(shown)]
        assert start == min(16, offset + start)
        assert len(shown) == end + min(16, len(text) - offset - end)


@pytest.mark.usefixtures("_small")
def test_windows_are_cut_behind_white_space() -> None:
    first, *_ = windows([Piece("a" * 60 + " " + "b" * 200)])
    assert first.end == 61


@pytest.mark.usefixtures("_small")
def test_places_and_hints_are_those_of_the_piece() -> None:
    pieces = [Piece("a" * 50, 1, "x"), Piece("b" * 50, 2, "y"), Piece("", 3), Piece("c" * 50, 4, "z")]
    for window in windows(pieces):
        for offset, char in enumerate(window.text):
            page, hint = {"a": (1, "x"), "b": (2, "y"), "c": (4, "z")}[char]
            place = window.location(offset)
            assert place is not None
            assert (place.page, place.row) == (page, (window.offset + offset) % 50)
            assert window.hint(offset) == hint


def test_no_text_has_no_windows() -> None:
    assert list(windows([])) == []
    assert list(windows([Piece("")])) == []


def test_a_small_text_is_one_window() -> None:
    (window,) = windows([Piece("ab"), Piece("cd")])
    assert (window.text, window.start, window.end) == ("abcd", 0, 4)


def test_memory_is_bounded_on_one_long_line() -> None:
    piece = 1 << 18
    tracemalloc.start()
    count = sum(window.end - window.start for window in windows(Piece("x" * piece) for _ in range(64)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 64 * piece
    assert peak < 5 * (WINDOW + 2 * OVERLAP)
