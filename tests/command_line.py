"""Command lines as the CLI understands them, without running them."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from nerproc.cli.main import app


def parse(arguments: Sequence[str]) -> tuple[str, dict[str, object]]:
    """Name of the command that `nerproc ARGUMENTS` would run, and its parameters.

    Raises:
        typer.TyperException: there is no such command, or it has no such option.
    """
    command = typer.main.get_command(app)
    name, rest, parent = "nerproc", list(arguments), None
    while True:
        parent = command.make_context(name, rest, parent=parent)
        if not hasattr(command, "resolve_command"):
            return parent.command_path.removeprefix("nerproc "), parent.params
        name, command, rest = command.resolve_command(parent, [*parent._protected_args, *parent.args])
