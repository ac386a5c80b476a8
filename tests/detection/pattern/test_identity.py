"""Numbers of every kind: found with their exact span, refused when their check fails, named by their words."""

from __future__ import annotations

import random
import uuid

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from tests.detection.pattern.example import EXAMPLES, Example

import nerproc
from nerproc.detection.pattern.table import identity, plate
from nerproc.detection.pattern.typography import as_typed

LABELS = ["ID_NUMBER", "SSN", "LICENSE_PLATE"]
ROWS = (*identity.PATTERNS, *plate.PATTERNS)


def found(text: str, threshold: float | None = None) -> set[tuple[str | None, str]]:
    return {(entity.kind, entity.text) for entity in nerproc.detect(text, labels=LABELS, threshold=threshold)}


def kinds(text: str, threshold: float | None = None) -> set[str | None]:
    return {kind for kind, _ in found(text, threshold)}


def by_kind(example: Example) -> str:
    return example.kind


def test_every_kind_has_an_example() -> None:
    assert {row.kind for row in ROWS} == {example.kind for example in EXAMPLES}


@pytest.mark.parametrize("frame", ["{}", "no {}, so", "({})", '"{}";', "номер {}\nx", "번호{}입니다"])
def test_found_with_its_exact_span(frame: str) -> None:
    missed = [
        example.kind
        for example in EXAMPLES
        if (example.kind, example.text) not in found(frame.format(example.text), 0)
    ]
    assert missed == []


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.wrong], ids=by_kind)
def test_never_reported_with_a_failing_check(example: Example) -> None:
    assert (example.kind, example.wrong) not in found(f"{example.words} {example.wrong}", 0)


@pytest.mark.parametrize("example", EXAMPLES, ids=by_kind)
def test_reported_beside_its_words(example: Example) -> None:
    assert (example.kind, example.text) in found(f"{example.words}: {example.text}")


@pytest.mark.parametrize("example", EXAMPLES, ids=by_kind)
def test_reported_alone_only_where_nothing_else_looks_like_it(example: Example) -> None:
    assert (example.kind in kinds(f"x {example.text} y")) == example.alone


def test_bare_digits_never_stand_alone() -> None:
    assert not [
        example for example in EXAMPLES if example.alone and example.text.isdigit() and len(example.text) < 17
    ]


@pytest.mark.parametrize(
    "text",
    [
        "536-90-4399",
        "536 90 4399",
        "536.90.4399",
        "536\u201190\u20114399",
        "53690-4399",
        "536-904399",
        "536904399",
    ],
)
def test_ssn_as_people_write_it(text: str) -> None:
    assert ("us_ssn", text) in found(f"SSN {text}")
    assert {e.label for e in nerproc.detect(f"SSN {text}", labels=LABELS)} == {"SSN"}


