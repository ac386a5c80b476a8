"""Halves of surrogate pairs: Python's texts may hold them, and what is not Python's takes none of them."""

from __future__ import annotations

import re

_HALF = re.compile("[\ud800-\udfff]")


def without_halves(text: str) -> str:
    """`text` with U+FFFD in the place of each half, so that offsets stay."""
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
