"""Keys that Keygen vouches for: what they allow, and what holds while no answer counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from tests.license import keygen_double as double
from tests.license.conftest import KEY, Clock
from tests.license.keygen_double import SLUG, KeygenDouble, Known

from nerproc import errors
from nerproc.db.database import Database
from nerproc.license.base import refusal
from nerproc.license.keygen import GRACE, KeygenLicense

pytestmark = pytest.mark.usefixtures("impatient")
HOUR = timedelta(hours=1)
Start = Callable[..., KeygenLicense]


def test_a_valid_licence(process: Start, keygen: KeygenDouble, clock: Clock) -> None:
    keygen.licenses[KEY].expiry = clock() + 24 * HOUR
    status = process().status()
    assert (status.type, status.state, status.reason) == ("keygen", "valid", None)
    assert status.id == keygen.licenses[KEY].id
    assert status.issued == datetime(2026, 1, 1, tzinfo=UTC)
    assert status.expiry == keygen.licenses[KEY].expiry
    assert (status.entitlements, status.limit_bytes) == (["FULL_ACCESS"], None)
    assert status.validated_at is not None
    assert status.holds_until == status.validated_at + GRACE


def test_what_is_asked(
    process: Start, keygen: KeygenDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    process().status()
    process().status()
    first, second = keygen.asked
    assert first["path"] == f"/v1/accounts/{keygen.account}/licenses/actions/validate-key"
    assert first["headers"]["Keygen-Version"] == "1.7"
    assert first["headers"]["Content-Type"] == first["headers"]["Accept"] == "application/vnd.api+json"
    assert "Authorization" not in first["headers"]
    assert first["meta"]["key"] == KEY
    assert first["meta"]["scope"] == {"entitlements": ["FULL_ACCESS"]}
    assert isinstance(first["meta"]["nonce"], int)
    assert first["meta"]["nonce"] != second["meta"]["nonce"]


def test_a_licence_that_does_not_expire(process: Start) -> None:
    status = process().status()
    assert (status.state, status.expiry) == ("valid", None)


def test_an_account_by_its_slug(process: Start) -> None:
    assert process(account=SLUG).status().state == "valid"


def test_entitlements_of_the_policy_count(process: Start, keygen: KeygenDouble) -> None:
    keygen.licenses[KEY] = Known(entitlements=set(), policy_entitlements={"FULL_ACCESS", "MORE"})
    assert process().status().state == "valid"


@pytest.mark.parametrize(
    ("known", "state", "error"),
    [
        (None, "not-found", errors.LicenseNotFound),
        ({"banned": True}, "suspended", errors.LicenseSuspended),
        ({"suspended": True}, "suspended", errors.LicenseSuspended),
        ({"expiry": datetime(2026, 2, 1, tzinfo=UTC)}, "expired", errors.LicenseExpired),
        (
            {"expiry": datetime(2026, 2, 1, tzinfo=UTC), "keeps_access": True},
            "expired",
            errors.LicenseExpired,
        ),
        ({"entitlements": {"LESS"}}, "entitlement-missing", errors.LicenseEntitlementMissing),
        ({"overdue": True}, "invalid", errors.LicenseInvalid),
    ],
)
def test_each_verdict_is_an_error_of_its_own(
    process: Start, keygen: KeygenDouble, known: dict[str, Any] | None, state: str, error: type[Exception]
) -> None:
    if known is None:
        del keygen.licenses[KEY]
    else:
        keygen.licenses[KEY] = Known(**known)
    license = process()
    status = license.status()
    assert status.state == state
    assert type(refusal(status)) is error
    keygen.instead = lambda handler: double.plain(handler, 500)
    assert process().status().state == state, "what was signed last holds, good or bad"


def test_a_licence_expires_without_being_asked_about(
    process: Start, keygen: KeygenDouble, clock: Clock
) -> None:
    keygen.licenses[KEY].expiry = clock() + HOUR
    license = process()
    assert license.status().state == "valid"
    clock.turned = HOUR
    assert license.status().state == "expired"
    assert len(keygen.asked) == 1


def test_the_last_answer_holds_for_72_hours(process: Start, keygen: KeygenDouble, clock: Clock) -> None:
    license = process()
    assert license.status().state == "valid"
    double.status(503)(keygen)
    clock.turned = GRACE - timedelta(minutes=1)
    license.refresh()
    assert license.status().state == process().status().state == "valid"
    clock.turned = GRACE + timedelta(minutes=1)
    license.refresh()
    assert license.status().state == process().status().state == "unavailable"
    assert "it answers with status 503" in str(process().status().reason)
    keygen.behave()
    assert process().status().state == "valid"


def test_keygen_is_asked_at_each_start_and_then_once_an_hour_by_all_together(
    process: Start, keygen: KeygenDouble, migrated: Database
) -> None:
    licenses = [process() for _ in range(3)]
    for _ in range(5):
        for license in licenses:
            license.refresh()
            license.status()
    assert len(keygen.asked) == 3
    migrated.execute("UPDATE license SET next_at = clock_timestamp() - interval '1 second'")
    for license in licenses:
        license.refresh()
    assert len(keygen.asked) == 4
    row = migrated.fetch_one("SELECT extract(epoch FROM next_at - clock_timestamp())::int AS left FROM license")
    assert row
    assert 3_590 <= row["left"] <= 3_600


def test_what_one_process_did_not_hear_is_forgotten_when_another_does(
    process: Start, keygen: KeygenDouble, migrated: Database
) -> None:
    process().status()
    double.status(500)(keygen)
    license = process()
    assert license.status().reason is not None
    keygen.behave()
    process().status()
    license.refresh()
    assert (license.status().state, license.status().reason) == ("valid", None)


def test_what_one_process_hears_all_know(process: Start, keygen: KeygenDouble) -> None:
    license = process()
    assert license.status().state == "valid"
    keygen.licenses[KEY].suspended = True
    assert process().status().state == "suspended"
    license.refresh()
    assert license.status().state == "suspended"
    assert len(keygen.asked) == 2


@pytest.mark.parametrize(
    ("retry_after", "seconds"), [("120", 120), ("0", 0), ("99999999999", 86_400), ("a date", 7_200)]
)
def test_retry_after_is_obeyed_by_all(
    process: Start, keygen: KeygenDouble, migrated: Database, retry_after: str, seconds: int
) -> None:
    assert process().status().state == "valid"
    if retry_after == "a date":
        retry_after = format_datetime(datetime.now(UTC) + 2 * HOUR, usegmt=True)
    double.status(429, ("Retry-After", retry_after))(keygen)
    process().status()
    row = migrated.fetch_one(
        "SELECT extract(epoch FROM retry_at - clock_timestamp())::int AS left FROM license"
    )
    assert row
    assert seconds - 10 <= row["left"] <= seconds
    asked = len(keygen.asked)
    status = process().status()
    assert status.state == "valid"
    assert len(keygen.asked) == asked + (seconds == 0)
    keygen.behave()
    migrated.execute("UPDATE license SET retry_at = clock_timestamp()")
    assert process().status().reason is None


def test_an_unreadable_retry_after_is_passed_over(process: Start, keygen: KeygenDouble) -> None:
    double.status(429, ("Retry-After", "soon"))(keygen)
    process().status()
    keygen.behave()
    assert process().status().state == "valid"


def test_a_clock_that_was_set_back_is_noticed(process: Start, keygen: KeygenDouble, clock: Clock) -> None:
    license = process()
    assert license.status().state == "valid"
    double.status(500)(keygen)
    clock.turned = -2 * HOUR
    for status in (license.status(), process().status()):
        assert status.state == "unavailable"
        assert "was set back" in str(status.reason)
    clock.turned = timedelta(0)
    assert license.status().state == "valid"


def test_grace_cannot_be_had_twice_by_setting_the_clock_back(
    process: Start, keygen: KeygenDouble, clock: Clock, migrated: Database
) -> None:
    assert process().status().state == "valid"
    double.status(500)(keygen)
    migrated.execute("UPDATE license SET seen_at = clock_timestamp() + interval '73 hours'")  # so late it was
    assert process().status().state == "unavailable"
    clock.turned = timedelta(hours=73)
    assert process().status().state == "unavailable"


def test_a_signed_answer_sets_right_what_a_wrong_clock_left(
    process: Start, keygen: KeygenDouble, migrated: Database
) -> None:
    assert process().status().state == "valid"
    migrated.execute("UPDATE license SET seen_at = clock_timestamp() + interval '3 years'")
    assert process().status().state == "valid"


def test_the_database_does_not_hold_the_key(process: Start, migrated: Database) -> None:
    license = process()
    license.status()
    row = migrated.fetch_one("SELECT id, answer FROM license")
    assert row
    assert KEY not in row["id"]
    assert KEY.encode() not in row["answer"]
    assert KEY not in repr(license)
