"""`nerproc submit`: hand files to a head, and wait for the report if asked to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nerproc.cli import command, plan
from nerproc.cli.output import data, paint, show_one, words
from nerproc.cli.request import starts_report
from nerproc.errors import ExitCode, ObjectsFailed, QuotaExceeded

if TYPE_CHECKING:
    from uuid import UUID

    from nerproc.client import Client
    from nerproc.client.upload import LocalFile
    from nerproc.schema.report import Report

Source = Annotated[
    str, typer.Argument(metavar="SOURCE", help="A file or folder, which is uploaded, or s3://bucket/prefix.")
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until the report is ready, and print it.")]
Timeout = Annotated[
    float | None,
    typer.Option(
        "--timeout", min=0, metavar="SECONDS", help="Wait no longer; exits with 8, and the job goes on."
    ),
]
IdempotencyKey = Annotated[
    str | None,
    typer.Option(
        "--idempotency-key", metavar="KEY", help="Sent again with the same key, nothing starts twice."
    ),
]


@starts_report
def submit(
    source: Source,
    *,
    what: dict[str, Any],
    connection: command.Connection = None,
    wait: Wait = False,
    timeout: Timeout = None,
    strict: command.Strict = False,
    idempotency_key: IdempotencyKey = None,
    dry_run: plan.DryRun = False,
    as_json: command.Json = False,
) -> ExitCode:
    """Hand files or a bucket to a head, whose workers scan them."""
    bucket = command.is_bucket(source, connection)
    if dry_run:
        unfit = {"--wait": wait, "--timeout": timeout, "--strict": strict, "--idempotency-key": idempotency_key}
        command.alone(plan.WHY_ALONE, unfit)
    from nerproc.client import Client
    from nerproc.schema.request import s3_source

    with Client() as client:
        if what["since"] is not None:
            what["since"] = client.job(what["since"]).id
        asked = s3_source(source, connection) if bucket else source
        if dry_run:
            planned = plan.of_files(client, source, what) if not bucket else client.plan(asked, **what)
            return plan.show(planned, what, as_json=as_json)
        report = client.submit(asked, idempotency_key=idempotency_key, skipped=_say_skipped, **what)
        if not wait:
            _show_started(report, as_json=as_json)
            return ExitCode.OK
        return _wait(client, report, timeout=timeout, strict=strict, as_json=as_json)


def _say_skipped(file: LocalFile) -> None:
    words(f"{paint('not uploaded:', 'yellow', sys.stderr)} {file.path}: {file.problem}")


def _show_started(report: UUID, *, as_json: bool) -> None:
    if as_json:
        show_one({"id": str(report)})
        return
    data(str(report))
    short = str(report)[:8]
    words(paint(f"nerproc status {short} --watch\nnerproc report show {short}", "dim", sys.stderr))


def _wait(client: Client, report: UUID, *, timeout: float | None, strict: bool, as_json: bool) -> ExitCode:
    """Wait for the end; what it is decides the exit code. Ctrl-C only detaches."""
    from nerproc.cli.progress import Progress
    from nerproc.cli.summary import show_report

    try:
        with Progress(silent=as_json) as progress:
            found = client.wait(report, timeout, progress=progress.update)
    except KeyboardInterrupt:
        words(f"Detached; report {report} goes on. nerproc status {str(report)[:8]} --watch follows it again.")
        return ExitCode.INTERRUPTED
    if as_json:
        show_one(found)
    else:
        show_report(found)
    return verdict(found, strict=strict)


def verdict(report: Report, *, strict: bool = False) -> ExitCode:
    """The exit code of a report that has ended.

    Raises:
        ObjectsFailed: with `strict`, if any did.
        QuotaExceeded: the licence did not cover it.
    """
    if report.failure_slug == QuotaExceeded.slug:
        from nerproc.job.quota import LIFT_THE_LIMIT

        raise QuotaExceeded(report.failure, hint=LIFT_THE_LIMIT)
    if report.state != "completed":
        return ExitCode.FAILED
    if strict and report.objects.failed:
        raise ObjectsFailed(f"{report.objects.failed:,} of {report.objects.total:,} objects failed.")
    return ExitCode.OK
