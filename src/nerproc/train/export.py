"""A trained network as a model's folder, tried before it is given its name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from safetensors.numpy import save

from nerproc.detection.network.folder import CARD, FORMAT, digests
from nerproc.detection.tagger.feature import features
from nerproc.detection.tagger.folder import NETWORK, SMALL, TABLE, WORD
from nerproc.detection.tagger.stream import HALO
from nerproc.detection.tagger.tagger import Tagger, load
from nerproc.detection.tagger.word import split
from nerproc.errors import Conflict, JobFailed, SettingsError
from nerproc.train.extra import onnx, torch
from nerproc.train.fit import Fitted, runner
from nerproc.train.graph import context_graph, word_graph
from nerproc.train.network import Network
from nerproc.train.sample import Sample
from nerproc.train.table import packed, unpacked
from nerproc.train.target import Material
from nerproc.train.trial import of_words

LOSS = 0.002  # F1 that the export may lose
_APART = 1e-3  # most that scores of the two networks may differ by, with the same table
_SHOWN = 50  # samples of each part on which they are compared


def export(
    fitted: Fitted, folder: Path, held: Sequence[Material], *, name: str, version: str, description: str
) -> None:
    """Write `fitted` to `folder`, which comes into being as a whole or not at all.

    Args:
        fitted: the trained network.
        folder: where there is nothing yet.
        held: what it was tried on in training.
        name: of the model, for `model.json`.
        version: of the model, likewise.
        description: of the model, likewise; one sentence.

    Raises:
        Conflict: there is something at `folder`.
        JobFailed: what was written finds something else than the network, or is worse by more than 0.2 points.
        SettingsError: it cannot be written.
    """
    if folder.exists():
        raise Conflict(f"there is something at {folder}", hint="give another folder, or delete that one")
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        stored = _write(fitted.network, aside)
        card = {
            "format": FORMAT,
            "name": name,
            "version": version,
            "kind": SMALL,
            "labels": list(fitted.labels),
            "description": description,
            "bits": fitted.bits,
            "calibration": {"slope": fitted.calibration.slope, "offset": fitted.calibration.offset},
            "files": digests(aside, [NETWORK, WORD, TABLE]),
        }
        (aside / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
        tagger = load(aside)
        _compare(tagger, fitted, stored, [sample for part in held for sample in part.samples[:_SHOWN]])
        score = fmean(
            strict_f1(load(aside, labels=part.annotated), _tried(part, fitted.labels)) for part in held
        )
        if score < fitted.f1 - LOSS:
            raise JobFailed(f"the exported model has F1 {score:.4f}, the trained one {fitted.f1:.4f}")
        aside.rename(folder)
    except OSError as error:
        raise SettingsError(
            f"the model cannot be written to {folder}: {error}", hint="is the disk full?"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def amend(folder: Path, **fields: object) -> None:
    """Have the `model.json` in `folder` say `fields` too."""
    card = json.loads((folder / CARD).read_bytes()) | fields
    (folder / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")


def strict_f1(tagger: Tagger, samples: Sequence[Sample]) -> float:
    """Micro F1 of all that the network of `tagger` finds in `samples`, whatever its score; spans must agree."""
    gold = {(place, s.start, s.end, s.label) for place, sample in enumerate(samples) for s in sample.spans}
    found = {
        (place, *span[:3])
        for place, spans in enumerate(tagger.decoded([sample.text for sample in samples]))
        for span in spans
    }
    total = len(gold) + len(found)
    return 2 * len(gold & found) / total if total else 1.0


def _tried(part: Material, labels: Sequence[str]) -> list[Sample]:
    """The samples of `part` as training holds them against the network: no span begins or ends in a word."""
    return [replace(sample, spans=of_words(sample, labels)) for sample in part.samples]


def _write(network: Network, folder: Path) -> dict[str, Any]:
    """Write the three files; the weights as they are stored."""
    table, scale = packed(network.table.numpy(force=True))
    (folder / TABLE).write_bytes(save({"table": table, "scale": scale}))
    onnx.save(word_graph(network), folder / WORD)
    onnx.save(context_graph(network), folder / NETWORK)
    return {**network.state_dict(), "table": torch.from_numpy(unpacked(table, scale))}


def _compare(tagger: Tagger, fitted: Fitted, stored: dict[str, Any], samples: Sequence[Sample]) -> None:
    """See that `tagger` says of words what a network with the `stored` weights does."""
    network = Network(fitted.network.head.out_features, fitted.bits)
    network.load_state_dict(stored)
    network.eval()
    for sample, scores in zip(samples, tagger.scores([sample.text for sample in samples]), strict=True):
        words = split(sample.text).texts
        if not words:
            continue
        vectors, run = runner(network, features(words, fitted.bits))
        halo = np.zeros(HALO, np.int64)
        numbers = np.concatenate([halo, np.arange(1, len(words) + 1), halo])
        apart = float(np.abs(run(vectors(numbers)[None])[0] - scores).max())
        if not apart <= _APART:
            raise JobFailed(f"the exported network differs from the trained one: scores are {apart:.2g} apart")
