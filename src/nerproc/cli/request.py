"""The options that say what to look for and in which objects, shared by the commands that start a report."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from nerproc.errors import ExitCode, UsageError
from nerproc.schema.name import BASIC

Command = Callable[..., ExitCode]

Name = Annotated[
    str | None, typer.Option("--name", metavar="TEXT", help="Name of the report. Default: that of the source.")
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
Include = Annotated[
    list[str] | None,
    typer.Option(
        "--include", metavar="PATTERN", help="Only objects of such names, as in .gitignore. May be repeated."
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude", metavar="PATTERN", help="No objects of such names, as in .gitignore. May be repeated."
    ),
]
MaxSize = Annotated[
    str | None,
    typer.Option("--max-size", metavar="SIZE", help="Skip larger objects: bytes, or 500kB, 10MB, 1GiB."),
]
Sample = Annotated[
    float | None,
    typer.Option("--sample", metavar="PERCENT", help="Scan such a part of the objects, the same each time."),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="REPORT", help="Take over what this report says of objects that did not change."
    ),
]


def starts_report(command: Command) -> Command:
    """Give `command` the shared options; they come to it as `what`, the fields of a `ReportRequest`.

    Of `since` it gets what the user wrote, which may be the first letters of an id.
    """
    shared = inspect.signature(_fields, eval_str=True).parameters
    own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "what"]
    first = [parameter for parameter in own if parameter.kind is not parameter.KEYWORD_ONLY]

    @functools.wraps(command)
    def call(**given: Any) -> ExitCode:
        what = _fields(**{name: given.pop(name) for name in shared})
        return command(**given, what=what)

    parameters = [*first, *shared.values(), *(parameter for parameter in own if parameter not in first)]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return call


def _fields(
    *,
    name: Name = None,
    model: Model = BASIC,
    label: Labels = None,
    custom_tag: CustomTags = None,
    group: Groups = None,
    threshold: Thresholds = None,
    allow: Allow = None,
    allow_pattern: AllowPatterns = None,
    deny: Deny = None,
    include: Include = None,
    exclude: Exclude = None,
    max_size: MaxSize = None,
    sample: Sample = None,
    since: Since = None,
) -> dict[str, Any]:
    from nerproc.schema.request import score, size

    of_all = [text for text in threshold or [] if "=" not in text]
    of_one = [pair("--threshold", text) for text in threshold or [] if "=" in text]
    denied: dict[str, list[str]] = {}
    for label_of, text in (pair("--deny", text) for text in deny or []):
        denied.setdefault(label_of.upper(), []).append(text)
    return {
        "name": name,
        "model": model,
        "labels": [text.upper() for text in label] if label else None,
        "custom_tags": dict(pair("--custom-tag", text) for text in custom_tag or []),
        "groups": [
            {"name": name_of, "query": query}
            for name_of, query in (pair("--group", text) for text in group or [])
        ],
        "threshold": score(of_all[-1]) if of_all else None,
        "thresholds": {label_of.upper(): score(least) for label_of, least in of_one},
        "allow": allow or [],
        "allow_patterns": allow_pattern or [],
        "deny": denied,
        "include": include or [],
        "exclude": exclude or [],
        "max_bytes": None if max_size is None else size(max_size),
        "sample": sample,
        "since": since,
    }


def pair(option: str, text: str) -> tuple[str, str]:
    """Name and value of `NAME=VALUE`, given with an option.

    Raises:
        UsageError: it has another form.
    """
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise UsageError(
            f"{option} takes NAME=VALUE, not {text!r}.", hint="Quote it for the shell: 'NAME=VALUE'."
        )
    return name, value
