"""How good a trained model is beside its base: the scores by label, and what is taken for what."""

from __future__ import annotations

from dataclasses import dataclass

from nerproc.errors import NotFound
from nerproc.node import Node
from nerproc.schema.evaluation import Confusion, Evaluation, LabelScore, Rate, Score
from nerproc.schema.report import ModelCard
from nerproc.schema.training import HeldResult, TrainingEvaluation
from nerproc.show.interval import Estimate, Intervals

MOST_CONFUSIONS = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """A label, or all of them, with the scores of the base and of the model."""

    name: str
    before: Score | None  # None: there was no base, or it was not scored for this
    after: Score | None

    @property
    def expected(self) -> int:
        """Spans of the samples."""
        known = self.after or self.before
        return known.expected if known else 0

    @property
    def change(self) -> float | None:
        """Of the F1, in points of a hundred."""
        before, after = (one.f1.value if one else None for one in (self.before, self.after))
        return None if before is None or after is None else 100 * (after - before)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was measured on the held samples of one source."""

    source: str
    evaluation: Evaluation  # of the model
    pairs: list[Pair]  # by label; all together last
    chart: Intervals
    confusions: list[Confusion]  # that are mistakes, the most frequent


def evaluation_of(node: Node, card: ModelCard) -> TrainingEvaluation | None:
    """What was measured when a model was trained here; None of another."""
    try:
        return node.trainings.evaluation(str(card.id or card.name))
    except NotFound:
        return None


def comparison(evaluation: TrainingEvaluation, held: HeldResult) -> Comparison:
    """The model beside its base, on the samples of one source."""
    before, after = _by_label(held.before), _by_label(held.after)
    pairs = [Pair(label, before.get(label), after.get(label)) for label in sorted({*before, *after})]
    pairs.append(Pair("all labels", held.before.micro if held.before else None, held.after.micro))
    series = [evaluation.model] if held.before is None else [f"{evaluation.base} (base)", evaluation.model]
    rows = [
        (pair.name, [_estimate(one) for one in (pair.before, pair.after)][-len(series) :]) for pair in pairs
    ]
    return Comparison(
        source=held.source,
        evaluation=held.after,
        pairs=pairs,
        chart=Intervals(f"F1 on {held.source}, with 95 % intervals", "F1", series, rows),
        confusions=confusions(held),
    )


def confusions(held: HeldResult) -> list[Confusion]:
    """What the model takes for something else, the most frequent first."""
    return [one for one in held.after.confusions if one.expected != one.found][:MOST_CONFUSIONS]


def share(rate: Rate) -> str:
    """A share in percent with its interval."""
    if rate.value is None:
        return "–"
    if rate.low is None or rate.high is None:
        return f"{100 * rate.value:.1f}"
    return f"{100 * rate.value:.1f} ({100 * rate.low:.1f}–{100 * rate.high:.1f})"


def _by_label(evaluation: Evaluation | None) -> dict[str, LabelScore]:
    return {score.label: score for score in evaluation.labels} if evaluation else {}


def _estimate(score: Score | None) -> Estimate | None:
    rate = score.f1 if score else None
    if rate is None or rate.value is None or rate.low is None or rate.high is None:
        return None
    return Estimate(rate.value, rate.low, rate.high)
