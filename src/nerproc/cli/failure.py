"""How a command fails: words or a problem (RFC 9457) on stderr, nothing on stdout, and an exit code."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import traceback
from typing import Any

from nerproc.cli.output import paint, printable, words
from nerproc.errors import ExitCode, NerprocError, QueryError, UsageError


def fail(error: NerprocError, *, as_json: bool) -> ExitCode:
    """Say on stderr what went wrong and what to do about it; return the exit code."""
    if as_json:
        from nerproc.schema.problem import problem_of

        words(problem_of(error).model_dump_json(indent=2, exclude_defaults=True))
        return error.exit_code
    _say("nerproc:", "red", error.message)
    if isinstance(error, QueryError):
        words("\n".join(f"  {printable(line)}" for line in error.caret().split("\n")))
    if error.hint:
        _say("hint:", "dim", error.hint)
    return error.exit_code


def _say(kind: str, style: str, text: str) -> None:
    """Print a message, its lines broken between words where there is a terminal."""
    said = "\n".join(printable(line) for line in f"{kind} {text}".splitlines())
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        said = "\n".join(textwrap.fill(line, width, break_on_hyphens=False) for line in said.splitlines())
    words(paint(kind, style, sys.stderr) + said.removeprefix(kind))


def fail_to_parse(error: Any, *, as_json: bool) -> ExitCode:
    """The same for an error of typer's, which knows the command that could not be understood."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "nerproc"
    return fail(UsageError(error.format_message(), hint=f"See {command} --help."), as_json=as_json)


def fail_unexpectedly(error: Exception, *, as_json: bool) -> ExitCode:
    """The same for an error that nobody foresaw; its message may hold anything, so it is shown on request."""
    if os.environ.get("NERPROC_DEBUG") == "1":
        traceback.print_exception(error)
    where = traceback.extract_tb(error.__traceback__)[-1]
    message = (
        f"An unexpected error: {type(error).__name__} at {os.path.basename(where.filename)}:{where.lineno}."  # noqa: PTH119
    )
    return fail(NerprocError(message, hint="NERPROC_DEBUG=1 shows all of it."), as_json=as_json)
