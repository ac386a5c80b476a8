"""`nerproc model`: the models there are; import and delete. The other commands have files of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nerproc.cli import command, feedback
from nerproc.cli.evaluate import evaluate_model
from nerproc.cli.output import Column, data, paint, show, show_one, words
from nerproc.cli.synthesize import synthesize_samples
from nerproc.cli.train import train_model

app = command.group("See which models there are, and what they find; train, measure, import and delete models.")
app.command(name="evaluate")(evaluate_model)
app.command(name="train")(train_model)
app.command(name="synthesize")(synthesize_samples)
app.add_typer(feedback.app, name="feedback")

_COLUMNS = [
    Column("name", lambda card: card.name),
    Column("origin", lambda card: card.origin),
    Column("labels", lambda card: len(card.labels), right=True),
    Column("description", lambda card: card.description, wide=True),
]

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the model.")]


@app.command(name="list")
def list_models(form: command.Form = "table", as_json: command.Json = False) -> None:
    """List the models."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        show(backend.models(), _COLUMNS, command.chosen(form, as_json=as_json))


@app.command(name="show")
def show_model(name: Name, as_json: command.Json = False) -> None:
    """Show a model: its labels, and what it was made from; of a trained one, how good it is."""
    from nerproc.cli.backend import open_backend

    evaluation = None
    with open_backend() as backend:
        card = backend.model(name)
        if card.origin == "trained" and not as_json:
            evaluation = backend.evaluation(name)
    if as_json:
        show_one(card)
        return
    data(f"{paint(card.name, 'bold')}  {card.description}")
    data(paint(f"detectors: {', '.join(card.detectors)}; {card.origin}; version {card.version}", "dim"))
    for what, value in card.lineage.items():
        data(paint(f"{what}: {value}", "dim"))
    data("")
    for label in card.labels:
        data(f"  {label}")
    if evaluation is not None:
        from nerproc.cli.training import show_evaluation

        show_evaluation(evaluation)


@app.command(name="import")
def import_model(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="With a model.json, or an encoder exported to ONNX."),
    ],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What to call it; absent: as the folder says.")
    ] = None,
    as_json: command.Json = False,
) -> None:
    """Import a model from a folder; every node has it."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        card = backend.import_model(folder, name)
    if as_json:
        show_one(card)
        return
    words(f"Imported {card.name} with {len(card.labels)} labels. nerproc scan --model {card.name} uses it.")


@app.command(name="delete")
def delete_model(name: Name) -> None:
    """Delete an imported or trained model and the feedback on it; not while jobs run on it."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        backend.delete_model(name)
    words(f"Deleted {name}.")
