"""Check digits by the examples that authorities and registers publish."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerproc.detection.pattern.validator import africa, america, asia, coin, date, europe, phone, vin
from nerproc.detection.pattern.validator.rule import Check, decisive, necessary, sufficient
from nerproc.detection.pattern.validator.standard import standard


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (america.us_npi, "1234567893", "1234567894"), (america.us_dea, "AP5836727", "AP5836728"),
        (america.us_dea, "BB1388568", "BB1388658"), (america.aba_routing, "1110-0002-5", "1110-0002-6"),
        (america.ca_bn, "123456782RT0001", "123456783RT0001"),
        (america.mx_clabe, "032180000118359719", "032180000118359710"),
        (europe.de_social_security, "15070649C103", "15070649D103"),
        (europe.de_health_insurance, "A123456780", "B123456780"), (europe.de_lanr, "123456601", "123456701"),
        (europe.icao, "L01X00T471", "L01X00T472"), (europe.icao, "T220001293", "T220001294"),
        (europe.es_nif, "12345678Z", "12345678A"), (europe.es_nss, "281234567840", "281234567841"),
        (europe.pl_identity_card, "ABA300000", "ABA400000"),
        (europe.ru_snils, "112-233-445 95", "112-233-445 96"),
        (europe.se_personnummer, "811218-9876", "811218-9875"),
        (europe.se_personnummer, "701063-2391", "701093-2391"),
        (europe.se_organisationsnummer, "212000-0142", "211000-0142"),
        (europe.it_vat, "00743110157", "00743110158"),
        (europe.hu_adoszam, "12892312-2-42", "12892313-2-42"),
        (america.us_clia, "05D2187034", "05D1111111"),
        (asia.au_bank_details, "083-004 5551289", "083-004 0000000"),
        (standard("fr.siren"), "552 008 443", "000 000 000"),
        (europe.fr_siret, "552 008 443 00012", "552 008 443 00013"),
        (america.ca_bn, "12345 6782 RT 0001", "12345 6783 RT 0001"),
        (europe.fr_siret, "356 000 000 65474", "356 000 000 65475"),
        # EIP-55, CashAddr and the documentation of the XRP Ledger
        (coin.ethereum, "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
         "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d35F"),
        (coin.bitcoin_cash, "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
         "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q"),
        (coin.base58check(0, ripple=True), "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",
         "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTH"),
        (phone.grouped_as_at_home, "020 7946 0958", "0207 946 0958"),
        (phone.russian, "8 (495) 123-45-67", "8 (100) 123-45-67"),
        (vin.possible, "1hgcm82633a004352", "1hgcm82633a004353"),
        (date.numeric_date, "29.02.2024", "29.02.2023"), (date.numeric_date, "2000-02-29", "1900-02-29"),
        (date.numeric_date, "29/2/00", "29/2/22"), (date.named_date, "29-Feb-24", "29-Feb-25"),
        (date.named_date, "29 February", "30 February"),
        (date.named_date, "Feb 29 10:00:00 2024", "Feb 29, 2023"),
        (date.compact_date, "20240229", "20230229"),
        (asia.au_medicare, "2123 45670 1", "2123 45671 1"),
        (asia.hk_hkid, "A123456(3)", "A123456(4)"), (asia.hk_hkid, "AB987654(3)", "AC987654(3)"),
        (asia.kr_brn, "124-81-00998", "124-81-00999"), (asia.kr_crn, "130111-0006246", "130111-0006247"),
        (asia.ph_philhealth, "12-000015726-6", "12-000015726-7"), (asia.sg_nric, "S1234567D", "T1234567D"),
        (asia.sg_nric, "M1234567K", "M1234567L"), (asia.tw_national_id, "A123456789", "A123456788"),
        (asia.in_aadhaar, "2341:2341:2346", "2341:2341:2347"), (africa.za_id, "8001015009087", "8002305009087"),
    ],
)  # fmt: skip
def test_published_numbers_pass_and_their_neighbours_fail(check: Check, right: str, wrong: str) -> None:
    assert check(right)
    assert not check(wrong)


@given(
    st.from_regex(
        r"(?:[0-9]{3}|666|000|078|219|457)-(?:[0-9]{2}|00|05|09|55)-(?:[0-9]{4}|0000|1120)", fullmatch=True
    )
)
def test_ssn_as_the_library_judges_it(text: str) -> None:
    number = text.replace("-", "")
    assert america.us_ssn(text) == (standard("us.ssn")(text) and number != "123456789" and len(set(number)) > 1)


def test_an_ethereum_address_of_one_case_has_no_checksum() -> None:
    assert coin.ethereum("0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359") is None
    assert coin.ethereum("0x52908400098527886E0F7030069857D2E4169EE7") is None


def test_danish_numbers_since_2007_may_fail_modulus_11() -> None:
    assert europe.dk_cpr("211062-5629") is True
    assert europe.dk_cpr("211062-5628") is None
    assert europe.dk_cpr("311162-5629") is False


def test_what_a_check_means() -> None:
    assert (decisive(str.isdigit)("1"), decisive(str.isdigit)("x")) == (True, False)
    assert (necessary(str.isdigit)("1"), necessary(str.isdigit)("x")) == (None, False)
    assert (sufficient(str.isdigit)("1"), sufficient(str.isdigit)("x")) == (True, None)


@given(st.from_regex(r"[A-Z]{0,3}[0-9]{1,20}[A-Z]?", fullmatch=True))
def test_numbers_of_unknown_places_fail(text: str) -> None:
    """Whatever a module of python-stdnum raises, the check answers."""
    for module in ("cn.ric", "de.idnr", "my.nric", "no.fodselsnummer", "at.tin", "gh.tin", "it.codicefiscale"):
        assert standard(module)(text) in {True, False}
