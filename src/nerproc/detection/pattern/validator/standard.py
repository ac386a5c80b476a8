"""Numbers that python-stdnum knows: their check digits, dates, registers and known dummies."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from nerproc.detection.pattern.validator.rule import Check

_ONLY_ZEROS = re.compile(r"[0\W]+")  # a placeholder, which many check digits let pass


def standard(module: str, **options: Any) -> Check:
    """The `is_valid` of `stdnum.<module>`, imported when a match first asks for it."""

    def check(text: str) -> bool:
        if _ONLY_ZEROS.fullmatch(text):
            return False
        try:
            return _is_valid(module)(text, **options)
        except (LookupError, ValueError):  # what some modules raise for places that they do not know
            return False

    return check


@cache
def _is_valid(module: str) -> Callable[..., bool]:
    is_valid: Callable[..., bool] = import_module(f"stdnum.{module}").is_valid
    return is_valid
