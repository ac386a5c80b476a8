from __future__ import annotations

import pytest

from nerproc.detection.network.tidy import tidied
from nerproc.detection.span import Span


@pytest.mark.parametrize(
    ("text", "part", "left"),
    [
        ("We met on Tuesday, in Leeds", "Tuesday,", ["Tuesday"]),
        ("Tamsin: hello", "Tamsin: ", ["Tamsin"]),
        ("at Acme Inc. today", "Acme Inc.", ["Acme Inc."]),
        ("a , b", ",", []),
        ("Dear Mrs Scott", "Mrs", []),
        ("Dear Dr. Scott", "Dr. Scott", ["Dr. Scott"]),
        ("Ann - Bob; Eve", "Ann - Bob;", ["Ann", "Bob"]),
    ],
)
def test_no_entity_ends_in_a_sign_that_goes_on_or_is_a_title(text: str, part: str, left: list[str]) -> None:
    start = text.index(part)
    span = Span(start, start + len(part), "NAME", None, 0.9, "tagger", validated=False)
    assert [text[each.start : each.end] for each in tidied(text, [span])] == left
