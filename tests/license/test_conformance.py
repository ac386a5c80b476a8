"""What every licence does, wherever it comes from."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError
from tests.license.conftest import KEY, Clock
from tests.license.keygen_double import KeygenDouble

from nerproc.db.database import Database
from nerproc.errors import ExitCode
from nerproc.license import key as keys
from nerproc.license.base import FREE_BYTES, License, refusal
from nerproc.license.free import FreeLicense
from nerproc.license.keygen import KeygenLicense, UnplacedLicense
from nerproc.license.local import LocalLicense
from nerproc.license.record import Record

OWNER = Ed25519PrivateKey.generate()
HOUR = timedelta(hours=1)
Start = Callable[..., KeygenLicense]
Make = Callable[[], License]


def local(database: Database, clock: Clock, key: str) -> LocalLicense:
    return LocalLicense(key, OWNER.public_key(), Record(database, key), clock=clock)


def issued(lifetime: timedelta, **more: object) -> str:
    return keys.create(OWNER, id="x", issued=datetime.now(UTC), lifetime=lifetime, **more)  # type: ignore[arg-type]


@pytest.fixture(params=["free", "local", "keygen"])
def make(request: pytest.FixtureRequest, migrated: Database, clock: Clock, process: Start) -> Make:
    """Makes a valid licence, as a process that starts does."""
    key = issued(HOUR)
    makers: dict[str, Make] = {
        "free": FreeLicense,
        "local": lambda: local(migrated, clock, key),
        "keygen": process,
    }
    return makers[request.param]


@pytest.fixture(params=["local: garbled", "local: expired", "local: less", "keygen", "keygen: no account"])
def bad(
    request: pytest.FixtureRequest, migrated: Database, clock: Clock, process: Start, keygen: KeygenDouble
) -> License:
    """A licence that is not valid."""
    keygen.licenses[KEY].suspended = True
    makers: dict[str, Make] = {
        "local: garbled": lambda: local(migrated, clock, issued(HOUR)[:-9] + "AAAAAAA=="),
        "local: expired": lambda: local(migrated, clock, issued(timedelta(0))),
        "local: less": lambda: local(migrated, clock, issued(HOUR, entitlements=["LESS"])),
        "keygen": process,
        "keygen: no account": UnplacedLicense,
    }
    return makers[request.param]()


def test_a_valid_licence_says_so_and_how_much_it_covers(make: Make) -> None:
    license = make()
    status = license.status()
    assert (status.state, status.reason) == ("valid", None)
    assert status.limit_bytes == (FREE_BYTES if status.type == "free" else None)
    license.refresh()
    license.refresh()
    assert license.status() == status == make().status()


def test_a_status_cannot_be_changed(make: Make) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        make().status().state = "valid"  # type: ignore[misc]


def test_after_the_first_time_nobody_is_asked(make: Make, migrated: Database, keygen: KeygenDouble) -> None:
    license = make()
    before = license.status()
    keygen.url = ""
    migrated.execute("ALTER TABLE license RENAME TO gone")
    try:
        assert license.status() == before
    finally:
        migrated.execute("ALTER TABLE gone RENAME TO license")


def test_threads_may_share_it(make: Make) -> None:
    license = make()
    start = threading.Barrier(16)

    def use(_: int) -> str:
        start.wait()
        license.refresh()
        return license.status().state

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(use, range(16))) == {"valid"}


def test_a_bad_licence_is_an_error_that_says_what_to_do(bad: License) -> None:
    bad.refresh()
    status = bad.status()
    assert status.state != "valid"
    error = refusal(status)
    assert error.slug == f"license-{status.state}"
    assert error.exit_code is ExitCode.REFUSED
    assert error.message.endswith(".")
    assert error.message == error.message[0].upper() + error.message[1:]
    assert error.hint


def test_no_key_shows(make: Make, bad: License) -> None:
    for license in (make(), bad):
        status = license.status()
        for text in (repr(license), repr(status), status.model_dump_json()):
            assert KEY not in text
            assert "key/" not in text.replace("local:key/….…", "")


def test_a_local_licence_remembers_how_late_it_was(migrated: Database, clock: Clock) -> None:
    key = issued(HOUR)
    license = local(migrated, clock, key)
    assert license.status().state == "valid"
    clock.turned = -HOUR
    assert license.status().state == local(migrated, clock, key).status().state == "unavailable"
    clock.turned = 2 * HOUR
    assert license.status().state == "expired"
    migrated.execute("UPDATE license SET seen_at = clock_timestamp() + interval '2 hours'")
    clock.turned = timedelta(0)
    assert local(migrated, clock, key).status().state == "unavailable"
    assert local(migrated, clock, issued(HOUR)).status().state == "valid", "another key, another memory"
