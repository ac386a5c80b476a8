"""`nerproc help`: topics that belong to no command, and the help of every command."""

from __future__ import annotations

from typing import Annotated

import typer

from nerproc.cli.output import data
from nerproc.cli.table import Cell, layout
from nerproc.errors import ExitCode, UsageError

MEANINGS = {
    ExitCode.OK: "It worked.",
    ExitCode.FAILED: "The job failed or was stopped, samples are too few, or there was an unexpected error.",
    ExitCode.USAGE: "The command line, a setting, a query or an expression is wrong.",
    ExitCode.OBJECTS_FAILED: "It finished, but some objects failed (only with --strict).",
    ExitCode.REFUSED: "A licence, a token or a path was refused.",
    ExitCode.NOT_FOUND: "There is no such path, report or model.",
    ExitCode.CONFLICT: "It does not fit what is there, or the state of the job.",
    ExitCode.UNREACHABLE: "The head, the database, the queue or the store does not answer.",
    ExitCode.WAIT_TIMED_OUT: "The job did not end within --timeout; it goes on.",
    ExitCode.MATCHED: "An object matches --fail-on.",
    ExitCode.INTERRUPTED: "Ctrl-C.",
    ExitCode.BROKEN_PIPE: "Whoever read the output has gone.",
}


def show(
    context: typer.Context,
    topic: Annotated[
        list[str] | None,
        typer.Argument(metavar="TOPIC", help="A command, exit-codes, or environment."),
    ] = None,
) -> None:
    """Show help on exit-codes, environment, or a command."""
    match topic or []:
        case ["exit-codes"]:
            _exit_codes()
        case ["environment"]:
            _environment()
        case names:
            _command(context, names)


def _exit_codes() -> None:
    rows = [[Cell(str(code.value), right=True), Cell(meaning)] for code, meaning in MEANINGS.items()]
    data("\n".join(layout(rows, width=None)))


def _environment() -> None:
    from nerproc.settings import PREFIX, Settings

    data("Settings come from flags, the environment, .env and nerproc.toml (there without the prefix).")
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        data(f"\n{PREFIX}{name.upper()}" + ("" if default in (None, []) else f" (default: {default})"))
        data(f"    {field.description}")
    for name, meaning in _OTHERS.items():
        data(f"\n{name}\n    {meaning}")


_OTHERS = {
    "NERPROC_CONFIG": "The file to read in place of nerproc.toml in the working folder.",
    "NERPROC_DEBUG": "1 shows the whole of an unexpected error.",
    "NO_COLOR": "Anything turns colours off; FORCE_COLOR turns them on where there is no terminal.",
}


def _command(context: typer.Context, names: list[str]) -> None:
    current = context.parent
    assert current is not None
    for name in names:
        commands = getattr(current.command, "commands", {})
        if name not in commands:
            raise UsageError(f"There is no help on {' '.join(names)!r}.", hint="See nerproc --help.")
        current = type(current)(commands[name], parent=current, info_name=name)
    data(current.get_help())
