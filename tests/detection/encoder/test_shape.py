"""Shapes of words."""

from __future__ import annotations

import pytest

from nerproc.detection.encoder.shape import SHAPES, shapes

_WORDS = {
    0: ["", ".", "--", "€", "\u0301", "½"],
    1: ["smith", "a", "o'neil", "straße", "e\u0301te", "東京", "中"],
    2: ["Smith", "Élan", "(Al", "A中", "ǅan"],
    3: ["NATO", "U.S", "ÄÖ"],
    4: ["J", "J.", "É"],
    5: ["McDonald", "iPhone", "NGOs", "中A", "aB"],
    6: ["1987", "5", "12.5", "٣"],
    7: ["A1", "1st", "x2", "中2", "B-2"],
}


@pytest.mark.parametrize("shape", range(SHAPES))
def test_the_shape_of_a_word(shape: int) -> None:
    words = _WORDS[shape]
    assert dict(zip(words, shapes(words).tolist(), strict=True)) == dict.fromkeys(words, shape)


def test_each_word_has_its_own_however_often_it_stands_there() -> None:
    assert shapes(["Al", "al", "Al", "7"]).tolist() == [2, 1, 2, 6]
    assert shapes([]).tolist() == []
