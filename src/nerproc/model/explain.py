"""What a model finds in a text, and why, in a process of its own (`apart`): whoever looks at it chooses both.

The text stays nowhere.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from nerproc.detection.threshold import DEFAULT_THRESHOLD, Thresholds
from nerproc.errors import InvalidRequest, TooManyRequests
from nerproc.model import apart
from nerproc.schema.entity import Entity
from nerproc.schema.reason import Reason

SECONDS = 120.0
AT_ONCE = 2  # texts; each takes a core, and the memory of a model
WAIT_SECONDS = 30.0  # for one of the others to end
MOST_LENGTH = 20_000  # code points

_turns = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Explained:
    """An entity with the reason for it."""

    entity: Entity
    why: Reason | None  # of one that a pattern of the tables found


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is in a text."""

    found: list[Explained]
    seconds: float  # that scanning took, without loading the model
    warnings: list[str]  # what was given up


def explain(
    text: str,
    model: str,
    *,
    folder: Path | None = None,
    cache: Path | None = None,
    labels: Collection[str] | None = None,
    custom_tags: Mapping[str, str] | None = None,
    deny: Mapping[str, Sequence[str]] | None = None,
    threshold: float | None = None,
) -> Explanation:
    """The entities in a text, with reasons.

    Args:
        text: at most MOST_LENGTH code points.
        model: name of the model.
        folder: where it lies, if it was imported.
        cache: folder for compiled patterns.
        labels: those to look for; all of the model if None.
        custom_tags: label to expression, as of a report.
        deny: label to texts, as of a report.
        threshold: least score, 0 to 1; that of a report if None.

    Raises:
        InvalidRequest: the text is too long, or the model cannot be loaded, or takes too long.
        TooManyRequests: others are being looked at.
    """
    if len(text) > MOST_LENGTH:
        raise InvalidRequest(
            f"The text has {len(text):,} characters.", hint=f"Give {MOST_LENGTH:,} at most, or start a scan."
        )
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise TooManyRequests("Other texts are being looked at.", hint="Try again in a moment.", seconds=5)
    try:
        return _ask(
            {
                "text": text,
                "model": model,
                "folder": _named(folder),
                "cache": _named(cache),
                "labels": None if labels is None else list(labels),
                "custom_tags": dict(custom_tags or {}),
                "deny": {label: list(texts) for label, texts in (deny or {}).items()},
                "threshold": DEFAULT_THRESHOLD if threshold is None else threshold,
            }
        )
    finally:
        _turns.release()


def _ask(question: dict[str, Any]) -> Explanation:
    answer = apart.ask(
        "nerproc.model.explain",
        question,
        seconds=SECONDS,
        late=f"The model did not answer within {SECONDS:.0f} s.",
        ended=lambda code: f"The model {question['model']!r} cannot be used: its process ended with {code}.",
    )
    found = [
        Explained(Entity.from_dict(one["entity"]), Reason(**one["why"]) if one["why"] else None)
        for one in answer["found"]
    ]
    return Explanation(found, answer["seconds"], answer["warnings"])


def _named(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _explanation(question: dict[str, Any]) -> Explanation:
    from nerproc.model.detect import entities
    from nerproc.model.registry import in_folder, load
    from nerproc.model.scanner import build

    name, folder = question["model"], question["folder"]
    model = in_folder(Path(folder), name, version="", origin="imported") if folder else load(name)
    scanner = build(
        model=model,
        labels=question["labels"],
        custom_tags=question["custom_tags"],
        thresholds=Thresholds(question["threshold"]),
        deny=question["deny"],
        cache=Path(question["cache"]) if question["cache"] else None,
        keeps_tags=False,
    )
    began = time.perf_counter()
    found = entities(scanner, question["text"])
    seconds = time.perf_counter() - began
    return Explanation(
        [Explained(one, _why(question["text"], one)) for one in found], seconds, scanner.warnings
    )


def _why(text: str, entity: Entity) -> Reason | None:
    from nerproc.detection.pattern.reason import reason

    if entity.source != "pattern":
        return None
    return reason(text, entity.start, entity.end, label=entity.label, kind=entity.kind, score=entity.score)


def _answer(question: dict[str, str]) -> dict[str, Any]:
    return asdict(_explanation(question))


if __name__ == "__main__":
    sys.exit(apart.answer(_answer))
