"""`nerproc token`: who may call the API. These commands work on the database itself, where the head has it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nerproc.cli import command
from nerproc.cli.output import Column, data, show, show_one, words
from nerproc.errors import UsageError

if TYPE_CHECKING:
    from nerproc.access.tokens import Token

app = command.group("Say who may call the API.")

_UNITS = {"h": 3_600, "d": 86_400, "w": 7 * 86_400}

Name = Annotated[str, typer.Argument(metavar="NAME", help="Who or what will use it.")]
Scopes = Annotated[
    list[str],
    typer.Option(
        "--scope",
        metavar="SCOPE",
        help="reports:read, reports:reveal, reports:write, models:read, models:write or admin; repeatable.",
    ),
]
Expires = Annotated[
    str | None,
    typer.Option("--expires", metavar="WHEN", help="12h, 90d, 4w, or a date like 2030-12-31. Default: never."),
]
Which = Annotated[str, typer.Argument(metavar="ID|NAME", help="Which token.")]

_COLUMNS = [
    Column("id", lambda row: row["id"]),
    Column("name", lambda row: row["name"], wide=True),
    Column("scopes", lambda row: " ".join(row["scopes"])),
    Column("state", lambda row: row["state"]),
    Column("created", lambda row: row["created_at"]),
    Column("expires", lambda row: row["expires_at"] or "never"),
    Column("last used", lambda row: row["last_used_at"] or "never"),
]


@app.command()
def create(name: Name, scope: Scopes, expires: Expires = None, as_json: command.Json = False) -> None:
    """Make a token; it is shown this once."""
    from nerproc.access.scope import SCOPES
    from nerproc.cli.home import Home
    from nerproc.settings import Settings

    scopes = [known for known in SCOPES if known in scope]
    if unknown := sorted(set(scope) - set(SCOPES)):
        raise UsageError(f"There is no scope {', '.join(unknown)}.", hint=f"Scopes: {', '.join(SCOPES)}.")
    until = None if expires is None else _moment(expires)
    with Home(Settings.load()) as home:
        token, text = home.tokens.create(name, scopes, expires_at=until)
    if as_json:
        show_one({**_row(token), "token": text})
        return
    data(text)
    words("Keep it: it cannot be shown again. Clients send it when it is in NERPROC_API_TOKEN.")


@app.command(name="list")
def list_tokens(form: command.Form = "table", as_json: command.Json = False) -> None:
    """List the tokens that were made, and when they were used last."""
    from nerproc.cli.home import Home
    from nerproc.settings import Settings

    with Home(Settings.load()) as home:
        rows = [_row(token) for token in home.tokens.all()]
    show(rows, _COLUMNS, command.chosen(form, as_json=as_json))


@app.command()
def revoke(which: Which, as_json: command.Json = False) -> None:
    """Make a token worthless, at once and for good."""
    from nerproc.cli.home import Home
    from nerproc.settings import Settings

    with Home(Settings.load()) as home:
        revoked = home.tokens.revoke(which)
    if as_json:
        show_one({"revoked": [_row(token) for token in revoked]})
        return
    words(f"Revoked: {', '.join(token.id for token in revoked)}.")


def _row(token: Token) -> dict[str, Any]:
    ended = token.expires_at is not None and token.expires_at <= datetime.now(UTC)
    state = "revoked" if token.revoked_at else "expired" if ended else "valid"
    moments = {
        name: None if moment is None else moment.isoformat()
        for name, moment in asdict(token).items()
        if name.endswith("_at")
    }
    return {"id": token.id, "name": token.name, "scopes": token.scopes, "state": state, **moments}


def _moment(text: str) -> datetime:
    """When a token expires.

    Raises:
        UsageError: it is no time in the future.
    """
    try:
        if text[-1:] in _UNITS:
            moment = datetime.now(UTC) + timedelta(seconds=float(text[:-1]) * _UNITS[text[-1]])
        else:
            moment = datetime.fromisoformat(text)
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"--expires takes 12h, 90d, 4w or a date like 2030-12-31, not {text!r}.") from None
    if moment <= datetime.now(UTC):
        raise UsageError(f"--expires {text} is not in the future.")
    return moment
