"""`nerproc scan`: the whole path on this machine for one report, which stays in the home."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nerproc.cli import command, plan
from nerproc.cli.operators import Chosen, KeyFile
from nerproc.cli.output import check_writable, paint, show_one, words, write_file
from nerproc.cli.request import starts_report
from nerproc.cli.submit import verdict
from nerproc.errors import ExitCode, Matched, NotFound, UsageError

if TYPE_CHECKING:
    from uuid import UUID

    from nerproc.node import Node
    from nerproc.schema.report import LocalSource, Report, ReportRequest, S3Source, Source
    from nerproc.settings import Settings

MOST_DRAIN_SECONDS = 5.0  # what Ctrl-C leaves the objects in hand
MOST_MATCHES = 1_000  # that --fail-on counts

Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH", help="Files and folders; - is standard input. Or s3://bucket/prefix."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write a .jsonl, .csv, .parquet, .sarif or .html file."
    ),
]
FailOn = Annotated[
    str | None, typer.Option("--fail-on", metavar="QUERY", help="Exit with 9 if any object matches.")
]
Redact = Annotated[
    bool,
    typer.Option("--redact", help="Write the text of - or of one file with what is found replaced; no report."),
]


@starts_report
def scan(
    paths: Paths,
    *,
    what: dict[str, Any],
    connection: command.Connection = None,
    output: Output = None,
    fail_on: FailOn = None,
    strict: command.Strict = False,
    workers: command.Workers = None,
    dry_run: plan.DryRun = False,
    as_json: command.Json = False,
    redact: Redact = False,
    operator: Chosen = None,
    key_file: KeyFile = None,
) -> ExitCode:
    """Find entities in files or in a bucket, on this machine; the report stays."""
    if redact:
        from nerproc.cli import pipe

        unfit = {"--output": output, "--fail-on": fail_on, "--strict": strict, "--json": as_json}
        unfit["--dry-run"] = dry_run
        return pipe.redact(_one(paths, connection, unfit), what, operator, key_file)
    if operator or key_file:
        raise UsageError("--operator and --key-file go with --redact.")
    files = _check(paths, connection)
    if dry_run:
        command.alone(plan.WHY_ALONE, {"--output": output, "--fail-on": fail_on, "--strict": strict})
        return _dry_run(files, connection, what, as_json=as_json)
    if output is not None:
        check_writable(output)
    from nerproc.worker.supervisor import Supervisor

    settings = _settings()
    # Its children get ready while this process imports the rest and the database starts.
    with closing(Supervisor(settings, workers or _cores(files))) as supervisor:
        from nerproc.cli.work import work
        from nerproc.node import Node
        from nerproc.report.export import format_of
        from nerproc.report.query.parse import parse

        form = format_of(output.name) if output is not None else None
        if fail_on is not None:
            parse(fail_on)
        with Node.open(settings) as node:
            report_id = _submit(node, files, connection, what)
            interrupted = work(supervisor, node, report_id, silent=as_json)
            report = node.reports.get(report_id)
            _show(report, as_json=as_json)
            if output is not None and form is not None:
                write_file(output, node.reports.export(report_id, form))
            if interrupted:
                words(f"Stopped. Report {report_id} keeps what was found until then.")
                return ExitCode.INTERRUPTED
            return _verdict(node, report, fail_on=fail_on, strict=strict)


def _one(paths: list[str], connection: str | None, unfit: dict[str, Any]) -> str:
    """The one file that --redact takes, which writes no report."""
    command.alone("--redact makes no report", unfit)
    files = _check(paths, connection)
    if isinstance(files, str) or len(paths) > 1:
        raise UsageError("--redact takes one file, or - for standard input.")
    return paths[0]


def _check(paths: list[str], connection: str | None) -> list[str] | str | None:
    """The absolute paths; or the URL of a bucket; None for standard input."""
    for path in paths:
        if command.is_bucket(path, connection):
            if len(paths) > 1:
                raise UsageError(f"{path} cannot be scanned together with others.", hint="Scan one at a time.")
            return path
    if paths == ["-"]:
        return None
    if "-" in paths:
        raise UsageError("- is standard input, and cannot be given with other paths.")
    for path in paths:
        if not os.path.lexists(path):
            raise NotFound(f"There is nothing at {path}.")
    return [os.path.abspath(path) for path in paths]  # noqa: PTH100 - resolve() would follow links


def _cores(files: list[str] | str | None) -> int:
    """As many workers as this process may use cores, but no more than there can be objects."""
    if files is None:
        return 1
    cores = command.cores()
    if isinstance(files, str) or any(Path(path).is_dir() for path in files):
        return cores
    return min(cores, len(files))


def _settings() -> Settings:
    from nerproc.settings import Settings

    settings = Settings.load()
    return settings.model_copy(update={"drain_seconds": min(settings.drain_seconds, MOST_DRAIN_SECONDS)})


def _submit(node: Node, files: list[str] | str | None, connection: str | None, what: dict[str, Any]) -> UUID:
    """Submit files, a bucket, or standard input as an upload."""
    from nerproc.job.uploads import Uploads
    from nerproc.schema.report import UploadSource

    if files is None:
        upload = Uploads(node.database, node.storage).receive([("stdin", sys.stdin.buffer)])
        what = {**what, "name": what["name"] or "stdin"}
        request = _request(node, UploadSource(upload_id=upload.id), what)
    else:
        request = _request(node, _source(files, connection), what)
    return node.reports.create(request, **_place(node, files))


def _dry_run(
    files: list[str] | str | None, connection: str | None, what: dict[str, Any], *, as_json: bool
) -> ExitCode:
    if files is None:
        raise UsageError("--dry-run counts files: what standard input has, only reading it tells.")
    from nerproc.node import Node
    from nerproc.settings import Settings

    with Node.open(Settings.load()) as node:
        request = _request(node, _source(files, connection), what)
        return plan.show(node.reports.planner.plan(request, **_place(node, files)), what, as_json=as_json)


def _source(files: list[str] | str, connection: str | None) -> LocalSource | S3Source:
    from nerproc.schema.report import LocalSource
    from nerproc.schema.request import s3_source

    return s3_source(files, connection) if isinstance(files, str) else LocalSource(paths=files)


def _request(node: Node, source: Source, what: dict[str, Any]) -> ReportRequest:
    from nerproc.schema.request import build_request

    since = None if what["since"] is None else node.jobs.find(what["since"])
    return build_request(source, {**what, "since": since})


def _place(node: Node, files: list[str] | str | None) -> dict[str, Any]:
    """Below what alone the report may read, and whether it is for workers of this host only."""
    if isinstance(files, list):
        return {"roots": [Path(file) for file in files], "here": True}
    return {"roots": [], "here": node.settings.storage_url is None}  # what it finds stays on this host


def _show(report: Report, *, as_json: bool) -> None:
    if as_json:
        show_one(report)
        return
    from nerproc.cli.summary import show_report

    show_report(report)
    if sys.stderr.isatty():
        short = str(report.id)[:8]
        words(paint(f"\nnerproc report entities {short}", "dim", sys.stderr))
        words(paint(f"nerproc report export {short} --format csv -o found.csv", "dim", sys.stderr))


def _verdict(node: Node, report: Report, *, fail_on: str | None, strict: bool) -> ExitCode:
    if report.state == "completed" and fail_on is not None:
        matches, more = node.reports.search(report.id, fail_on, limit=MOST_MATCHES)
        if matches:
            count = f"more than {MOST_MATCHES:,}" if more else f"{len(matches):,}"
            raise Matched(f"{count} of {report.objects.total:,} objects match {fail_on}")
    return verdict(report, strict=strict)
