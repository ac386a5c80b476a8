"""The tables: rows of patterns, as data."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from nerproc.detection.pattern.pattern import Pattern

# In this order; of two matches that are equal in everything else, the earlier row's is kept.
_THEMES = (
    *("secret_issued", "secret", "contact", "phone", "money", "identity"),
    *("network", "vehicle", "date", "address", "plate"),
)


def patterns() -> tuple[Pattern, ...]:
    """The rows of all tables."""
    modules = [f"{__name__}.{theme}" for theme in _THEMES]
    return tuple(row for name in modules if find_spec(name) for row in import_module(name).PATTERNS)
