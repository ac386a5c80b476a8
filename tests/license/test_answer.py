"""Which answers of Keygen count."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.license import keygen_double as double
from tests.license.conftest import KEY
from tests.license.keygen_double import SLUG, KeygenDouble

from nerproc.db.database import Database
from nerproc.errors import SettingsError
from nerproc.license.answer import Answer, public_key_of
from nerproc.license.base import refusal
from nerproc.license.keygen import KeygenLicense
from nerproc.license.record import Record

pytestmark = pytest.mark.usefixtures("impatient")
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
