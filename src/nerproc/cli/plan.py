"""`--dry-run`: what a report would read, and what that takes of the licence; nothing starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nerproc.cli.output import data, show_one, words
from nerproc.errors import ExitCode
from nerproc.schema.words import size

if TYPE_CHECKING:
    from nerproc.client import Client
    from nerproc.schema.plan import Plan

DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Count what it would read, and what that takes of the licence; nothing starts."
    ),
]
WHY_ALONE = "--dry-run makes no report"


def show(plan: Plan, what: dict[str, Any], *, as_json: bool) -> ExitCode:
    """Print the plan of a report with these fields.

    Raises:
        Refused: the licence refuses the report.
    """
    from nerproc.schema.problem import error_of

    if as_json:
        show_one(plan)
    else:
        for name, value in _lines(plan):
            data(f"{name:<8} {value}")
        if what["since"] is not None:
            words("Counted as if all objects had changed since the earlier report.")
    if plan.refusal is not None:
        raise error_of(plan.refusal)
    return ExitCode.OK


def _lines(plan: Plan) -> Iterator[tuple[str, str]]:
    least = "" if plan.whole else "at least "
    yield "objects", f"{least}{plan.objects:,}"
    yield "bytes", f"{least}{plan.bytes:,} ({size(plan.bytes)})"
    if plan.skipped:
        yield "skipped", f"{least}{plan.skipped:,}"
    if plan.left_bytes is None:
        worth = "without a limit" if plan.license.state == "valid" else plan.license.state
        yield "licence", f"{plan.license.type}, {worth}"
        return
    yield "used", f"{plan.license.used_bytes:,} of the {plan.license.limit_bytes:,} bytes of the licence"
    yield "left", f"{'' if plan.whole else 'at most '}{plan.left_bytes:,} bytes after it"


def of_files(client: Client, path: str, what: dict[str, Any]) -> Plan:
    """What a report on the files at `path` would read if they were uploaded; the head checks and covers it.

    Raises:
        NerprocError: as `Client.submit`; a refusal of the licence is part of the plan.
    """
    from uuid import UUID

    from nerproc.client.upload import find_files
    from nerproc.job.state import State
    from nerproc.report.plan import check, check_ended, count
    from nerproc.schema.report import UploadSource
    from nerproc.schema.request import build_request
    from nerproc.source.base import ObjectRef

    request = build_request(UploadSource(upload_id=UUID(int=0)), what)
    check(request, client.model(request.model))
    if request.since is not None:
        check_ended(request.since, State(client.report(request.since).state))
    refs = (
        ObjectRef(file.name, 0 if file.problem else file.path.stat().st_size, "", "", file.problem)
        for file in find_files([path])
    )
    return count(request, refs, client.license())
