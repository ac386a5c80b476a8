"""How well models find what people marked, and the peer beside them: strict spans, and tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import marked
from benchmarks.peer import RESULT, Peer
from nerproc.model.detect import entities
from nerproc.model.registry import Model
from nerproc.model.scanner import build
from nerproc.schema.entity import Spanned
from nerproc.schema.evaluation import LabelScore, Rate, Rates, Score
from nerproc.train.evaluate import evaluate
from nerproc.train.interval import draws, rates
from nerproc.train.sample import Sample

ROUNDS = 1_000  # of the bootstrap
Find = Callable[[str], Sequence[Spanned]]


def finder(model: Model) -> Find:
    """What users get of `model`: its scanner, at the default threshold."""
    return partial(entities, build(model=model))


def accuracy(
    models: Sequence[Model], peer: Peer, trained: Path, data: Path, limit: int | None
) -> Iterator[dict[str, Any]]:
    """Strict F1 of each model and of the peer on each set."""
    yield {"figure": "peer", "model": "spacy", **_result(trained)}
    sets = {name: marked.measured(data, name, marked.NAMES, limit) for name in marked.SETS}
    found = peer.find(trained, [sample.text for samples in sets.values() for sample in samples])
    finders = {**{model.name: finder(model) for model in models}, "spacy": found.__getitem__}
    for name, samples in sets.items():
        for who, find in finders.items():
            scores = evaluate(find, samples, model=who, labels=marked.NAMES.values(), worst=0, rounds=ROUNDS)
            yield {
                "figure": "accuracy",
                "set": name,
                "model": who,
                "samples": scores.samples,
                "f1": _rate(scores.micro.f1),
                "precision": _rate(scores.micro.precision),
                "recall": _rate(scores.micro.recall),
                "f1_by_label": {label.label: _label(label, label.f1) for label in scores.labels},
            }


def personal(models: Sequence[Model], peer: Peer, data: Path, limit: int | None) -> Iterator[dict[str, Any]]:
    """F2 of each model on personal data: of strict spans, and of the tokens that are in them."""
    samples = marked.measured(data, marked.PERSONAL_SET, marked.PERSONAL, limit)
    tokens = peer.tokens([sample.text for sample in samples])
    labels = sorted(set(marked.PERSONAL.values()))
    for model in models:
        find = finder(model)
        scores = evaluate(find, samples, model=model.name, labels=labels, worst=0, rounds=ROUNDS)
        micro, by_label, personal = token_rates(find, samples, tokens, labels)
        yield {
            "figure": "personal_data",
            "set": marked.PERSONAL_SET,
            "model": model.name,
            "samples": scores.samples,
            "span_f2": _rate(scores.micro.f2),
            "span_precision": _rate(scores.micro.precision),
            "span_recall": _rate(scores.micro.recall),
            "token_f2": _rate(micro.f2),
            "token_precision": _rate(micro.precision),
            "token_recall": _rate(micro.recall),
            "pii_f2": _rate(personal.f2),
            "span_f2_by_label": {label.label: _label(label, label.f2) for label in scores.labels},
            "token_f2_by_label": {label: _rate(score.f2) for label, score in by_label.items()},
        }


def token_rates(
    find: Find, samples: Sequence[Sample], tokens: Sequence[Sequence[tuple[int, int]]], labels: Sequence[str]
) -> tuple[Rates, dict[str, Rates], Rates]:
    """Rates over tokens: of all labels and of each, where the label must be right; and whatever the label is.

    The last is what presidio-research's TokenEvaluator calls `pii_f`, and publishes.

    Args:
        find: text to spans.
        samples: what is to be found; each one is a document of its own.
        tokens: start and end of the tokens of each sample.
        labels: that are scored.
    """
    counts = np.zeros((len(samples), len(labels), 3))
    of_any = np.zeros((len(samples), 3))
    for row, any_row, sample, places in zip(counts, of_any, samples, tokens, strict=True):
        expected, found = _of_tokens(sample.spans, places), _of_tokens(find(sample.text), places)
        for number, label in enumerate(labels):
            ours = {token for token, each in expected if each == label}
            theirs = {token for token, each in found if each == label}
            row[number] = len(ours), len(theirs), len(ours & theirs)
        ours, theirs = ({token for token, label in each if label in labels} for each in (expected, found))
        any_row[:] = len(ours), len(theirs), len(ours & theirs)
    drawn = draws(counts, rounds=ROUNDS, seed=0)
    drawn_any = draws(of_any[:, None], rounds=ROUNDS, seed=0)[:, 0]
    sums = counts.sum(axis=0)
    each = {label: rates(sums[number], drawn[:, number]) for number, label in enumerate(labels)}
    return rates(sums.sum(axis=0), drawn.sum(axis=1)), each, rates(of_any.sum(axis=0), drawn_any)


def _of_tokens(spans: Sequence[Spanned], tokens: Sequence[tuple[int, int]]) -> set[tuple[int, str]]:
    """The numbers of the tokens of which a part is in a span, with its label."""
    return {
        (number, span.label)
        for span in spans
        for number, (start, end) in enumerate(tokens)
        if start < span.end and span.start < end
    }


def _result(trained: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((trained / RESULT).read_text("utf-8"))
    return result


def _rate(rate: Rate) -> list[float | None]:
    """The value, and its 95 % interval."""
    return [rate.value, rate.low, rate.high]


def _label(score: Score | LabelScore, rate: Rate) -> dict[str, Any]:
    return {"expected": score.expected, "value": _rate(rate)}
