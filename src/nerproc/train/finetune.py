"""From samples, and a base if there is one, to a model's folder and how good it is.

What the base knows is not forgotten: samples that it, or its own bases, learnt are learnt again as it marks
them, and where new ones do not annotate its labels, it says what is there. Nothing here knows of jobs and
stores.
"""

from __future__ import annotations

import gzip
import json
import platform
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from nerproc.detection.network.folder import CARD, digests
from nerproc.detection.tagger.tagger import Tagger, load
from nerproc.model.detect import entities
from nerproc.model.folder import REPLAY, Description, stored
from nerproc.model.registry import in_folder
from nerproc.model.scanner import build
from nerproc.schema.entity import Entity
from nerproc.schema.evaluation import Evaluation
from nerproc.schema.training import HeldResult, TrainingEvaluation, TrainingRequest
from nerproc.train import gather
from nerproc.train.base import load_base
from nerproc.train.evaluate import evaluate
from nerproc.train.export import amend, export
from nerproc.train.fit import Fitted, Options, Progress, fit
from nerproc.train.sample import Sample
from nerproc.train.split import HELD, split
from nerproc.train.target import Material, Teacher, teach

EPOCHS = (7, 60)  # at most, unless the request says: the fewest, and the most where samples are few …
_STEPS = 800  # … and it needs more of them for so many steps
_PATIENCE = 4  # it ends when the last of so many parts of the epochs brought nothing
_BLOCK = 640  # characters of a block, about
_STEPS_OF_EPOCH = 40  # at least, about, unless there are fewer blocks
_REPLAYED = 150_000  # characters, at least, of what each ancestor learnt; as many as are new, if it has them
_OFTEN = 8  # times, at most, that a sample is learnt in an epoch
_RATE = 2.5e-3  # of learning at its highest, with a base
_TAUGHT_AT_ONCE = 256  # samples


@dataclass(frozen=True, slots=True)
class Source:
    """Samples of one origin."""

    name: str
    samples: Sequence[Sample]
    labels: tuple[str, ...]  # that spans of the samples say all of


@dataclass(frozen=True, slots=True)
class Hooks:
    """Who is told what of a training."""

    progress: Callable[[Progress], None]  # after each step; what it raises ends the training
    saved: Callable[[int], None]  # an epoch is in the checkpoint
    alive: Callable[[], None]  # something else was done


@dataclass(frozen=True, slots=True)
class Made:
    """A model that was made; its folder is complete but for the lineage."""

    fitted: Fitted
    evaluation: TrainingEvaluation
    options: Options


