"""`nerproc model`: the models there are."""

from __future__ import annotations

from typing import Annotated

import typer

from nerproc.cli import command
from nerproc.cli.output import Column, data, paint, show, show_one

app = command.group("See which models there are, and what they find.")

_COLUMNS = [
    Column("name", lambda card: card.name),
    Column("labels", lambda card: len(card.labels), right=True),
    Column("description", lambda card: card.description, wide=True),
]


@app.command(name="list")
def list_models(form: command.Form = "table", as_json: command.Json = False) -> None:
    """List the models."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        show(backend.models(), _COLUMNS, command.chosen(form, as_json=as_json))


@app.command(name="show")
def show_model(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the model.")],
    as_json: command.Json = False,
) -> None:
    """Show a model and its labels."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        card = backend.model(name)
    if as_json:
        show_one(card)
        return
    data(f"{paint(card.name, 'bold')}  {card.description}")
    data(paint(f"detectors: {', '.join(card.detectors)}", "dim"))
    data("")
    for label in card.labels:
        data(f"  {label}")
