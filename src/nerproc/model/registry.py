"""The models that come with nerproc or with a plugin: named sets of detectors with their labels.

`patterns` is code; the others that come with nerproc are folders beside this file (`builtin/`), like those
that users import or train.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Protocol

from nerproc import __version__
from nerproc.detection.plugin import plugin
from nerproc.detection.span import Detector
from nerproc.detection.threshold import Thresholds
from nerproc.errors import NerprocError, NotFound
from nerproc.model.folder import built_in, built_in_names, detector, stored, version
from nerproc.schema.name import PATTERNS
from nerproc.schema.report import ModelCard, ModelOrigin


class MakeDetectors(Protocol):
    """Makes the detectors of a model."""

    def __call__(
        self, labels: Collection[str] | None, thresholds: Thresholds, cache: Path | None, /
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
    origin: ModelOrigin
    detectors: MakeDetectors

    def card(self) -> ModelCard:
        """What users see of it."""
        return ModelCard(
            name=self.name,
            version=self.version,
            origin=self.origin,
            description=self.description,
            labels=list(self.labels),
            detectors=list(self.parts),
        )


def cards() -> list[ModelCard]:
    """These models, by name; those of plugins that fail are left out."""
    found = [load(name).card() for name in _built_in_names()]
    for name in plugin.names():
        try:
            found.append(load(name).card())
        except NerprocError:
            continue
    return sorted(found, key=attrgetter("name"))


def load(name: str) -> Model:
    """The model called `name`.

    Raises:
        NotFound: there is none.
        InvalidRequest: it is a plugin's, which fails, or needs a package that is not installed.
    """
    model = find(name)
    if model is None:
        names = sorted([*_built_in_names(), *plugin.names()])
        raise NotFound(f"there is no model {name!r}", hint=f"models: {', '.join(names)}")
    return model


def find(name: str) -> Model | None:
    """The model called `name`, or None if there is none.

    Raises:
        NotFound: it would be a plugin's, which has none of that name.
        InvalidRequest: it is a plugin's, which fails, or needs a package that is not installed.
    """
    if name == PATTERNS:
        return _patterns()
    folder = built_in(name)
    if folder is not None:
        return in_folder(folder, name, version=version(stored(folder)), origin="built-in")
    found = plugin.find(name)
    return None if found is None else _of_plugin(name, found)


def is_path(name: str) -> bool:
    """Whether a model is named by where it lies on this machine, as plugins allow."""
    return "/" in name


def absolute(name: str) -> str:
    """The name of a model by its path that holds wherever it is looked up from."""
    prefix, _, path = name.partition(":")
    return f"{prefix}:{Path(path).expanduser().absolute()}"


def _of_plugin(name: str, found: plugin.PluginModel) -> Model:
    def detectors(
        labels: Collection[str] | None, _thresholds: Thresholds, _cache: Path | None
    ) -> Sequence[Detector]:
        from nerproc.detection.plugin.detector import PluginDetector

        return [
            PluginDetector(plugin.start(name, found), found.labels if labels is None else labels, name=name)
        ]

    return Model(
        name=name,
        version=found.version,
        description=found.description,
        labels=tuple(sorted(set(found.labels))),
        parts=(name.partition(":")[0],),
        origin="plugin",
        detectors=detectors,
    )


def in_folder(folder: Path, name: str, *, version: str, origin: ModelOrigin) -> Model:
    """The model in `folder`, which `name` stands for, ready to make detectors.

    Raises:
        InvalidRequest: this version does not know such models.
    """
    description = stored(folder)
    patterns = _patterns() if description.patterns else None

    def detectors(
        labels: Collection[str] | None, thresholds: Thresholds, cache: Path | None
    ) -> Sequence[Detector]:
        found: list[Detector] = []
        if patterns is not None and (labels is None or set(labels) & set(patterns.labels)):
            found += patterns.detectors(labels, thresholds, cache)
        if labels is None or set(labels) & set(description.labels):
            found.append(detector(folder, description.kind, labels))
        return found

    return Model(
        name=name,
        version=version + (f" patterns {__version__}" if patterns else ""),
        description=description.description,
        labels=tuple(sorted({*description.labels, *(patterns.labels if patterns else ())})),
        parts=(*(patterns.parts if patterns else ()), description.kind),
        origin=origin,
        detectors=detectors,
    )


def _built_in_names() -> list[str]:
    return [PATTERNS, *built_in_names()]


def _patterns() -> Model:
    from nerproc.detection.pattern.table import patterns

    def detectors(
        labels: Collection[str] | None, thresholds: Thresholds, cache: Path | None
    ) -> Sequence[Detector]:
        from nerproc.detection.pattern.engine import PatternDetector

        rows = [row for row in patterns() if labels is None or row.label in labels]
        return [PatternDetector(rows, floor=thresholds.of, cache=cache)]

    return Model(
        name=PATTERNS,
        version=__version__,
        description="Numbers, contacts, accounts, addresses and secrets, by their form, checksum and context.",
        labels=tuple(sorted({row.label for row in patterns()})),
        parts=("pattern",),
        origin="built-in",
        detectors=detectors,
    )
