"""`nerproc license`: make keys and licences, look into them, and see what this node has."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nerproc.cli import command
from nerproc.cli.output import data, paint, printable, show_one, words
from nerproc.errors import UsageError

if TYPE_CHECKING:
    from nerproc.schema.license import License, LicenseStatus

app = command.group("See the licence of this node; make and check licences.")

MOST_DAYS = 100_000

PrivateKey = Annotated[Path, typer.Option("--private-key", metavar="FILE", help="PEM file of `license keys`.")]
PublicKey = Annotated[
    Path | None,
    typer.Option("--public-key", metavar="FILE", help="PEM file. Default: the one nerproc was built with."),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--license",
        metavar="KEY",
        help="With or without local:. Others can see it while the command runs: - reads standard input. "
        "Default: NERPROC_LICENSE_KEY.",
    ),
]


@app.command(name="keys")
def make_keys(
    output: Annotated[
        str, typer.Option("--output", metavar="NAME", help="What the names of the files begin with.")
    ],
) -> None:
    """Make a pair of keys: NAME_private_key.pem signs licences, NAME_public_key.pem verifies them.

    Files that are there already are never overwritten.
    """
    from nerproc.license.key import write_pair

    private, public = Path(f"{output}_private_key.pem"), Path(f"{output}_public_key.pem")
    write_pair(private, public)
    data(f"{private}\n{public}")
    words(f"Keep {printable(str(private))} secret: whoever has it can make licences.")


@app.command(name="create")
def create_license(
    private_key: PrivateKey,
    days: Annotated[
        int,
        typer.Option("--days", metavar="N", min=0, max=MOST_DAYS, help="Days until it expires; 0 is expired."),
    ],
    entitlement: Annotated[
        list[str] | None,
        typer.Option("--entitlement", metavar="NAME", help="What it allows. Default: FULL_ACCESS."),
    ] = None,
) -> None:
    """Make a licence that is valid from now on, and print its key."""
    from datetime import timedelta
    from uuid import uuid4

    from nerproc.license import key
    from nerproc.license.base import FULL_ACCESS, utc_now

    made = key.create(
        key.load_private_key(private_key),
        id=str(uuid4()),
        issued=utc_now().replace(microsecond=0),
        lifetime=timedelta(days=days),
        entitlements=entitlement or [FULL_ACCESS],
    )
    if len(made) > key.MOST_CHARACTERS:
        raise UsageError("The licence has too many entitlements.", hint="Name fewer of them.")
    data(made)


@app.command(name="validate")
def validate_license(public_key: PublicKey = None, license: Key = None, as_json: command.Json = False) -> None:
    """Check a licence without asking anybody, and show what it says; exits with 4 if it is not valid."""
    from nerproc.license import key
    from nerproc.license.base import judge, refusal, utc_now

    grant = key.verify(_key(license), key.load_public_key(public_key or key.PUBLIC_KEY))
    now = utc_now()
    status = judge("local", grant, now=now, latest=now)
    _show(status, as_json=as_json)
    if status.state != "valid":
        raise refusal(status)


@app.command(name="show")
def show_license(as_json: command.Json = False) -> None:
    """Show the licence of this node, and how much of it is used."""
    from nerproc.cli.backend import open_backend

    with open_backend() as backend:
        _show(backend.license(), as_json=as_json)


def _key(given: str | None) -> str:
    if given == "-":
        return sys.stdin.readline().strip()
    if given is not None:
        return given.strip()
    from nerproc.settings import Settings

    found = Settings.load().license_key
    if found is None:
        raise UsageError("There is no licence.", hint="Give it by --license, or set NERPROC_LICENSE_KEY.")
    return found.get_secret_value().strip()


def _show(status: LicenseStatus, *, as_json: bool) -> None:
    if as_json:
        show_one(status)
        return
    for name, value in _lines(status):
        data(f"{name:<13} {value}")


def _lines(status: LicenseStatus | License) -> Iterator[tuple[str, str]]:
    yield "type", status.type
    yield "state", paint(status.state, "green" if status.state == "valid" else "red")
    if status.reason:
        yield "reason", printable(status.reason)
    if status.id:
        yield "id", printable(status.id)
        for name in ("issued", "not_before", "expiry", "validated_at", "holds_until"):
            moment = getattr(status, name)
            if moment is not None:
                yield name.removesuffix("_at").replace("_", " "), f"{moment:%Y-%m-%d %H:%M:%S} UTC"
        if status.expiry is None:
            yield "expiry", "never"
    if status.entitlements:
        yield "entitlements", printable(" ".join(status.entitlements))
    used = getattr(status, "used_bytes", None)
    if used is not None:
        limit = "" if status.limit_bytes is None else f" of {status.limit_bytes:,}"
        yield "used", f"{used:,}{limit} bytes"
