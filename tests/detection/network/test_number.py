from __future__ import annotations

import pytest

from nerproc.detection.network.number import without_pieces
from nerproc.detection.span import Span


def kept(text: str, part: str, label: str = "DATE") -> bool:
    start = text.index(part)
    span = Span(start, start + len(part), label, None, 0.9, "tagger", validated=False)
    return without_pieces(text, [span]) == [span]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("2026-02-29T08:00:00", "2026-02"),
        ("at 10.5.16.2", "5.16.2"),
        ("1/2/3/4", "1/2"),
        ("no. 7-12-2020", "12-2020"),
    ],
)
def test_a_piece_of_a_longer_number_is_no_date(text: str, part: str) -> None:
    assert not kept(text, part)
    assert kept(text, part, "ID_NUMBER")


@pytest.mark.parametrize(
    ("text", "part"), [("exp 05/27, paid", "05/27"), ("on 3 May 2024-05", "3 May 2024"), ("2024.", "2024")]
)
def test_a_whole_one_is_kept(text: str, part: str) -> None:
    assert kept(text, part)