@pytest.mark.parametrize(
    "text",
    [
        "000-12-3456", "666-12-3456", "900-12-3456", "536-00-4399", "536-90-0000", "078-05-1120", "219-09-9999",
        "123-45-6789", "123456789", "111-11-1111", "536-90.4399",
    ],
)  # fmt: skip
def test_ssn_that_was_never_issued(text: str) -> None:
    assert "us_ssn" not in kinds(f"SSN {text}", 0)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("uk_nhs", "943-476-5919"), ("uk_nhs", "9434765919"), ("uk_nino", "AB 12 34 56 C"),
        ("uk_nino", "ab123456c"),
        ("in_aadhaar", "2341-2341-2346"), ("in_aadhaar", "2341:2341:2346"), ("in_aadhaar", "234123412346"),
        ("au_abn", "51824753556"), ("us_npi", "1234-567-893"), ("us_mbi", "1eg4te5mk73"),
        ("us_itin", "912-70-1234"),
        ("us_itin", "91270-1234"), ("es_nif", "12345678-z"), ("es_nie", "X-1234567-L"),
        ("fr_nir", "255081416802538"),
        ("fr_nir", "2 55 08 14 168 025\u00a038"), ("se_personnummer", "19811218-9876"),
        ("se_personnummer", "8112189876"), ("se_personnummer", "811218+9876"),
        ("de_tax_number", "181/815/08155"),
        ("it_vat_code", "123 4567 8903"), ("it_vat_code", "IT 00743110157"), ("de_vat_id", "DE 136.695.976"),
        ("kr_rrn", "9001011234567"), ("kr_driver_license", "11-90-123456-12"), ("th_tnin", "1101700207366"),
        ("us_claim_number", "CLM-123456"), ("za_id_number", "800101 5009 087"), ("de_id_card", "T22000129"),
        ("de_id_card", "L01X00T471"), ("sg_nric_fin", "A1234567Z"), ("in_pan", "ABCPE1234F"),
        ("uk_vehicle_registration", "A123 BCD"), ("in_vehicle_registration", "MH 12 AB 1234"),
        ("tr_license_plate", "34 ABC 123"), ("de_kfz", "MÜ-AB 123E"), ("za_license_plate", "CA 123 WP"),
        ("us_driver_license", "D1234567"), ("us_driver_license", "12ABC34567"), ("br_cpf", "39053344705"),
        ("imei", "490154203237518"), ("ca_bn", "123456782 RT 0001"), ("ca_sin", "130-692-544"),
        ("in_upi", "some.one-1@okicici"), ("uk_driving_licence", "FO999753116SM9IJ"),
        ("it_passport", "ya1234567"), ("uk_nino", "AB 123 456 C"),
        ("uk_driving_licence", "JONES 804 127 AB1CD"),
        ("uk_driving_licence", "JONES804127AB1CD27"), ("uk_driving_licence", "JONES804127AB1CD 05"),
        ("us_driver_license", "BAKERJ*314QR"), ("us_driver_license", "LEE**KM482T7"), ("us_npi", "1234567893"),
        ("fi_personal_identity_code", "131052-308T"), ("in_upi", "zoya.k@mybank"), ("sg_uen", "201912345R"),
        ("au_bank_details", "083-004 55512890"), ("au_bank_details", "083 004 55512890"),
        ("de_telematik_id", "3-27.4.7081690000.10.912"), ("us_clia", "05D2187034"),
        ("th_tnin", "3 3152 80754 22 8"), ("uk_vat", "GB 519 781 121"), ("uk_vat", "GB519781121003"),
        ("no_orgnr", "981 453 840"), ("be_nn", "90 11 24 685 77"), ("be_nn", "90.11.24-685 77"),
        ("pt_cc", "00000000 0 ZZ 4"), ("co_nit", "1729792622-4"), ("co_nit", "52.237.899-1"),
        ("cr_cpf", "2-415-703"), ("cr_cpf", "02-0415-0703"), ("al_nipt", "E 83030466 N"),
        ("fr_siret", "197 701 311 423 71"), ("fr_siret", "197.701.311.42371"), ("fr_siret", "35600000065474"),
        ("sv_nit", "93218782374281"), ("us_ein", "941124134"), ("us_ptin", "P-67802178"),
        ("uy_rut", "16-902031-001-7"), ("vn_mst", "5002345785626"), ("za_income_tax_number", "0397/506/47/8"),
        ("za_id_number", "800101 5009087"), ("imei", "49-015420-323751-23"),
        ("jp_corporate_number", "6-8809-2335-6779"), ("de_tax_number", "21 815 08150"),
        ("at_tin", "06 879 5160"), ("at_tin", "068795160"), ("ca_bn", "88391 3758 RP 1068"),
        ("ar_cbu", "62713043 02027468756050"), ("cl_rut", "125319092"), ("eu_vat", "BE 0510.216.337"),
        ("eu_vat", "ATU 17360326"), ("eu_vat", "DK 88 74 76 58"), ("eu_vat", "PL 598-829-38-39"),
    ],
)  # fmt: skip
def test_other_ways_to_write_it(kind: str, text: str) -> None:
    assert (kind, text) in found(f"see {text}.", 0)


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("Claim #: 123456789", "us_claim_number", "123456789"),
        ("claim no. CLM-1234567 was paid", "us_claim_number", "CLM-1234567"),
        ("Rx# 1234567", "us_prescription_number", "1234567"),
        ("prior authorization number 12345678", "us_prior_authorization_number", "12345678"),
        ("referral id: 7654321", "us_referral_number", "7654321"),
        ("BSB 062-000 Account 12345678", "au_bank_details", "BSB 062-000 Account 12345678"),
        ("Claim number QRS4471902 was denied", "us_claim_number", "QRS4471902"),
        ("CLM*PT-20417*118.5***11:B:1*Y~", "us_claim_number", "PT-20417"),
        ("Referral no: HX-7720415", "us_referral_number", "HX-7720415"),
        ("Claim number: 2026-01-22-QX81 is open", "us_claim_number", "2026-01-22-QX81"),
        ("Rx# 7Q2-44X19", "us_prescription_number", "7Q2-44X19"),
        ("prescription 4471902", "us_prescription_number", "4471902"),
        ("my hetu131052-308T, thanks", "fi_personal_identity_code", "131052-308T"),
        ("my Finnish ID is131052-308T", "fi_personal_identity_code", "131052-308T"),
        ("personnummer19811218-9876", "se_personnummer", "19811218-9876"),
    ],
)
def test_named_by_what_stands_right_before(text: str, kind: str, number: str) -> None:
    assert (kind, number) in found(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("เลขประจำตัวประชาชน 1101700207366", "th_tnin"),
        ("ที่อยู่ บัตรประชาชนเลขที่ 1101700207366", "th_tnin"),
        ("PhilHealth no. 12-000015726-6", "ph_health_insurance"),
        ("T.C. KİMLİK NUMARASI 10000000146", "tr_national_id"),
        ("VERGİ NUMARASI: 4540536920", "tr_tax_id"),
        ("NUMÉRO SIREN 552 008 443", "fr_siren"),
        ("meine Id-Nr. lautet 36574261809", "de_tax_id"),
        ("USt-IdNr. DE 417 203 985", "de_vat_id"),
        ("LANr 196306068", "de_lanr"),
        ("codice fiscale 12345678903", "it_vat_code"),
        ("Steuernummer 2181508150", "de_tax_number"),
        ("eGK: A123456780", "de_health_insurance"),
        ("Please quote your insurance card ZQX-88213407", "us_health_insurance_member_id"),
        ("provider tax number 41-2067193", "us_provider_tax_id"),
        ("계좌번호 48291034567702", "kr_bank_account"),
        ("my electoral card XYZ4028837", "in_voter"),
        ("orgnummer 212000-0142", "se_organisationsnummer"),
        ("NIBSS: the bank has 22148790365", "ng_bvn"),
        ("her UK passport, 417203985", "uk_passport"),
        ("an American passport (417203985)", "us_passport"),
        ("the Korean passport M41720398", "kr_passport"),
        ("Philippine passport PB4172039", "ph_passport"),
        ("an Indian passport K4172036", "in_passport"),
    ],
)
def test_words_beside_it_in_other_spellings(text: str, kind: str) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("BSB 000-000 55512890", "au_bank_details"),
        ("BSB 083-004 00000000", "au_bank_details"),
        ("SIREN 000 000 000", "fr_siren"),
        ("SIRET 00000000000000", "fr_siret"),
        ("SIRET 00000000000018", "fr_siret"),
        ("Claim number 2026-01-22", "us_claim_number"),
        ("계좌 07041720398", "kr_bank_account"),
        ("CLIA 05D0000000", "us_clia"),
        ("UPI root@localhost", "in_upi"),
        ("계좌 01041720398", "kr_bank_account"),
        ("claim number unknown-yet", "us_claim_number"),
        ("the claim id is abc", "us_claim_number"),
        ("driver license B*K**J*314QRS", "us_driver_license"),
    ],
)
def test_placeholders_are_no_numbers(text: str, kind: str) -> None:
    assert kind not in kinds(text, 0)


