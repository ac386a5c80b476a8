"""What the commands have in common: how groups of them behave, and the options that several take."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from nerproc.cli.output import data
from nerproc.errors import UsageError

if TYPE_CHECKING:
    from uuid import UUID

    from nerproc.cli.backend import Backend


class Group(TyperGroup):
    """A group of commands: without one it shows its help, and help needs no imports."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the help when there are no arguments."""
        return super().parse_args(ctx, args or ["--help"])

    def get_help_option(self, ctx: Any) -> Any:
        """The option `--help`, "not given" as False: typer imports pydantic to make sense of None."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.default = False
        return option


def group(description: str) -> typer.Typer:
    """A group of commands. Help is plain text: typer's rich help would triple the time to show it."""
    return typer.Typer(
        cls=Group,
        help=description,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,  # they show local variables: texts, keys
        add_completion=False,
    )


def _print_version(wanted: bool) -> None:
    if wanted:
        from nerproc import __version__

        data(f"nerproc {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
]
Color = Annotated[bool, typer.Option("--color", help="Colour even what goes to no terminal.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours; so does NO_COLOR=1.")]

Id = Annotated[str, typer.Argument(metavar="ID", help="Id of a report, or its first letters (4 or more).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON with the fields of the REST API.")]
Form = Annotated[
    Literal["table", "json", "jsonl", "csv"], typer.Option("--format", help="How to print what is found.")
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=0, help="Show so many at most, 0 for all. Tables: 50."),
]

Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 if any object failed.")]
Connection = Annotated[
    str | None,
    typer.Option("--connection", metavar="NAME", help="S3 server of that name in the settings, for s3://…."),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", min=1, help="Worker processes. Default: one a processor core."),
]


def is_bucket(source: str, connection: str | None) -> bool:
    """Whether a source is an S3 location; what it cannot be is refused.

    Raises:
        UsageError: it is another kind of URL, or a path with a connection.
    """
    bucket = source.startswith("s3://")
    if "://" in source and not bucket:
        raise UsageError(f"{source} is no path.", hint="Of URLs, s3://bucket/prefix can be scanned.")
    if connection is not None and not bucket:
        raise UsageError("--connection is for s3://bucket/prefix, not for paths.")
    return bucket


def alone(why: str, unfit: Mapping[str, Any]) -> None:
    """Refuse what was given of the options that do not go with one, which the words `why` name.

    Raises:
        UsageError: one of them was given.
    """
    for option, given in unfit.items():
        if given:
            raise UsageError(f"{why}, so it does not go with {option}.")


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0))


def chosen(form: str, *, as_json: bool) -> str:
    """The format to print in: `--json` is short for `--format json`."""
    return "json" if as_json else form


def resolve(backend: Backend, prefix: str) -> UUID:
    """The id that begins with `prefix`."""
    return backend.job(prefix).id
