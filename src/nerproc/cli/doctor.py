"""`nerproc doctor`: whether this node reaches all that it depends on, and what to do where it does not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from nerproc.cli import command
from nerproc.cli.output import Column, paint, show, words
from nerproc.errors import ExitCode

if TYPE_CHECKING:
    from nerproc.schema.service import Checkup

_STYLES = {"warning": "yellow", "failed": "red"}
_COLUMNS = [
    Column("check", lambda found: found.check),
    Column("status", lambda found: found.status),
    Column("seconds", lambda found: found.seconds, show="{:.4f}".format, right=True),
    Column("detail", lambda found: found.detail, wide=True),
    Column("remedy", lambda found: found.remedy, only="csv"),
]


def doctor(form: command.Form = "table", as_json: command.Json = False) -> ExitCode:
    """Try what this node depends on: database, queue, storage, disk, clock; exit with 1 if any fails."""
    from nerproc.doctor import examine
    from nerproc.settings import Settings

    found = list(examine(Settings.load()))
    chosen = command.chosen(form, as_json=as_json)
    show(found, _COLUMNS, chosen)
    if chosen == "table":
        _advise(found)
    return ExitCode.FAILED if any(checkup.status == "failed" for checkup in found) else ExitCode.OK


def _advise(found: list[Checkup]) -> None:
    """Say in full what the table may have cut off, and what to do."""
    for checkup in found:
        if checkup.status in _STYLES:
            words(f"\n{paint(checkup.check, _STYLES[checkup.status], sys.stderr)}: {checkup.detail}")
        if checkup.remedy is not None:
            words(f"hint: {checkup.remedy}")
