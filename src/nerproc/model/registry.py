"""The models there are: named sets of detectors with their labels."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nerproc import __version__
from nerproc.detection.span import Detector
from nerproc.detection.threshold import Thresholds
from nerproc.errors import NotFound
from nerproc.schema.report import ModelCard


class MakeDetectors(Protocol):
    """Makes the detectors of a model."""

    def __call__(
        self, labels: Collection[str] | None, thresholds: Thresholds, cache: Path | None
    ) -> Sequence[Detector]:
        """Detectors that find only `labels` (all if None), and nothing that `thresholds` would drop."""
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """A named set of detectors."""

    name: str
    version: str  # differs where it may find something else
    description: str
    labels: tuple[str, ...]  # in alphabetical order
    parts: tuple[str, ...]  # names of its detectors
    detectors: MakeDetectors

    def card(self) -> ModelCard:
        """What users see of it."""
        return ModelCard(
            name=self.name, description=self.description, labels=list(self.labels), detectors=list(self.parts)
        )


def cards() -> list[ModelCard]:
    """All models, by name."""
    return [load(name).card() for name in sorted(_BUILT_IN)]


def load(name: str) -> Model:
    """The model called `name`.

    Raises:
        NotFound: there is none.
    """
    make = _BUILT_IN.get(name)
    if make is None:
        raise NotFound(f"there is no model {name!r}", hint=f"models: {', '.join(sorted(_BUILT_IN))}")
    return make()


def _patterns() -> Model:
    from nerproc.detection.pattern.table import patterns

    def detectors(
        labels: Collection[str] | None, thresholds: Thresholds, cache: Path | None
    ) -> Sequence[Detector]:
        from nerproc.detection.pattern.engine import PatternDetector

        rows = [row for row in patterns() if labels is None or row.label in labels]
        return [PatternDetector(rows, floor=thresholds.of, cache=cache)]

    return Model(
        name="patterns",
        version=__version__,
        description="Numbers, contacts, accounts, addresses and secrets, by their form, checksum and context.",
        labels=tuple(sorted({row.label for row in patterns()})),
        parts=("pattern",),
        detectors=detectors,
    )


_BUILT_IN: dict[str, Callable[[], Model]] = {"patterns": _patterns}
