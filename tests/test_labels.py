"""docs/labels.md says what the tables and `basic` have, and where Presidio's entities are found."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from nerproc.detection.pattern.table import patterns
from nerproc.model.folder import built_in, built_in_names, stored
from nerproc.model.registry import load
from nerproc.schema.name import BASIC

PAGE = (Path(__file__).parents[1] / "docs" / "labels.md").read_text()

# The entities of Presidio 2.2.366 that have a form, then newer ones.
PRESIDIO = {
    "ABA_ROUTING_NUMBER", "AU_ABN", "AU_ACN", "AU_MEDICARE", "AU_TFN", "CA_POSTAL_CODE", "CA_SIN",
    "CREDIT_CARD", "CRYPTO", "DATE_TIME", "DE_BSNR", "DE_FUEHRERSCHEIN", "DE_HANDELSREGISTER",
    "DE_HEALTH_INSURANCE", "DE_ID_CARD", "DE_KFZ", "DE_LANR", "DE_PASSPORT", "DE_PLZ", "DE_SOCIAL_SECURITY",
    "DE_TAX_ID", "DE_TAX_NUMBER", "DE_VAT_ID", "EMAIL_ADDRESS", "ES_NIE", "ES_NIF", "ES_PASSPORT",
    "FI_PERSONAL_IDENTITY_CODE", "IBAN_CODE", "IN_AADHAAR", "IN_GSTIN", "IN_PAN", "IN_PASSPORT",
    "IN_VEHICLE_REGISTRATION", "IN_VOTER", "IP_ADDRESS", "IT_DRIVER_LICENSE", "IT_FISCAL_CODE",
    "IT_IDENTITY_CARD", "IT_PASSPORT", "IT_VAT_CODE", "KR_BRN", "KR_DRIVER_LICENSE", "KR_FRN",
    "KR_PASSPORT", "KR_RRN", "MAC_ADDRESS", "MEDICAL_LICENSE", "NG_NIN", "NG_VEHICLE_REGISTRATION",
    "PHONE_NUMBER", "PH_PASSPORT", "PH_TIN", "PH_UMID", "PL_PESEL", "SE_ORGANISATIONSNUMMER",
    "SE_PERSONNUMMER", "SG_NRIC_FIN", "SG_UEN", "TH_TNIN", "TR_LICENSE_PLATE", "TR_NATIONAL_ID",
    "UK_DRIVING_LICENCE", "UK_NHS", "UK_NINO", "UK_PASSPORT", "UK_POSTCODE", "UK_VEHICLE_REGISTRATION",
    "URL", "US_BANK_NUMBER", "US_CLAIM_NUMBER", "US_DRIVER_LICENSE", "US_HEALTH_INSURANCE_MEMBER_ID",
    "US_ITIN", "US_MBI", "US_NPI", "US_PASSPORT", "US_PRESCRIPTION_NUMBER", "US_PRIOR_AUTHORIZATION_NUMBER",
    "US_PROVIDER_TAX_ID", "US_REFERRAL_NUMBER", "US_SSN", "UUID", "ZA_COMPANY_REGISTRATION",
    "ZA_DRIVER_LICENSE", "ZA_ID_NUMBER", "ZA_INCOME_TAX_NUMBER", "ZA_LICENSE_PLATE", "ZA_MOBILE_NUMBER",
    "ZA_PASSPORT", "ZA_TELEPHONE_NUMBER", "ZA_TRAFFIC_REGISTER_NUMBER", "ZA_VAT_NUMBER", "API_KEY",
    "AU_BANK_DETAILS", "CA_BN", "DE_TELEMATIK_ID", "DK_CPR_NUMBER", "FR_NIR", "FR_SIREN", "FR_SIRET",
    "IMEI", "IN_UPI", "KE_NATIONAL_ID", "KR_BANK_ACCOUNT", "KR_CRN", "NG_BVN", "PH_HEALTH_INSURANCE",
    "PH_LICENSE_PLATE", "TR_TAX_ID", "TW_NATIONAL_ID", "TW_PHONE_NUMBER", "US_CLIA", "VIN",
}  # fmt: skip


def rows(heading: str) -> list[list[str]]:
    """The cells of the table whose first row begins with `heading`."""
    table = re.search(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert table is not None
    return [line.strip("| ").split(" | ") for line in table[1].splitlines()]


def names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_labels_and_kinds_are_those_of_the_tables() -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in patterns():
        kinds[row.label] |= {row.kind} if row.kind else set()
    said = {label: set() for cells in rows("label") for label in names(cells[0])}
    said |= {names(label)[0]: set(names(cell)) for label, cell in rows(r"label \| kinds")}
    said["ID_NUMBER"] = {kind for _, cell in rows("country") for kind in names(cell)}
    assert said == kinds


def test_learnt_labels_are_those_of_the_networks() -> None:
    said = {names(cells[0])[0]: names(cells[2]) for cells in rows("learnt label")}
    for name in built_in_names():
        folder = built_in(name)
        assert folder is not None
        assert sorted(said) == sorted(stored(folder).labels)
    assert said["NAME"] == ["PERSON"]
    patterns_have = {label for cells in rows("label") for label in names(cells[0])}
    assert patterns_have | said.keys() == set(load(BASIC).labels)


def test_a_country_has_no_kinds_of_another() -> None:
    for country, cell in rows("country"):
        prefixes = {kind.partition("_")[0] for kind in names(cell)} - {"aba", "medical"}
        assert len(prefixes) == 1 or country == "anywhere"


def test_every_entity_of_presidio_is_a_kind_or_named_at_a_label() -> None:
    kinds = {row.kind for row in patterns()}
    named = {name for cells in rows("label") for name in names(cells[2])}
    assert {name for name in PRESIDIO - named if name.lower() not in kinds} == set()
    assert named <= PRESIDIO