@pytest.mark.parametrize(
    "text",
    [
        "order 1234567890 shipped", "ts=1700000000", "ts=1700000000123", "1Z999AA10123456784",
        "price 1,234,567.89",
        "v1.2.3.4567", "0.123456789 and 12345678.90123", "ISBN 978-3-16-148410-0", "9783161484100",
        "+1 212 555 0123", "(212) 555-0123", "2024-05-06T07:08:09", "20240506070809",
        "0x1f3870be274f6c49b3e31a0c",
        "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "9b2d7c1",
        "e83c5163316f89b",
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "COVID-19 in Q3 2021", "RFC 2822 and ISO 8601", "A4 B5 H2O 3M",
        "10.0.0.1:8080", "the 12 May 2020 meeting at 10:30", "sha256:0123456789", "#42 (page 123)", "1234567",
        "Boeing 747-400, Airbus A320", "room 101A", "in 2020 a 2021 car", "EUR 12345678", "SKU-12345-6789",
        "port 65535, pid 123456", "Windows 10.0.19041.1", "id_123456789012345", "4.5E-10", "RA123456789GB",
    ],
)  # fmt: skip
def test_no_number_of_a_person(text: str) -> None:
    assert found(text) == set()


@given(
    st.text("0123456789", min_size=7, max_size=16),
    st.sampled_from(["{}", "n={}", "row {} done", "{}\t0", "$ {}"]),
)
def test_random_digits_are_not_reported(digits: str, frame: str) -> None:
    assert found(frame.format(digits)) == set()


@given(st.binary(min_size=4, max_size=32), st.uuids(version=4))
def test_random_hexadecimals_are_not_reported(data: bytes, identifier: uuid.UUID) -> None:
    # A short one may be a number with a letter at its end; a hash is longer.
    assert found(f"{data.hex() * 2} {identifier}") == set()


def test_engine_finds_what_the_expressions_match() -> None:
    """Gates and prefixes lose nothing."""
    choose = random.Random(5)
    texts = (
        [e.text for e in EXAMPLES] + [e.wrong for e in EXAMPLES if e.wrong] + ["in 2020", "x-1", "Nr. 5", "№"]
    )
    text = "".join(
        choose.choice(texts) + choose.choice([" ", ", ", "\n", "-", "", "ä", "."]) for _ in range(3_000)
    )
    typed = as_typed(text)
    expected = set()
    for row in ROWS:
        flags = regex.ASCII | (regex.IGNORECASE if row.ignore_case else 0)
        for match in regex.finditer(row.expression, typed, flags):
            if row.validator is None or row.validator(match[0]) is not False:
                expected.add((*match.span(), row.kind))
    spans = {(e.start, e.end, e.kind) for e in nerproc.detect(text, labels=LABELS, threshold=0)}
    assert spans == expected
