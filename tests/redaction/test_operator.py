from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn

from nerproc.errors import InvalidRequest
from nerproc.redaction import key as keys
from nerproc.redaction.cipher import TOKEN, decrypt, encrypt
from nerproc.redaction.operator import parse

KEY = bytes(range(32))
OTHER = bytes(32)


def one(operator: str, text: str, label: str = "NAME", key: bytes | None = KEY) -> str:
    return parse({label: operator}, key=key).apply(label, text)


def test_replace_mask_keep():
    assert one("replace", "Ann", key=None) == "<NAME>"
    assert one("mask", "Ann", key=None) == "***"
    assert one("mask:4", "4111 1111 1111 1234", key=None) == "*" * 15 + "1234"
    assert one("mask:4", "1234", key=None) == "**34", "never more than half is kept"
    operators = parse({"NAME": "keep"})
    assert operators.keeps("NAME")
    assert not operators.keeps("EMAIL")
    assert operators.apply("NAME", "Ann") == "Ann"
    assert operators.apply("EMAIL", "a@b.c") == "<EMAIL>"


def test_a_hash_is_keyed_and_says_its_label():
    text = one("hash", "Ann")
    assert text == one("hash", "Ann")
    assert (
        len({text, one("hash", "Bob"), one("hash", "Ann", key=OTHER), one("hash", "Ann", label="EMAIL")}) == 4
    )
    assert text.startswith("<NAME#")
    assert text.endswith(">")


@pytest.mark.parametrize(
    ("specs", "key", "said"),
    [
        ({"NAME": "shred"}, KEY, "operator"),
        ({"NAME": "replace:3"}, KEY, "operator"),
        ({"NAME": "mask:x"}, KEY, "how many"),
        ({"name": "mask"}, KEY, "label"),
        ({"NAME": "hash"}, None, "key"),
        ({"NAME": "encrypt"}, b"short", "32 bytes"),
    ],
)
def test_what_is_refused_says_what_to_do(specs: dict[str, str], key: bytes | None, said: str):
    with pytest.raises(InvalidRequest, match=said) as caught:
        parse(specs, key=key)
    assert caught.value.hint


@pytest.mark.parametrize("text", [base64.b64encode(KEY), KEY.hex().encode() + b"\n", KEY, KEY.hex().upper()])
def test_forms_of_a_key(text: bytes | str):
    assert keys.decode(text) == KEY


@pytest.mark.parametrize(
    "text", [b"", b"secret", base64.b64encode(KEY[:31]), "not a key at all, but long enough?!"]
)
def test_what_is_no_key(text: bytes | str):
    with pytest.raises(InvalidRequest, match="32 bytes"):
        keys.decode(text)


@given(st.text(min_size=1, max_size=40), st.sampled_from(["NAME", "A_1"]))
@settings(max_examples=50, deadline=None)
def test_what_is_encrypted_comes_back_under_its_label_and_key_alone(text: str, label: str):
    token = encrypt(KEY, label, text)
    assert TOKEN.fullmatch(token)
    assert decrypt(KEY, token) == text
    assert token != encrypt(KEY, label, text)
    at = len(label) + 9
    damaged = token[:at] + ("B" if token[at] != "B" else "C") + token[at + 1 :]
    for wrong in (token.replace(f"<{label}:", "<OTHER:"), damaged):
        with pytest.raises(InvalidRequest, match="another key"):
            decrypt(KEY, wrong)
    with pytest.raises(InvalidRequest, match="another key"):
        decrypt(OTHER, token)


LABELS = [
    *("NAME", "EMAIL", "CARD_NUMBER", "PHONE_NUMBER", "DATE", "IBAN", "IP_ADDRESS"),
    *("MAC_ADDRESS", "URL", "SSN", "ADDRESS", "LOCATION", "OWN"),
]


@given(st.sampled_from(LABELS), st.text(min_size=1, max_size=30), st.binary(min_size=32, max_size=32))
@settings(max_examples=150, deadline=None)
def test_a_pseudonym_is_a_function_of_key_label_and_text(label: str, text: str, key: bytes):
    stand_in = one("pseudonym", text, label, key)
    assert stand_in == one("pseudonym", text, label, key)
    if any(character.isascii() and character.isalnum() for character in text):
        assert stand_in != text


def test_pseudonyms_look_like_what_they_stand_for():
    def of(label: str, text: str) -> str:
        return one("pseudonym", text, label)

    name = of("NAME", "John Smith")
    assert name.istitle()
    assert len(name.split()) == 2
    assert of("NAME", "Mr. Smith").split()[1] == name.split()[1], "the same person"
    assert of("NAME", "JOHN SMITH") == name.upper()
    assert of("EMAIL", "ann@work.test").partition("@")[2] in {"example.com", "example.net", "example.org"}
    card = of("CARD_NUMBER", "4111-1111 1111 1111")
    assert luhn.is_valid(card.replace("-", "").replace(" ", ""))
    assert (card[4], card[9]) == ("-", " ")
    assert of("PHONE_NUMBER", "+1 (212) 555-0123")[8:14] == " 555-0"
    assert of("PHONE_NUMBER", "+49 30 123456").startswith("+49 ")
    assert iban.is_valid(of("IBAN", "DE89 3704 0044 0532 0130 00"))
    assert of("IP_ADDRESS", "10.1.2.3").rpartition(".")[0] in {"192.0.2", "198.51.100", "203.0.113"}
    assert of("IP_ADDRESS", "fe80::1/64").startswith("2001:db8::")
    assert of("SSN", "123-45-6789").startswith("666-")
    assert of("SECRET", "AKIA12ab").isalnum()


def test_dates_move_by_the_same_days_and_keep_their_form():
    def of(text: str) -> str:
        return one("pseudonym", text, "DATE")

    import datetime as dt

    first, second = (dt.date.fromisoformat(of(text)) for text in ("2020-02-01", "2020-03-01"))
    assert (second - first).days == 29
    assert first != dt.date(2020, 2, 1)
    assert of("01.02.2020") == first.strftime("%d.%m.%Y")
    assert of("2/1/2020") == f"{first.month}/{first.day}/{first.year}"
    assert of("February 1, 2020") == f"{first.strftime('%B')} {first.day}, {first.year}"
    assert of("Tue,") in {"Mon,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"}
    assert of("1 Feb 2020") == f"{first.day} {first.strftime('%b')} {first.year}"
