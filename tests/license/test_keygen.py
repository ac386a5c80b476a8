"""Keys that Keygen vouches for: which answers count, and what holds while none does."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.license import keygen_double as double
from tests.license.conftest import KEY, Clock
from tests.license.keygen_double import SLUG, KeygenDouble, Known

from nerproc import errors
from nerproc.db.database import Database
from nerproc.errors import SettingsError
from nerproc.license import keygen as module
from nerproc.license.answer import Answer, public_key_of
from nerproc.license.base import refusal
from nerproc.license.keygen import GRACE, KeygenLicense
from nerproc.license.record import Record

HOUR = timedelta(hours=1)
Start = Callable[..., KeygenLicense]

# Nothing comes, or nothing that is signed.
OUTAGES: dict[str, Callable[[KeygenDouble], None]] = {
    **{f"status {number}": double.status(number) for number in (400, 401, 403, 404, 429, 500, 502, 503)},
    "slow": double.slow,
    "dripping": double.drip,
    "reset": double.reset,
    "cut short": double.cut_short,
    "redirect": double.redirect,
    "unsigned": double.unsigned,
}
# Something comes that looks like an answer.
LIES: dict[str, Callable[[KeygenDouble], None]] = {
    "stale": double.dated(timedelta(minutes=-6)),
    "future": double.dated(timedelta(minutes=6)),
    "no date": double.header("Date"),
    "two dates": double.header("Date", "{old}", "{old}"),
    "another date": double.header("Date", "Thu, 01 Jan 2026 00:00:00 GMT"),
    "no moment": double.signing(date="yesterday"),
    "another path": double.signing(target="post /v1/accounts/other/licenses/actions/validate-key"),
    "another method": double.signing(target="get /v1/accounts/x/licenses/actions/validate-key"),
    "another host": double.signing(host="api.keygen.sh"),
    "host with port": double.signing(host="127.0.0.1:443"),
    "another account": double.signing(keyid="2a7a5a8a-0000-4000-8000-000000000000"),
    "another key": double.signing(signer=Ed25519PrivateKey.generate()),
    "another algorithm": double.signing(algorithm="rsa-pss-sha256"),
    "less covered": double.signing(covered="(request-target) host date"),
    "covered in another order": double.signing(covered="host (request-target) date digest"),
    "no digest": double.header("Digest"),
    "another digest": double.header("Digest", "sha-256=" + base64.b64encode(bytes(32)).decode()),
    "another kind of digest": double.header("Digest", "sha-512={old}"),
    "two signatures": double.header("Keygen-Signature", "{old}", "{old}"),
    "signature with more": double.header("Keygen-Signature", '{old}, algorithm="none"'),
    "garbled signature": double.header("Keygen-Signature", "keyid=x"),
    "empty signature": double.header("Keygen-Signature", ""),
    "body changed": double.changed_body,
    "body and digest changed": double.changed_body_and_digest,
    "endless": double.endless,
    "no JSON:API": double.not_json,
    "no nonce": double.meta(nonce=None),
    "another nonce": double.meta(nonce=1),
    "nonce as text": double.meta(nonce="1"),
    "no scope": double.meta(scope=None),
    "another scope": double.meta(scope={"entitlements": ["LESS"]}),
    "dates that differ": double.meta(ts="2026-01-01T00:00:00Z"),
    "valid as text": double.meta(valid="true"),
    "no code": double.meta(code=None),
    "old API": double.old_api,
}
MISBEHAVIOUR = {**OUTAGES, **LIES}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READ_SECONDS", 0.3)
    monkeypatch.setattr(module, "MOST_SECONDS", 0.6)


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


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_what_does_not_count_proves_nothing(process: Start, keygen: KeygenDouble, name: str) -> None:
    MISBEHAVIOUR[name](keygen)
    status = process().status()
    assert status.state == "unavailable"
    assert status.reason is not None
    assert KEY not in status.reason
    assert refusal(status).status == 503
    keygen.behave()
    assert process().status().state == "valid"


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_what_does_not_count_takes_nothing_away(process: Start, keygen: KeygenDouble, name: str) -> None:
    assert process().status().state == "valid"
    keygen.licenses[KEY].suspended = True
    MISBEHAVIOUR[name](keygen)
    asked = len(keygen.asked)
    status = process().status()
    assert len(keygen.asked) > asked
    assert status.state == "valid"
    assert status.reason is not None
    assert "the last answer of Keygen holds" in status.reason
    keygen.behave()
    assert process().status().state == "suspended"


def test_a_recorded_answer_works_once(process: Start, keygen: KeygenDouble) -> None:
    double.replay(keygen)
    assert process().status().state == "valid"
    keygen.licenses[KEY].banned = True
    status = process().status()
    assert status.state == "valid"
    assert "it answers another question" in str(status.reason)


def test_a_dead_server_is_an_outage(process: Start, keygen: KeygenDouble) -> None:
    assert process().status().state == "valid"
    keygen.url = "http://127.0.0.1:9"  # nobody listens there
    assert process().status().state == "unavailable", "the answer of another server is none of this one's"


def test_a_compressed_answer_counts(process: Start, keygen: KeygenDouble) -> None:
    double.compressed(keygen)
    assert process().status().state == "valid"


def test_parameters_of_the_signature_may_come_in_any_order(process: Start, keygen: KeygenDouble) -> None:
    def shuffle(reply: double.Reply) -> None:
        *_, (name, value) = reply.headers
        reply.headers[-1] = (name.lower(), ",".join(reversed(value.split(", "))))

    keygen.after = shuffle
    assert process().status().state == "valid"


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


def test_the_stored_answer_is_verified_again_whenever_it_is_read(
    process: Start, keygen: KeygenDouble, migrated: Database
) -> None:
    record = Record(migrated, KEY, scope=f"{keygen.url} {keygen.account}")
    assert process().status().state == "valid"
    stored = record.see().answer
    assert stored is not None
    answer = Answer.load(stored)
    double.status(500)(keygen)

    forged = [
        replace(answer, body=answer.body.replace(b'"valid": true', b'"valid":  true')),
        replace(answer, date=format_datetime(datetime.now(UTC) + HOUR, usegmt=True)),
        replace(answer, question=replace(answer.question, nonce=answer.question.nonce + 1)),
        replace(answer, question=replace(answer.question, target="post /v1/accounts/x")),
        replace(answer, question=replace(answer.question, host="localhost")),
    ]
    for forgery in [*(made.stored() for made in forged), b"{}", b"[]", b"\xff"]:
        record.keep(forgery, datetime.now(UTC), pause=0)
        assert process().status().state == "unavailable"
    record.keep(stored, datetime.now(UTC), pause=0)
    assert process().status().state == "valid"
    migrated.execute("UPDATE license SET answer = set_byte(answer, 40, get_byte(answer, 40) # 1)")
    assert process().status().state == "unavailable"


def test_the_answer_is_of_no_use_under_another_public_key(process: Start, keygen: KeygenDouble) -> None:
    assert process().status().state == "valid"
    other = Ed25519PrivateKey.generate().public_key()
    raw = other.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()
    assert process(public_key=raw).status().state == "unavailable"


def test_the_database_does_not_hold_the_key(process: Start, migrated: Database) -> None:
    license = process()
    license.status()
    row = migrated.fetch_one("SELECT id, answer FROM license")
    assert row
    assert KEY not in row["id"]
    assert KEY.encode() not in row["answer"]
    assert KEY not in repr(license)


def test_a_public_key_in_each_form() -> None:
    key = Ed25519PrivateKey.generate().public_key()
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    forms = [raw.hex(), raw.hex().upper(), base64.b64encode(der), base64.b64encode(raw.hex().encode())]
    for form in forms:
        text = form if isinstance(form, str) else form.decode()
        assert public_key_of(f" {text}\n") == key
    for bad in ("", "00", raw.hex()[:-1], "zz" * 32, base64.b64encode(b"x" * 44).decode(), "ä"):
        with pytest.raises(SettingsError, match="NERPROC_KEYGEN_PUBLIC_KEY"):
            public_key_of(bad)


def test_the_double_signs_as_the_documentation_says(keygen: KeygenDouble) -> None:
    """Verified by what the documentation says alone, without the client."""
    path = f"/v1/accounts/{SLUG}/licenses/actions/validate-key"
    body = {"meta": {"key": KEY, "nonce": 7, "scope": {"entitlements": ["FULL_ACCESS"]}}}
    response = requests.post(f"{keygen.url}{path}", json=body, headers={"Keygen-Version": "1.7"}, timeout=5)
    parameters = dict(part.split("=", 1) for part in response.headers["Keygen-Signature"].split(", ", 3))
    digest = "sha-256=" + base64.b64encode(hashlib.sha256(response.content).digest()).decode()
    assert response.headers["Digest"] == digest
    signed = (
        f"(request-target): post {path}\nhost: 127.0.0.1\ndate: {response.headers['Date']}\ndigest: {digest}"
    )
    signature = base64.b64decode(parameters["signature"].strip('"'))
    keygen.signer.public_key().verify(signature, signed.encode())
    assert json.loads(response.content)["meta"]["code"] == "VALID"
    old = requests.post(f"{keygen.url}{path}", json=body, headers={"Keygen-Version": "1.1"}, timeout=5)
    assert old.json()["meta"]["constant"] == "VALID"
