"""`nerproc scan - --redact`: text in, redacted text out, in this process; nothing of it is kept."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from nerproc.cli.operators import operators
from nerproc.cli.output import words
from nerproc.errors import ExitCode, JobFailed, UsageError


def redact(path: str, what: dict[str, Any], chosen: list[str] | None, key_file: Path | None) -> ExitCode:
    """Write what is at `path`, - being standard input, to standard output with what is found in it replaced.

    Raises:
        JobFailed: it cannot be read.
        InvalidRequest, NotFound, PatternError: an option is not valid.
    """
    chosen_operators = operators(chosen, key_file)
    if path == "-":
        return _redact(sys.stdin.buffer, "", what, chosen_operators)
    try:
        with Path(path).open("rb") as file:
            return _redact(file, path, what, chosen_operators)
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; --redact takes one file.") from None


def _redact(stream: BinaryIO, name: str, what: dict[str, Any], chosen: Any) -> ExitCode:
    from nerproc.cli.home import open_model
    from nerproc.extraction.errors import Broken, Skipped
    from nerproc.model.scanner import scanner_for, validate
    from nerproc.redaction.stream import redact_stream
    from nerproc.schema.report import LocalSource
    from nerproc.schema.request import build_request

    request = build_request(LocalSource(paths=["/"]), what)
    model = open_model(request.model)
    validate(request, model.card())
    scanner = scanner_for(request, model)
    sys.stdout.flush()
    output = sys.stdout.buffer
    try:
        find = partial(scanner.stretches, object_name=name)
        counts = redact_stream(stream, name, find, chosen, output.write)
    except (Skipped, Broken) as error:
        raise JobFailed(f"{name or 'standard input'} cannot be redacted: {error}") from None
    output.flush()
    if sys.stderr.isatty():
        found = ", ".join(f"{label} {count:,}" for label, count in sorted(counts.items()))
        words(f"replaced: {found or 'nothing'}")
    return ExitCode.OK
