"""What the commands have in common: how groups of them behave, and the options that several take."""

from __future__ import annotations

import os
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

Model = Annotated[str, typer.Option("--model", metavar="NAME", help="Model that looks for entities.")]
Labels = Annotated[
    list[str] | None,
    typer.Option("--label", metavar="LABEL", help="Report only this label. May be repeated."),
]
CustomTags = Annotated[
    list[str] | None,
    typer.Option("--custom-tag", metavar="NAME=REGEX", help="A label of your own. May be repeated."),
]
Groups = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="NAME=QUERY", help="Count the objects that match. May be repeated."),
]
Thresholds = Annotated[
    list[str] | None,
    typer.Option(
        "--threshold",
        metavar="SCORE|LABEL=SCORE",
        help="Least score, 0 to 1, of all labels or of one; 0 reports every candidate. May be repeated.",
    ),
]
Allow = Annotated[
    list[str] | None, typer.Option("--allow", metavar="TEXT", help="Never report this text. May be repeated.")
]
AllowPatterns = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-pattern",
        metavar="REGEX",
        help="Never report texts that it matches as a whole. May be repeated.",
    ),
]
Deny = Annotated[
    list[str] | None,
    typer.Option("--deny", metavar="LABEL=TEXT", help="Always report this text. May be repeated."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 if any object failed.")]
Name = Annotated[
    str | None, typer.Option("--name", metavar="TEXT", help="Name of the report. Default: that of the source.")
]
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


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0))


def what_to_find(
    *,
    name: str | None,
    model: str,
    labels: list[str] | None,
    custom_tags: list[str] | None,
    groups: list[str] | None,
    thresholds: list[str] | None,
    allow: list[str] | None,
    allow_patterns: list[str] | None,
    deny: list[str] | None,
) -> dict[str, Any]:
    """The options that `scan` and `submit` share, as fields of a `ReportRequest`.

    Raises:
        UsageError: an option is not NAME=VALUE, or a threshold is no number.
    """
    of_all = [text for text in thresholds or [] if "=" not in text]
    of_one = [_pair("--threshold", text) for text in thresholds or [] if "=" in text]
    denied: dict[str, list[str]] = {}
    for label, text in (_pair("--deny", text) for text in deny or []):
        denied.setdefault(label.upper(), []).append(text)
    return {
        "name": name,
        "model": model,
        "labels": [label.upper() for label in labels] if labels else None,
        "custom_tags": dict(_pair("--custom-tag", text) for text in custom_tags or []),
        "groups": [
            {"name": group, "query": query}
            for group, query in (_pair("--group", text) for text in groups or [])
        ],
        "threshold": _score(of_all[-1]) if of_all else None,
        "thresholds": {label.upper(): _score(score) for label, score in of_one},
        "allow": allow or [],
        "allow_patterns": allow_patterns or [],
        "deny": denied,
    }


def _score(text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = -1
    if not 0 <= score <= 1:
        raise UsageError(f"--threshold takes a score from 0 to 1, not {text!r}.")
    return score


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise UsageError(
            f"{option} takes NAME=VALUE, not {text!r}.", hint="Quote it for the shell: 'NAME=VALUE'."
        )
    return name, value


def chosen(form: str, *, as_json: bool) -> str:
    """The format to print in: `--json` is short for `--format json`."""
    return "json" if as_json else form


def resolve(backend: Backend, prefix: str) -> UUID:
    """The id that begins with `prefix`."""
    return backend.job(prefix).id
