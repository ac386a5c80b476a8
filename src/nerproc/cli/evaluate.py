"""`nerproc model evaluate`: how well a model finds what files of samples hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nerproc.cli import command, samples
from nerproc.cli.output import Column, data, paint, printable, show, show_one
from nerproc.schema.words import size

if TYPE_CHECKING:
    from nerproc.schema.entity import Entity
    from nerproc.schema.evaluation import Evaluation, Mistake, Rate

MOST_CONFUSIONS = 12  # that people are shown


def evaluate_model(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Name of the model.")],
    files: samples.Files,
    *,
    mapping: samples.Mapping = None,
    labels: Annotated[
        list[str] | None,
        typer.Option("--label", metavar="LABEL", help="Score this label. Default: all of the samples."),
    ] = None,
    mistakes: Annotated[
        int, typer.Option("--mistakes", metavar="N", min=0, help="Show so many mistakes in their context.")
    ] = 10,
    as_json: command.Json = False,
) -> None:
    """Measure how well a model finds what samples hold: precision, recall, mistakes, speed.

    A span counts as found if start, end and label are right. Samples are JSON lines, CoNLL, brat, exports of
    Label Studio or doccano.
    """
    from nerproc.train.evaluate import evaluate

    read = samples.read_files(files, mapping)
    evaluation = evaluate(_finder(model), read, model=model, labels=labels, worst=mistakes)
    if as_json:
        show_one(evaluation)
    else:
        _show(evaluation)


def _finder(name: str) -> Callable[[str], list[Entity]]:
    """What finds entities as the model does, which is built in, a plugin's, or imported into this home."""
    from nerproc.cli.home import open_model
    from nerproc.model.detect import entities
    from nerproc.model.scanner import build

    return partial(entities, build(model=open_model(name)))


def _show(evaluation: Evaluation) -> None:
    averages = [("micro", evaluation.micro), ("macro", evaluation.macro)]
    rows = [(score.label, score) for score in evaluation.labels] + averages
    show(rows, _columns(), "table")
    data("")
    data(
        f"{evaluation.samples:,} samples in {evaluation.documents:,} documents, {size(evaluation.bytes)} in"
        f" {evaluation.seconds:.1f} s: {evaluation.characters_per_second:,} characters/s,"
        f" {size(evaluation.bytes_per_second)}/s"
    )
    if evaluation.unscored:
        others = ", ".join(f"{label} {count:,}" for label, count in evaluation.unscored.items())
        data(f"found, but not scored: {others}")
    _show_confusions(evaluation)
    for line in _quoted(evaluation.mistakes):
        data(line)


def _columns() -> list[Column]:
    def column(name: str, show: Callable[[Any], str]) -> Column:
        return Column(name, lambda row: getattr(row[1], name, None), show=show, right=True)

    counts = [column(name, "{:,}".format) for name in ("expected", "found", "correct", "partial")]
    rates = [column(name, _rate) for name in ("precision", "recall", "f1", "f2")]
    return [Column("label", lambda row: row[0]), *counts, *rates]


def _rate(rate: Rate) -> str:
    if rate.value is None:
        return "-"
    return f"{rate.value:.3f} ({rate.low:.2f}-{rate.high:.2f})"


def _show_confusions(evaluation: Evaluation) -> None:
    wrong = [one for one in evaluation.confusions if one.expected != one.found]
    if not wrong:
        return
    data("")
    columns = [
        Column("expected", lambda one: one.expected or "nothing"),
        Column("found", lambda one: one.found or "nothing"),
        Column("count", lambda one: one.count, show=lambda count: f"{count:,}", right=True),
    ]
    show(wrong[:MOST_CONFUSIONS], columns, "table")


def _quoted(mistakes: Iterable[Mistake]) -> Iterator[str]:
    """The mistakes, one in two lines."""
    for mistake in mistakes:
        kind = {
            "missed": f"missed {mistake.expected}",
            "spurious": f"{mistake.found} where nothing is",
            "label": f"{mistake.expected} found as {mistake.found}",
            "borders": f"{mistake.expected} found with other borders",
        }[mistake.kind]
        yield ""
        often = "once" if mistake.times == 1 else f"{mistake.times:,} times, first"
        yield f"{kind}, {often} at {printable(mistake.place)}"
        quote = paint(printable(mistake.text), "bold")
        found = mistake.found_text
        instead = f"   [found: {printable(found)}]" if found not in {None, mistake.text} else ""
        yield f"  …{printable(mistake.left_context)}{quote}{printable(mistake.right_context)}…{instead}"
