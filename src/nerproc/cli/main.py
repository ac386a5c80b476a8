"""The command line: its commands, and how they end. What a command does stands in the file of its group."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import typer

from nerproc.cli import (
    command,
    config,
    doctor,
    job,
    license,
    model,
    redact,
    report,
    restore,
    scan,
    serve,
    submit,
    token,
    workers,
)
from nerproc.cli import help as helping
from nerproc.cli.failure import fail, fail_to_parse, fail_unexpectedly
from nerproc.errors import ExitCode, NerprocError

app = command.group("Find named entities and personal data in text, on one machine or many.")
COMMANDS: tuple[Callable[..., object], ...] = (
    *(scan.scan, redact.redact, restore.restore, serve.serve, serve.worker, submit.submit),
    *(job.status, job.stop, job.pause, job.resume, job.retry),
    *(workers.workers, workers.drain, workers.undrain, doctor.doctor),
)
for call in COMMANDS:
    app.command()(call)
app.add_typer(report.app, name="report")
app.add_typer(model.app, name="model")
app.add_typer(license.app, name="license")
app.add_typer(token.app, name="token")
app.add_typer(config.app, name="config")
app.command(name="help")(helping.show)


@app.callback()
def options(
    version: command.Version = False,  # noqa: ARG001 - its callback has acted
    color: command.Color = False,
    no_color: command.NoColor = False,
) -> None:
    """Take the options of all commands."""
    os.environ.update({"NO_COLOR": "1"} if no_color else {"FORCE_COLOR": "1"} if color else {})


def run(arguments: list[str] | None = None) -> int:
    """Run a command; the exit code, never an exception."""
    as_json = "--json" in (sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(arguments, prog_name="nerproc", standalone_mode=False)
        sys.stdout.flush()
    except NerprocError as error:
        return fail(error, as_json=as_json)
    except typer.TyperException as error:
        return fail_to_parse(error, as_json=as_json)
    except (SystemExit, BrokenPipeError) as error:
        if not isinstance(error.__context__ or error, BrokenPipeError):  # typer makes a SystemExit of one
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is flushed at exit
        return ExitCode.BROKEN_PIPE
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - this is where they end
        return fail_unexpectedly(error, as_json=as_json)
    return int(code or ExitCode.OK)
