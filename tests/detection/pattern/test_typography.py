"""Spaces, hyphens, plus signs and digits of typesetters are read as plain ones, in their places."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nerproc.detection.pattern.typography import as_typed


@given(st.text())
def test_each_character_keeps_its_place(text: str) -> None:
    plain = as_typed(text)
    assert len(plain) == len(text)
    assert all(a == b or b in " +-0123456789" for a, b in zip(text, plain, strict=True))
    assert as_typed(plain) == plain or plain.isascii()


def test_reads_numbers_as_typed() -> None:
    assert as_typed("01\u00a099\u202f00\u200912\u201034\u2011５６") == "01 99 00 12-34-56"
    assert as_typed("＋４９") == "+49"


def test_dashes_stay() -> None:
    assert as_typed("1914–1918 — war") == "1914–1918 — war"
