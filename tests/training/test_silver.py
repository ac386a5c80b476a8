from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests import people

from nerproc.detection.tagger import load
from nerproc.train.target import teach
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
    for kind, text in (("a", f"One.\n\nTwo\nlines.\n \n{LONG}\n"), ("b", "x" * 3_000 + "\n" + "y" * 3_000)):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "some.txt").write_text(text)
        (tmp_path / kind / "README.md").write_text("no")
    files = silver.files(tmp_path)
    read = silver.read(files, silver.Seen([LONG]), most=5_000)
    assert [sample.text for sample in read] == ["One.", "Two\nlines.", "x" * 3_000, "y" * 1_999]
    assert {sample.spans for sample in read} == {()}


def test_several_teachers_say_the_mean(tmp_path: Path) -> None:
    folders = [people.random_model(tmp_path / "one", seed=1), people.random_model(tmp_path / "two", seed=2)]
    texts = ["Anna lives in Oslo.", ""]
    one, two = (teach(load(folder), people.LABELS)(texts) for folder in folders)
    said = silver.ensemble(folders, people.LABELS, threads=1)(texts)
    assert not np.allclose(one[0], two[0])
    assert np.allclose(said[0], (one[0] + two[0]) / 2)
    assert [len(chances) for chances in said] == [5, 0]
