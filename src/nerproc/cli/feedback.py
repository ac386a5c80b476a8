"""`nerproc model feedback`: what a model should have found, kept as samples for the next training."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from nerproc.cli import command, samples
from nerproc.cli.output import Column, check_writable, data_bytes, show, show_one, words, write_file
from nerproc.errors import Conflict, NotFound, UsageError

if TYPE_CHECKING:
    from nerproc.cli.backend import Backend

LEAST_LETTERS = 4  # of an id, that stand for it

app = command.group("Tell what a model should have found; the next training learns from it.")

Model = Annotated[str, typer.Argument(metavar="MODEL", help="Name of the model, or id of an imported one.")]
_COLUMNS = [
    Column("id", lambda item: item.id, show=lambda ident: str(ident)[:8]),
    Column("created_at", lambda item: item.created_at, show="{:%Y-%m-%d %H:%M}".format),
    Column("labels", lambda item: ", ".join(sorted({span.label for span in item.spans})), wide=True),
    Column("spans", lambda item: len(item.spans), right=True),
    Column("text", lambda item: item.text, wide=True),
]


@app.command()
def add(
    model: Model,
    files: samples.Files,
    *,
    mapping: samples.Mapping = None,
    as_json: command.Json = False,
) -> None:
    """Keep samples as feedback on a model: texts with all that it should find in them.

    They are JSON lines, CoNLL, brat, exports of Label Studio or doccano. All are kept, or none.
    """
    from nerproc.cli.backend import open_backend
    from nerproc.schema.sample import FeedbackAdded
    from nerproc.train.feedback import as_feedback

    given = [as_feedback(sample) for sample in samples.read_files(files, mapping)]
    if not given:
        raise UsageError(
            "There are no samples.", hint="In files of Label Studio, somebody must have annotated."
        )
    with open_backend() as backend:
        ids = backend.add_feedback(model, given)
    if as_json:
        show_one(FeedbackAdded(ids=ids))
        return
    words(f"Kept {len(ids):,} sample{'s' if len(ids) > 1 else ''} as feedback on {model}.")


@app.command(name="list")
def list_feedback(
    model: Model, form: command.Form = "table", limit: command.Limit = None, as_json: command.Json = False
) -> None:
    """List the feedback on a model, oldest first."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        show(
            backend.feedback(model),
            _COLUMNS,
            command.chosen(form, as_json=as_json),
            limit=limit,
            empty=f"There is no feedback on {model}.",
        )


@app.command()
def export(
    model: Model,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to write; - is standard output.")
    ] = "-",
) -> None:
    """Write the feedback on a model as a file of samples: JSON lines of text and spans."""
    from nerproc.cli.backend import open_backend
    from nerproc.train.feedback import as_sample
    from nerproc.train.format.spans import line

    if output != "-":
        check_writable(Path(output))
    with open_backend() as backend:
        lines = (line(as_sample(item)).encode() for item in backend.feedback(model))
        if output == "-":
            data_bytes(lines)
            return
        write_file(Path(output), lines)
    words(f"Wrote {output}.")


@app.command()
def delete(
    model: Model,
    idents: Annotated[
        list[str], typer.Argument(metavar="ID", help="Ids of samples, or their first letters (4 or more).")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete feedback on a model."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        found = _resolve(backend, model, idents)
        if not yes:
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise UsageError("Deleting is not asked about without a terminal.", hint="Add --yes.")
            typer.confirm(f"Delete {len(found)} of the feedback on {model}?", abort=True, err=True)
        for ident in found:
            backend.delete_feedback(model, ident)
    words(f"Deleted {', '.join(map(str, found))}.")


def _resolve(backend: Backend, model: str, idents: list[str]) -> list[UUID]:
    """The ids that `idents` stand for; whole ones need not be there.

    Raises:
        UsageError: one is too short.
        NotFound: there is none that begins so.
        Conflict: there are several that do.
    """
    whole: dict[str, UUID] = {}
    for ident in idents:
        try:
            whole[ident] = UUID(ident)
        except ValueError:
            if len(ident) < LEAST_LETTERS:
                raise UsageError(
                    f"{ident!r} is too short for an id.", hint="Give four letters or more."
                ) from None
    known = [] if len(whole) == len(set(idents)) else [item.id for item in backend.feedback(model)]
    found: dict[UUID, None] = {}
    for ident in idents:
        fitting = [whole[ident]] if ident in whole else [one for one in known if str(one).startswith(ident)]
        if not fitting:
            raise NotFound(f"No feedback on {model} has an id that begins with {ident!r}.")
        if len(fitting) > 1:
            raise Conflict(f"The ids of several begin with {ident!r}.", hint="Give more of its letters.")
        found[fitting[0]] = None
    return list(found)
