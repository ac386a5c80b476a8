"""`nerproc.detect`: text in, entities out, in this process."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from nerproc.detection.pattern import trial
from nerproc.detection.pattern.custom import CustomTag
from nerproc.detection.scan import Scanner
from nerproc.detection.threshold import DEFAULT_THRESHOLD, Thresholds
from nerproc.errors import InvalidRequest
from nerproc.model.registry import load
from nerproc.model.scanner import build
from nerproc.schema.entity import Entity, Location
from nerproc.schema.name import BASIC, LABEL_NAME

_LABEL = re.compile(LABEL_NAME)
_lock = Lock()  # scanners are not thread-safe


@dataclass(slots=True)
class _Text:
    """A text as a document of one piece."""

    text: str
    words: str = ""

    def location(self, _offset: int, /) -> Location | None:
        return None

    def hint(self, _offset: int, /) -> str:
        return ""


def detect(
    text: str,
    *,
    model: str = BASIC,
    labels: Collection[str] | None = None,
    custom_tags: Mapping[str, str] | None = None,
    threshold: float | None = None,
) -> list[Entity]:
    """The entities in `text`, by start, end and label; their `object` is "".

    Args:
        text: any length; offsets of the entities are in its code points.
        model: name of the model.
        labels: labels to report; all of the model if None. Custom tags are always reported.
        custom_tags: label to regular expression (syntax of the package `regex`).
        threshold: least score, 0 to 1; 0 reports every candidate, overlapping ones too. Default: 0.5.

    Raises:
        NotFound: there is no such model.
        InvalidRequest: it has no such label, or an argument is out of range.
        PatternError: a custom tag is not valid.
    """
    if threshold is not None and not 0 <= threshold <= 1:
        raise InvalidRequest(f"the threshold is {threshold}", hint="give a number from 0 to 1")
    with _lock:
        scanner = _scanner(
            model,
            None if labels is None else frozenset(labels),
            tuple((custom_tags or {}).items()),
            DEFAULT_THRESHOLD if threshold is None else threshold,
        )
        return entities(scanner, text)


def entities(scanner: Scanner, text: str) -> list[Entity]:
    """What `scanner` finds in a text that belongs to no object."""
    return list(scanner.scan([_Text(text)], ""))


@lru_cache(maxsize=16)
def _scanner(
    model: str, labels: frozenset[str] | None, custom_tags: tuple[tuple[str, str], ...], threshold: float
) -> Scanner:
    for label, _ in custom_tags:
        if not _LABEL.fullmatch(label):
            raise InvalidRequest(
                f"{label!r} is not a label",
                hint="use capital letters, digits and _, at most 64, a letter first",
            )
    trial.check([CustomTag(label, expression) for label, expression in custom_tags])
    return build(
        model=load(model), labels=labels, custom_tags=dict(custom_tags), thresholds=Thresholds(threshold)
    )
