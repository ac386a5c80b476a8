from __future__ import annotations

from pathlib import Path

import pytest

from training import silver

LONG = "The quick brown fox jumps over the lazy dog by the river."


@pytest.mark.parametrize(
    ("text", "has"),
    [
        (LONG, True),
        ("Yesterday, the QUICK brown\nfox jumps over - the lazy cat", True),
        ("the brown fox jumps over the lazy dog and sleeps", False),
        ("a short one", True),
        ("a short one too", False),
        ("", False),
    ],
)
def test_a_text_that_shares_eight_words_with_one_that_is_tried_on_was_seen(text: str, has: bool) -> None:
    assert silver.Seen([LONG, "A short one!"]).has(text) == has


def test_paragraphs_are_read_evenly_and_without_what_was_seen(tmp_path: Path) -> None:
    folder = tmp_path / "wikipedia"
    folder.mkdir()
    (folder / "long.txt").write_text("x" * 3_000 + "\n" + "y" * 3_000)
    (folder / "short.txt").write_text(f"One.\n\nTwo\nlines.\n \n{LONG}\n")
    (folder / "README.md").write_text("no")
    (tmp_path / "others").mkdir()
    (tmp_path / "others/some.txt").write_text("no")
    files = silver.files(tmp_path, silver.KINDS[0])
    read = silver.read(files, silver.Seen([LONG]), most=4_000)
    short = (folder / "short.txt").stat().st_size
    assert [sample.text for sample in read] == ["One.", "Two\nlines.", "x" * 3_000, "y" * (999 - short)]
    assert {sample.spans for sample in read} == {()}


def test_a_long_paragraph_is_read_sentence_by_sentence(tmp_path: Path) -> None:
    sentences = [f"The {number}. of many sentences\nends here." for number in range(60)]
    (tmp_path / "a.txt").write_text(" ".join(sentences))
    read = silver.read([tmp_path / "a.txt"], silver.Seen([]), most=10_000)
    assert [sample.text for sample in read] == sentences
