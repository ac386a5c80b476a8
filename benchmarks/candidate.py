"""Models to be measured: those that nerproc knows by name, and folders that were not imported anywhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from nerproc.detection.pattern.engine import PatternDetector
from nerproc.detection.span import Detector
from nerproc.detection.threshold import Thresholds
from nerproc.errors import NerprocError
from nerproc.model import registry
from nerproc.model.folder import describe, detector
from nerproc.model.registry import Model


def named(text: str) -> Model:
    """The model that `NAME` or `NAME=FOLDER` means; what a folder holds is put beside the built-in patterns."""
    name, _, folder = text.partition("=")
    try:
        return _of_folder(name, Path(folder)) if folder else registry.load(name)
    except NerprocError as error:
        raise SystemExit(f"{text}: {error}. {error.hint or ''}".strip()) from None


def learnt(model: Model) -> Detector:
    """What of `model` was learnt: its detector that is not the one of patterns."""
    found = [one for one in model.detectors(None, Thresholds(), None) if not isinstance(one, PatternDetector)]
    if len(found) != 1:
        raise SystemExit(f"{model.name} has {len(found)} detectors that were learnt, not one")
    return found[0]


def _of_folder(name: str, folder: Path) -> Model:
    description, patterns = describe(folder), registry.load("patterns")

    def detectors(
        labels: Collection[str] | None, thresholds: Thresholds, cache: Path | None
    ) -> Sequence[Detector]:
        return [*patterns.detectors(labels, thresholds, cache), detector(folder, description.kind, labels)]

    return Model(
        name=name,
        version=description.version,
        description=description.description,
        labels=tuple(sorted({*patterns.labels, *description.labels})),
        parts=(*patterns.parts, description.kind),
        origin="imported",
        detectors=detectors,
    )
