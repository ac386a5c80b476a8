"""`nerproc report`: what reports found."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nerproc.cli import command
from nerproc.cli.job import State, list_jobs, show_report_of
from nerproc.cli.output import Column, data_bytes, show, words, write_file
from nerproc.cli.request import Labels
from nerproc.errors import UsageError
from nerproc.schema.name import ExportFormat

if TYPE_CHECKING:
    from nerproc.schema.entity import Entity

app = command.group("Look at what reports found, search it, export it, delete it.")

Status = Annotated[
    Literal["succeeded", "skipped", "failed"] | None,
    typer.Option("--status", help="Only those that ended so."),
]
ObjectNames = Annotated[
    list[str] | None, typer.Option("--object", metavar="NAME", help="Only in this object. May be repeated.")
]

MinScore = Annotated[
    float | None,
    typer.Option("--min-score", metavar="N", min=0, max=1, help="Only those of at least this score."),
]


@app.command(name="list")
def list_reports(
    state: State = None,
    limit: command.Limit = None,
    form: command.Form = "table",
    as_json: command.Json = False,
) -> None:
    """List the reports, newest first."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        list_jobs(
            backend, state=state, limit=limit, form=command.chosen(form, as_json=as_json), kind="inference"
        )


@app.command(name="show")
def show_report(ident: command.Id, as_json: command.Json = False) -> None:
    """Show a report."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        show_report_of(backend, command.resolve(backend, ident), as_json=as_json)


@app.command()
def entities(
    ident: command.Id,
    *,
    label: Labels = None,
    objects: ObjectNames = None,
    min_score: MinScore = None,
    limit: command.Limit = None,
    form: command.Form = "table",
    as_json: command.Json = False,
) -> None:
    """List entities, in order of object and place."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        report = command.resolve(backend, ident)
        labels = [name.upper() for name in label] if label else None
        found = backend.entities(report, label=labels, object=objects, min_score=min_score)
        chosen = command.chosen(form, as_json=as_json)
        show(found, _ENTITY, chosen, limit=limit, empty="No entities.")


@app.command()
def objects(
    ident: command.Id,
    status: Status = None,
    limit: command.Limit = None,
    form: command.Form = "table",
    as_json: command.Json = False,
) -> None:
    """List objects: how each ended, and what is in it."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        found = backend.objects(command.resolve(backend, ident), status=status)
        chosen = command.chosen(form, as_json=as_json)
        show(found, _object_columns(), chosen, limit=limit, empty="No objects.")


@app.command()
def search(
    ident: command.Id,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="""Like 'COUNT(SSN) > 3 AND NAME = "Ann"'.""")],
    limit: command.Limit = None,
    form: command.Form = "table",
    as_json: command.Json = False,
) -> None:
    """List the objects that match a query."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        found = backend.search(command.resolve(backend, ident), query)
        chosen = command.chosen(form, as_json=as_json)
        show(found, _MATCH, chosen, limit=limit, empty="No object matches.")


@app.command()
def export(
    ident: command.Id,
    *,
    form: Annotated[
        ExportFormat | None,
        typer.Option("--format", help="Format of the file. Default: what its name says, else jsonl."),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to write; - is standard output.")
    ] = "-",
    label: Labels = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Let sarif and html have the texts too; other formats always do.")
    ] = False,
) -> None:
    """Write what was found to a file."""
    from nerproc.cli.backend import open_backend
    from nerproc.report.export import format_of

    if output == "-" and form == "parquet" and sys.stdout.isatty():
        raise UsageError("Parquet is not for terminals.", hint="Name a file: -o found.parquet")
    chosen = form or ("jsonl" if output == "-" else format_of(output))
    labels = [name.upper() for name in label] if label else None
    with open_backend() as backend:
        report = command.resolve(backend, ident)
        pieces = backend.export(report, chosen, label=labels, reveal=reveal)
        if output == "-":
            data_bytes(pieces)
            return
        write_file(Path(output), pieces)
    words(f"Wrote {output}.")


@app.command()
def delete(
    ident: command.Id, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """Delete a report and everything that it found."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        job = backend.job(ident)
        if not yes:
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise UsageError("Deleting a report is not asked about without a terminal.", hint="Add --yes.")
            typer.confirm(f"Delete report {job.id} ({job.name})?", abort=True, err=True)
        backend.delete(job.id)
    words(f"Deleted {job.id}.")


def _of_location(name: str) -> Callable[[Entity], object]:
    return lambda entity: getattr(entity.location, name, None)


def _place(entity: Entity) -> str:
    """The location in words; where there is none, the offset."""
    if entity.location is None:
        return f"at {entity.start:,}"
    parts = ((name, getattr(entity.location, name)) for name in ("member", "page", "sheet", "row"))
    return " ".join(f"{name} {value}" for name, value in parts if value is not None)


_ENTITY = [
    Column("object", lambda entity: entity.object, wide=True),
    Column("place", _place, wide=True, only="table"),
    Column("start", lambda entity: entity.start, only="csv"),
    Column("end", lambda entity: entity.end, only="csv"),
    Column("label", lambda entity: entity.label),
    Column("kind", lambda entity: entity.kind),
    Column("text", lambda entity: entity.text, wide=True),
    Column("score", lambda entity: entity.score, show="{:.2f}".format, right=True),
    Column("source", lambda entity: entity.source, only="csv"),
    Column("left_context", lambda entity: entity.left_context, only="csv"),
    Column("right_context", lambda entity: entity.right_context, only="csv"),
    *(Column(name, _of_location(name), only="csv") for name in ("page", "sheet", "row", "member")),
]
_COUNTS = Column(
    "label_counts",
    lambda item: ", ".join(f"{label} {count}" for label, count in item.label_counts.items()),
    wide=True,
)
_MATCH = [Column("object", lambda match: match.object, wide=True), _COUNTS]


def _object_columns() -> list[Column]:
    from nerproc.schema.words import size

    return [
        Column("object", lambda found: found.object, wide=True),
        Column("status", lambda found: found.status),
        Column("size", lambda found: found.size, show=size, right=True),
        Column("media_type", lambda found: found.media_type, only="csv"),
        Column("entities", lambda found: sum(found.label_counts.values()), show="{:,}".format, right=True),
        replace(_COUNTS, only="csv"),
        Column("groups", lambda found: ", ".join(found.groups), only="csv"),
        Column("reason", lambda found: found.reason, wide=True),
    ]
