"""Finds named entities and personal data in text.

The public names are imported when they are first used, so that `import nerproc` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nerproc.client import Client
    from nerproc.extraction.extract import extract
    from nerproc.model.detect import detect
    from nerproc.schema.entity import Entity, Location

__all__ = ["Client", "Entity", "Location", "detect", "extract"]
__version__ = "0.1.0"

_HOMES = {
    "Client": "nerproc.client",
    "Entity": "nerproc.schema.entity",
    "Location": "nerproc.schema.entity",
    "detect": "nerproc.model.detect",
    "extract": "nerproc.extraction.extract",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
