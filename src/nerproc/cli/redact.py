"""`nerproc redact`: copies of a report's objects without what was found in them; by a head, or here."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nerproc.cli import command
from nerproc.cli.operators import Chosen, KeyFile
from nerproc.cli.output import data, paint, show_one, words
from nerproc.cli.submit import IdempotencyKey, Timeout
from nerproc.errors import ExitCode, ObjectsFailed, UsageError

if TYPE_CHECKING:
    from uuid import UUID

    from nerproc.client import Client
    from nerproc.schema.redaction import Redaction
    from nerproc.settings import Settings

Output = Annotated[
    str,
    typer.Option(
        "--output", "-o", metavar="DIR|s3://…", help="Where the copies go: a new folder, or a prefix."
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Copies may take the place of what is there already.")
]
Wait = Annotated[
    bool, typer.Option("--wait", help="Wait until a head has written the copies; without a head, always so.")
]


def redact(
    ident: command.Id,
    *,
    output: Output,
    operator: Chosen = None,
    key_file: KeyFile = None,
    connection: command.Connection = None,
    overwrite: Overwrite = False,
    wait: Wait = False,
    timeout: Timeout = None,
    strict: command.Strict = False,
    workers: command.Workers = None,
    idempotency_key: IdempotencyKey = None,
    as_json: command.Json = False,
) -> ExitCode:
    """Write copies of a report's objects in which entities are replaced.

    Each copy is scanned again: what is still found is told. What cannot be redacted is listed, never copied.
    """
    from nerproc.client.address import find_head
    from nerproc.settings import Settings

    bucket = command.is_bucket(output, connection)
    what = _fields(output, operator, connection, overwrite=overwrite)
    settings = Settings.load()
    # Folders of this machine are written here, as files of this machine are scanned here.
    url = settings.api_url or (find_head(settings) if bucket else None)
    key = _key(operator, key_file, settings if url is None else None)
    if url is None:
        if timeout is not None:
            raise UsageError(
                "--timeout is for redactions by a head, and there is none.", hint="nerproc serve runs one."
            )
        settings = settings if key is None else settings.model_copy(update={"redaction_key": _secret(key)})
        return _here(settings, ident, what, idempotency_key, workers, strict=strict, as_json=as_json)
    if workers is not None:
        raise UsageError("--workers is for redactions without a head.")
    from nerproc.client import Client

    with Client(url) as client:
        fields = {**what, "key_fingerprint": _fingerprint(key), "idempotency_key": idempotency_key}
        redaction = client.redact(client.job(ident).id, **fields)
        if not wait:
            return _show_started(redaction, as_json=as_json)
        return _wait(client, redaction, timeout, strict=strict, as_json=as_json)


def _key(operator: list[str] | None, key_file: Any, settings: Settings | None) -> bytes | None:
    """The key, if an operator needs one, or its file is named; here that of the settings will do."""
    from nerproc.cli.operators import key, specs
    from nerproc.redaction.key import decode
    from nerproc.redaction.operator import needs_key

    if key_file is not None:
        return key(key_file)
    if settings is None or not needs_key(*specs(operator)):
        return None
    return decode(settings.redaction_key.get_secret_value()) if settings.redaction_key else key(None)


def _secret(key: bytes) -> Any:
    from pydantic import SecretStr

    return SecretStr(key.hex())


def _fingerprint(key: bytes | None) -> str | None:
    from nerproc.job.redaction import fingerprint

    return None if key is None else fingerprint(key)


def _fields(
    output: str, operator: list[str] | None, connection: str | None, *, overwrite: bool
) -> dict[str, Any]:
    from nerproc.cli.operators import specs

    of_label, default = specs(operator)
    return {
        "output": output if "://" in output else os.path.abspath(output),  # noqa: PTH100 - links may change
        "connection": connection,
        "operators": of_label,
        "default": default,
        "overwrite": overwrite,
    }


def _here(
    settings: Settings,
    ident: str,
    what: dict[str, Any],
    idempotency_key: str | None,
    workers: int | None,
    *,
    strict: bool,
    as_json: bool,
) -> ExitCode:
    """Redact in this home, to the end."""
    from nerproc.cli.home import Home
    from nerproc.cli.scan import MOST_DRAIN_SECONDS
    from nerproc.cli.work import work
    from nerproc.schema.redaction import redaction_request
    from nerproc.worker.supervisor import Supervisor

    drain = min(settings.drain_seconds, MOST_DRAIN_SECONDS)
    settings = settings.model_copy(update={"drain_seconds": drain})
    request = redaction_request(what.pop("output"), what.pop("connection"), what)
    with Home(settings) as home:
        report = command.resolve(home, ident)
        redaction = home.node.redactions.create(
            report,
            request,
            roots=None,
            here=request.output.kind == "local" or settings.storage_url is None,
            idempotency_key=idempotency_key,
        )
        with closing(Supervisor(settings, workers or command.cores())) as supervisor:
            interrupted = work(supervisor, home.node, redaction, silent=as_json)
        code = _show_ended(home.redaction(redaction), strict=strict, as_json=as_json)
    if interrupted:
        words(f"Stopped. nerproc retry {str(redaction)[:8]} queues the rest, for workers of nerproc serve.")
        return ExitCode.INTERRUPTED
    return code


def _show_started(redaction: UUID, *, as_json: bool) -> ExitCode:
    if as_json:
        show_one({"id": str(redaction)})
    else:
        data(str(redaction))
        words(paint(f"nerproc status {str(redaction)[:8]} --watch", "dim"))
    return ExitCode.OK


def _wait(client: Client, redaction: UUID, timeout: float | None, *, strict: bool, as_json: bool) -> ExitCode:
    """Wait for the end; what it is decides the exit code. Ctrl-C only detaches."""
    from nerproc.cli.progress import Progress

    try:
        with Progress(silent=as_json) as progress:
            ended = client.wait_redaction(redaction, timeout, progress=progress.update)
    except KeyboardInterrupt:
        short = str(redaction)[:8]
        words(f"Detached; redaction {redaction} goes on. nerproc status {short} --watch follows it again.")
        return ExitCode.INTERRUPTED
    return _show_ended(ended, strict=strict, as_json=as_json)


def _show_ended(redaction: Redaction, *, strict: bool, as_json: bool) -> ExitCode:
    """Print a redaction that has ended; its exit code.

    Raises:
        ObjectsFailed: with `strict`, if there is an object without a copy that should have one.
    """
    from nerproc.cli.redaction import show_redaction

    if as_json:
        show_one(redaction)
    else:
        show_redaction(redaction)
    if redaction.state != "completed":
        return ExitCode.FAILED
    if strict and redaction.objects.failed:
        counts = redaction.objects
        raise ObjectsFailed(f"{counts.failed:,} of {counts.total:,} objects could not be redacted.")
    return ExitCode.OK
