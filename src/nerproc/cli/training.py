"""A training as people read it, and how good the model is that came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nerproc.cli.output import Column, data, paint, printable, show
from nerproc.cli.progress import how_far
from nerproc.cli.summary import STATES, state_of

if TYPE_CHECKING:
    from nerproc.schema.evaluation import LabelScore
    from nerproc.schema.report import Job
    from nerproc.schema.training import HeldResult, TrainingEvaluation


def show_training(job: Job) -> None:
    """Print a training: its state, and how far it is or came."""
    state = state_of(job.state, paused=job.paused)
    data(f"{paint(f'● {state}', STATES[job.state])}  {paint(printable(job.name), 'bold')}")
    data(paint(f"training {job.id}, {f'beginning with {job.model}' if job.model else 'from nothing'}", "dim"))
    if job.failure:
        data(paint(printable(job.failure), "red"))
    data("")
    data(how_far(job))


def show_evaluation(evaluation: TrainingEvaluation) -> None:
    """Print how well the held samples are found, label by label: before and after."""
    for result in evaluation.held:
        data("")
        before = f", by {evaluation.base} and by {evaluation.model}" if evaluation.base else ""
        count = f"{result.after.samples:,} that it did not learn"
        data(paint(f"of {printable(result.source)}, {count}{before}:", "dim"))
        show(result.after.labels, _columns(result), "table")


def _columns(result: HeldResult) -> list[Column]:
    earlier = {score.label: score for score in result.before.labels} if result.before else {}

    def column(rate: str) -> Column:
        def value(score: LabelScore) -> str:
            after = _rate(score, rate)
            return f"{_rate(earlier[score.label], rate)} → {after}" if score.label in earlier else after

        return Column(rate, value, right=True)

    return [
        Column("label", lambda score: score.label),
        Column("expected", lambda score: score.expected, show="{:,}".format, right=True),
        *map(column, ("precision", "recall", "f1")),
    ]


def _rate(score: LabelScore, rate: str) -> str:
    value = getattr(score, rate).value
    return "-" if value is None else f"{value:.3f}"
