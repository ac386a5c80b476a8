"""How well anything that finds spans finds those of samples."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from nerproc.errors import SampleError
from nerproc.schema.entity import Spanned
from nerproc.schema.evaluation import Confusion, Evaluation, LabelScore, Mistake, MistakeKind, Score
from nerproc.train.interval import draws, mean_rates, rates
from nerproc.train.match import Pair, pairs
from nerproc.train.sample import Sample

# Samples, and characters, that are searched once before it counts, so that loading is not part of the speed.
WARM_UP, WARM_UP_CHARACTERS = 100, 100_000
CONTEXT = 40  # characters on each side of a mistake
_Key = tuple[MistakeKind, str | None, str | None, str]  # what makes two mistakes the same one


@dataclass(slots=True)
class _Tally:
    """What was counted so far; no sample is kept, but of each mistake the first."""

    # hash of a document -> label -> expected, found, correct
    documents: dict[bytes, dict[str, list[int]]] = field(default_factory=dict)
    partial: Counter[str] = field(default_factory=Counter)
    confusions: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    times: Counter[_Key] = field(default_factory=Counter)
    mistakes: dict[_Key, Mistake] = field(default_factory=dict)
    samples: int = 0
    characters: int = 0
    bytes: int = 0
    seconds: float = 0.0

    def add(self, sample: Sample, found: Iterable[Spanned]) -> None:
        """Count a sample and what was found in it."""
        self.samples += 1
        self.characters += len(sample.text)
        self.bytes += len(sample.text.encode())
        counts = self.documents.setdefault(blake2b(sample.unit.encode(), digest_size=16).digest(), {})
        for pair in pairs(sample.spans, found):
            sides = (pair.expected, pair.found)
            for side, span in enumerate(sides):
                if span is not None:
                    counts.setdefault(span.label, [0, 0, 0])[side] += 1
            self.confusions[_labels(pair)] += 1
            counts[pair.span.label][2] += pair.correct
            self.partial[pair.span.label] += pair.partial
            if pair.mistake is not None:
                self._note(sample, pair, pair.mistake)

    def _note(self, sample: Sample, pair: Pair, kind: MistakeKind) -> None:
        expected, found = _labels(pair)
        start, end = pair.span.start, pair.span.end
        text = sample.text[start:end]
        key = (kind, expected, found, text)
        self.times[key] += 1
        if key not in self.mistakes:
            self.mistakes[key] = Mistake(
                kind=kind,
                expected=expected,
                found=found,
                text=text,
                found_text=sample.text[pair.found.start : pair.found.end] if pair.found else None,
                left_context=sample.text[max(0, start - CONTEXT) : start],
                right_context=sample.text[end : end + CONTEXT],
                place=sample.place,
                times=1,
            )


def evaluate(
    find: Callable[[str], Sequence[Spanned]],
    samples: Iterable[Sample],
    *,
    model: str,
    labels: Collection[str] | None = None,
    worst: int = 20,
    rounds: int = 1_000,
    seed: int = 0,
) -> Evaluation:
    """Compare what `find` finds with what is there, sample by sample.

    Args:
        find: text to spans.
        samples: read once, none is kept.
        model: name of what is evaluated.
        labels: labels to score; those of the samples if None. What is found under others is counted apart.
        worst: how many mistakes to quote.
        rounds: of the bootstrap.
        seed: of the bootstrap.

    Raises:
        SampleError: there are no samples, or none has a span with a label to score.
    """
    tally = _Tally()
    for sample in samples:
        if tally.samples < WARM_UP and tally.characters < WARM_UP_CHARACTERS:
            find(sample.text)
        start = time.perf_counter()
        found = find(sample.text)
        tally.seconds += time.perf_counter() - start
        tally.add(sample, found)
    expected = {label for counts in tally.documents.values() for label in counts if counts[label][0]}
    scored = sorted(expected if labels is None else set(labels))
    if not expected & set(scored):
        raise SampleError(
            f"Of the labels to score, none is in the {tally.samples} samples.",
            hint=f"Labels in the samples: {', '.join(sorted(expected)) or 'none'}.",
        )
    return _evaluation(tally, model, scored, worst, rounds=rounds, seed=seed)


def _evaluation(
    tally: _Tally, model: str, scored: list[str], worst: int, *, rounds: int, seed: int
) -> Evaluation:
    none = (0, 0, 0)
    table = np.array(
        [[counts.get(label, none) for label in scored] for counts in tally.documents.values()], dtype=float
    )
    sums, drawn = table.sum(axis=0), draws(table, rounds=rounds, seed=seed)

    def score(counts: np.ndarray, scattered: np.ndarray, partial: int) -> dict[str, object]:
        expected, found, correct = map(int, counts)
        numbers = {"expected": expected, "found": found, "correct": correct, "partial": partial}
        return {**numbers, **dict(rates(counts, scattered))}

    keys = set(scored)
    partials = [tally.partial[label] for label in scored]
    confusions = [
        Confusion(expected=expected, found=found, count=count)
        for (expected, found), count in tally.confusions.items()
        if keys & {expected, found}
    ]
    unscored = Counter[str]()
    for counts in tally.documents.values():
        unscored.update({label: counts[label][1] for label in counts if label not in keys and counts[label][1]})
    return Evaluation(
        model=model,
        samples=tally.samples,
        documents=len(tally.documents),
        characters=tally.characters,
        bytes=tally.bytes,
        seconds=round(tally.seconds, 3),
        characters_per_second=round(tally.characters / max(tally.seconds, 1e-9)),
        bytes_per_second=round(tally.bytes / max(tally.seconds, 1e-9)),
        labels=[
            LabelScore.model_validate(
                {"label": label, **score(sums[number], drawn[:, number], partials[number])}
            )
            for number, label in enumerate(scored)
        ],
        micro=Score.model_validate(score(sums.sum(axis=0), drawn.sum(axis=1), sum(partials))),
        macro=mean_rates(sums, drawn),
        confusions=sorted(confusions, key=lambda one: (-one.count, one.expected or "", one.found or "")),
        mistakes=_worst(tally, keys, worst),
        unscored=dict(sorted(unscored.items())),
    )


def _worst(tally: _Tally, scored: set[str], most: int) -> list[Mistake]:
    """The mistakes that were made most often."""
    keys = [key for key in tally.times if scored & {key[1], key[2]}]
    keys.sort(key=lambda key: -tally.times[key])  # stable: those made as often in order of the samples
    return [tally.mistakes[key].model_copy(update={"times": tally.times[key]}) for key in keys[:most]]


def _labels(pair: Pair) -> tuple[str | None, str | None]:
    return pair.expected.label if pair.expected else None, pair.found.label if pair.found else None
