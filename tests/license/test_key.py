"""Keys that are verified offline: made, read again, and refused when a bit of them is another."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from nerproc.errors import Conflict, LicenseInvalid, NotFound, UsageError
from nerproc.license import key as keys
from nerproc.license.base import judge

OWNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = OWNER.public_key()
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = keys.create(OWNER, id="a licence", issued=NOW, lifetime=30 * DAY)
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="


def state(key: str, now: datetime = NOW, **more: Any) -> str:
    return judge("local", keys.verify(key, PUBLIC), now=now, latest=more.get("latest", now)).state


def refused(key: str) -> bool:
    try:
        keys.verify(key, PUBLIC)
    except LicenseInvalid:
        return True
    return False


def signed(dataset: bytes, signer: Ed25519PrivateKey = OWNER) -> str:
    text = f"key/{base64.urlsafe_b64encode(dataset).decode()}"
    return f"{text}.{base64.urlsafe_b64encode(signer.sign(text.encode())).decode()}"


def dataset(**changes: Any) -> bytes:
    said = {
        "v": 1,
        "kid": keys.key_id(PUBLIC),
        "id": "x",
        "issued": "2026-11-27T12:00:00+00:00",
        "not_before": "2026-11-27T12:00:00+00:00",
        "expiry": None,
        "entitlements": ["FULL_ACCESS"],
    }
    kept = {name: value for name, value in (said | changes).items() if value is not ...}
    return json.dumps(kept).encode()


def test_a_key_says_what_was_put_into_it() -> None:
    grant = keys.verify(KEY, PUBLIC)
    assert (grant.id, grant.issued, grant.not_before) == ("a licence", NOW, NOW)
    assert grant.expiry == NOW + 30 * DAY
    assert grant.entitlements == ("FULL_ACCESS",)
    assert keys.verify(KEY.removeprefix("local:"), PUBLIC) == grant


def test_the_form_is_that_of_keygens_signed_keys() -> None:
    text, _, signature = KEY.removeprefix("local:").partition(".")
    assert text.startswith("key/")
    PUBLIC.verify(base64.urlsafe_b64decode(signature), text.encode())
    said = json.loads(base64.urlsafe_b64decode(text.removeprefix("key/")))
    assert set(said) == {"v", "kid", "id", "issued", "not_before", "expiry", "entitlements"}


@pytest.mark.parametrize("padding", ["", "=", "=="])
def test_every_single_bit_flip_is_refused(padding: str) -> None:
    """Flips in the bits that a last character has to spare too, for every number of them."""
    key = next(
        made
        for length in range(1, 4)
        if (made := keys.create(OWNER, id="x" * length, issued=NOW, lifetime=DAY)).count("=")
        == len(padding) + 2  # of the signature
    )
    assert not refused(key)
    flips = [
        key[:place] + chr(ord(character) ^ 1 << bit) + key[place + 1 :]
        for place, character in enumerate(key)
        for bit in range(8)
    ]
    assert len(set(flips)) == 8 * len(key)
    assert [flip for flip in flips if not refused(flip)] == []


@given(
    st.text() | st.text(BASE64 + ".").map("key/{}".format) | st.text(BASE64 + ":./key").map("local:{}".format)
)
def test_malformed_keys_are_refused_and_crash_nothing(text: str) -> None:
    assert refused(text)


@given(st.integers(0, len(KEY)), st.integers(0, 40), st.text(max_size=40) | st.text(BASE64 + ".", max_size=40))
def test_keys_with_something_in_the_middle_are_refused(place: int, length: int, middle: str) -> None:
    changed = KEY[:place] + middle + KEY[place + length :]
    assert changed in {KEY, KEY.removeprefix("local:")} or refused(changed)


@given(st.binary())
def test_whatever_was_signed_is_refused_unless_it_is_a_licence(data: bytes) -> None:
    assert refused(signed(data))


@pytest.mark.parametrize(
    "bad",
    [
        *(KEY.replace(".", ""), KEY.replace(".", ".."), f"{KEY}.", f".{KEY}"),
        *(KEY.rstrip("="), f"{KEY}=", f"{KEY} ", f" {KEY}", f"{KEY}\n", f"local:{KEY}"),
        *(KEY.replace("key/", "user/"), KEY.replace("key/", "KEY/"), "local:", "key/.", ""),
        "local:key/" + "A" * 10_000_000 + ".AAAA",
        "\udcff" + KEY,
        signed(dataset(), Ed25519PrivateKey.generate()),
        signed(dataset(v=2)),
        signed(dataset(v="1")),
        signed(dataset(v=True)),
        signed(dataset(kid="0" * 16)),
        signed(dataset(kid=...)),
        signed(dataset(id=5)),
        signed(dataset(expiry=...)),
        signed(dataset(expiry="never")),
        signed(dataset(issued="2026-11-27T12:00:00")),
        signed(dataset(entitlements="FULL_ACCESS")),
        signed(dataset(more=1)),
        signed(b"[" * 4_000),
    ],
    ids=lambda bad: repr(bad)[:20],
)
def test_what_is_not_exactly_a_key_is_refused(bad: str) -> None:
    assert not refused(signed(dataset()))
    with pytest.raises(LicenseInvalid, match=r"^The licence key is not genuine: ") as error:
        keys.verify(bad, PUBLIC)
    assert bad[-20:] not in error.value.message or len(bad) < 10


def test_a_key_is_judged_by_the_time() -> None:
    begins = keys.create(OWNER, id="x", issued=NOW, not_before=NOW + DAY, lifetime=DAY)
    assert [state(begins, NOW + n * DAY / 2) for n in range(6)] == [
        *("not-yet-valid", "not-yet-valid", "valid", "valid", "expired", "expired")
    ]
    assert state(KEY, NOW + 30 * DAY - timedelta(seconds=1)) == "valid"
    assert state(KEY, NOW - timedelta(minutes=4)) == "valid", "clocks of honest machines differ"
    assert state(keys.create(OWNER, id="x", issued=NOW, lifetime=timedelta(0))) == "expired"
    assert state(keys.create(OWNER, id="x", issued=NOW, lifetime=None), NOW + 10_000 * DAY) == "valid"


def test_a_clock_that_was_set_back_makes_nothing_valid() -> None:
    late = NOW + 31 * DAY
    assert state(KEY, late) == "expired"
    assert state(KEY, NOW + DAY, latest=late) == "unavailable"
    assert state(KEY, late - timedelta(minutes=4), latest=late) == "expired"
    almost = NOW + 30 * DAY
    assert state(KEY, almost - timedelta(minutes=4), latest=almost) == "expired"


def test_an_entitlement_is_needed() -> None:
    less = keys.create(OWNER, id="x", issued=NOW, lifetime=DAY, entitlements=["LESS"])
    assert state(less) == "entitlement-missing"
    more = keys.create(OWNER, id="x", issued=NOW, lifetime=DAY, entitlements=["MORE", "FULL_ACCESS", "MORE"])
    assert state(more) == "valid"
    assert keys.verify(more, PUBLIC).entitlements == ("MORE", "FULL_ACCESS")


def test_a_pair_of_files(tmp_path: Path) -> None:
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    keys.write_pair(private, public)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert keys.load_private_key(private).public_key() == keys.load_public_key(public)


@pytest.mark.parametrize("there", ["private.pem", "public.pem"])
def test_files_are_never_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("precious")
    with pytest.raises(Conflict, match=there):
        keys.write_pair(tmp_path / "private.pem", tmp_path / "public.pem")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(there, "precious")]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "private.pem").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Conflict):
        keys.write_pair(tmp_path / "private.pem", tmp_path / "public.pem")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("load", [keys.load_public_key, keys.load_private_key])
def test_a_file_that_holds_no_such_key_is_named(load: Callable[[Path], object], tmp_path: Path) -> None:
    encrypted = OWNER.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    other = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for content in (b"", b"\xff", encrypted, other):
        (tmp_path / "key.pem").write_bytes(content)
        with pytest.raises(UsageError, match=r"key\.pem holds no (public|private) Ed25519 key"):
            load(tmp_path / "key.pem")
    with pytest.raises(NotFound, match="nothing at"):
        load(tmp_path / "missing.pem")
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path)


def test_the_package_has_a_public_key() -> None:
    assert keys.key_id(keys.load_public_key())