class _Base:
    """The model to go on from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.description: Description = stored(folder)
        self.tagger: Tagger = load(folder)

    @property
    def replay(self) -> Source | None:
        """The samples that are in its folder."""
        if REPLAY not in self.description.files:
            return None
        with gzip.open(self.folder / REPLAY) as stream:
            samples = gather.load(stream)
        return Source(f"what {self.description.name} learnt", samples, self.replay_labels)

    @property
    def replay_labels(self) -> tuple[str, ...]:
        """That spans of those samples say all of."""
        return tuple(self.description.replay_labels or self.description.labels)

    def teacher(self, labels: Sequence[str], alive: Callable[[], None]) -> Teacher:
        """It says what is not annotated, a few samples at a time; of a text that is there again, once."""
        asked = teach(self.tagger, labels)

        def teacher(texts: Sequence[str]) -> list[NDArray[np.floating]]:
            distinct = list(dict.fromkeys(texts))
            found: dict[str, NDArray[np.floating]] = {}
            for first in range(0, len(distinct), _TAUGHT_AT_ONCE):
                some = distinct[first : first + _TAUGHT_AT_ONCE]
                found.update(zip(some, asked(some), strict=True))
                alive()
            return [found[text] for text in texts]

        return teacher


def finetune(
    request: TrainingRequest,
    samples: Sequence[Sample],
    folder: Path,
    hooks: Hooks,
    *,
    base: Path | None = None,
    replay: Sequence[Source] = (),
    checkpoint: Path | None = None,
) -> Made:
    """Train a model, and hold it against what it did not learn.

    Args:
        request: the settings.
        samples: what is new.
        folder: where the model is to be; there is nothing yet.
        hooks: who is told how far it is.
        base: folder of the model to go on from.
        replay: what the base learnt, besides what is in its folder.
        checkpoint: as of `fit`.

    Raises:
        InvalidRequest: the base is no small tagger, or there are too few samples.
        SettingsError: something cannot be written.
        JobFailed: the model differs from the network that was trained.
    """
    known = None if base is None else _Base(base)
    own = Source("the samples", samples, tuple(request.label_counts))
    sources = [own, *([known.replay] if known and known.replay else []), *replay]
    labels = tuple(sorted({*own.labels, *(known.tagger.labels if known else ())}))
    parts = _parts(sources)
    learnt = [each for each, _ in parts]
    materials = (
        [Material(learnt[0])]
        if known is None
        else _balanced(learnt, own.labels, known.teacher(labels, hooks.alive), request.seed)
    )
    held = [Material(kept, source.labels) for source, (_, kept) in zip(sources, parts, strict=True) if kept]
    options = _options(request, materials, has_base=known is not None)
    fitted = fit(
        materials,
        held,
        labels,
        options,
        base=None if known is None else load_base(known.folder, labels),
        checkpoint=checkpoint,
        progress=hooks.progress,
        saved=hooks.saved,
    )
    export(fitted, folder, held, name=request.name, version="", description=_described(request))
    hooks.alive()
    if known is not None:
        _hand_down(known, folder)
    tried = zip(sources, (kept for _, kept in parts), strict=True)
    evaluation = _evaluation(request, folder, known, list(tried), hooks.alive)
    return Made(fitted, evaluation, options)


def sign(folder: Path, request: TrainingRequest, made: Made, **more: object) -> Description:
    """Write the lineage of the model in `folder` into it; what it says then.

    `more` is what only the caller knows of it.
    """
    lineage = {
        "base": request.base,
        "base_version": request.base_version,
        "samples": {"count": request.samples, "sha256": request.sha256, "labels": request.label_counts},
        "settings": asdict(made.options) | {"bits": made.fitted.bits},
        "best_epoch": made.fitted.epoch,
        "f1": round(made.fitted.f1, 4),
        "versions": {name: version(name) for name in ("nerproc", "torch", "onnx", "numpy")}
        | {"python": platform.python_version()},
        **more,
    }
    amend(folder, lineage=lineage)
    return stored(folder)


def _parts(sources: Sequence[Source]) -> list[tuple[list[Sample], list[Sample]]]:
    """Of each source what is learnt and what is held back: the same part whenever a source is learnt.

    A text of the first source, the new one, is not learnt again from another, which says nothing of new labels;
    and none that is learnt from one is held back from another.
    """
    (new, kept), *others = (split(source.samples, share=HELD) for source in sources)
    learnt = {sample.text for sample in new}
    known = learnt | {sample.text for sample in kept}
    return [(new, kept)] + [
        ([sample for sample in old if sample.text not in known], [s for s in held if s.text not in learnt])
        for old, held in others
    ]


def _balanced(
    learnt: Sequence[Sequence[Sample]], annotated: Sequence[str], teacher: Teacher, seed: int
) -> list[Material]:
    """What is new, whose spans say all of `annotated`, and some of what was learnt before: as much of each.

    What is new may stand there several times. Else a few new samples would be lost among old ones.
    """
    new, *before = learnt
    old = [_again(samples, max(_size(new), _REPLAYED), teacher, seed) for samples in before]
    times = _times(sum(_size(material.samples) for material in old), _size(new))
    return [Material([*new] * times, annotated, teacher), *old]


def _again(old: Sequence[Sample], size: int, teacher: Teacher, seed: int) -> Material:
    """Some of what was learnt before, as the base says it now: `size` characters, about."""
    share = size / (_size(old) or 1)
    some = sorted(Random(seed).sample(range(len(old)), min(round(share * len(old)), len(old))))  # noqa: S311
    samples = [replace(old[place], spans=()) for place in some]
    return Material(samples * _times(size, _size(samples)), (), teacher)


def _times(wanted: int, size: int) -> int:
    """How often a text of `size` is learnt to be as much as is `wanted`."""
    return min(max(round(wanted / (size or 1)), 1), _OFTEN)


def _size(samples: Sequence[Sample]) -> int:
    """Characters of their texts."""
    return sum(len(sample.text) for sample in samples)


def _options(request: TrainingRequest, materials: Sequence[Material], *, has_base: bool) -> Options:
    epochs = request.epochs or _epochs(materials)
    options = Options(epochs=epochs, patience=max(1, epochs // _PATIENCE), seed=request.seed)
    return replace(options, rate=_RATE) if has_base else options


def _epochs(materials: Sequence[Material]) -> int:
    """How many epochs make sense."""
    blocks = sum(_size(material.samples) for material in materials) / _BLOCK + 1
    steps = min(blocks, max(blocks / Options().blocks, _STEPS_OF_EPOCH))
    fewest, most = EPOCHS
    return min(max(round(_STEPS / steps), fewest), most)


def _described(request: TrainingRequest) -> str:
    begun = f", beginning with {request.base}" if request.base else ""
    return f"Trained on {request.samples:,} samples of {', '.join(request.label_counts)}{begun}."[:1_000]


def _hand_down(known: _Base, folder: Path) -> None:
    """What the base has beside its network, the new model has too."""
    if known.description.patterns:
        amend(folder, patterns=True)
    if REPLAY in known.description.files:
        shutil.copyfile(known.folder / REPLAY, folder / REPLAY)
        files = json.loads((folder / CARD).read_bytes())["files"] | digests(folder, [REPLAY])
        amend(folder, files=files, replay_labels=known.replay_labels)


def _evaluation(
    request: TrainingRequest,
    folder: Path,
    known: _Base | None,
    tried: Sequence[tuple[Source, Sequence[Sample]]],
    alive: Callable[[], None],
) -> TrainingEvaluation:
    """How well the held samples of each source are found, by the base and by the model in `folder`."""
    results = []
    for source, held in tried:
        if not any(sample.spans for sample in held):
            continue
        before = _measured(known.folder, request.base or "", held, alive) if known else None
        after = _measured(folder, request.name, held, alive)
        results.append(HeldResult(source=source.name, before=before, after=after))
    return TrainingEvaluation(model=request.name, base=request.base, held=results)


def _measured(folder: Path, name: str, held: Sequence[Sample], alive: Callable[[], None]) -> Evaluation:
    """How well the model in `folder` finds the labels that are in `held`; it quotes none of them."""
    scanner = build(model=in_folder(folder, name, version="", origin="trained"))

    def found(text: str) -> list[Entity]:
        alive()
        return entities(scanner, text)

    return evaluate(found, held, model=name, worst=0)
