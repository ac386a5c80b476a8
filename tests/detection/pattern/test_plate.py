"""License plates need a word beside them."""

from __future__ import annotations

import pytest

import nerproc


def plates(text: str, threshold: float | None = None) -> set[tuple[str | None, str]]:
    entities = nerproc.detect(text, labels=["LICENSE_PLATE"], threshold=threshold)
    return {(entity.kind, entity.text) for entity in entities}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("uk_vehicle_registration", "AB12 CDE"), ("uk_vehicle_registration", "ab12cde"),
        ("uk_vehicle_registration", "A123 BCD"), ("uk_vehicle_registration", "ABC 123D"),
        ("in_vehicle_registration", "MH12AB1234"), ("in_vehicle_registration", "KA-01-MJ-2022"),
        ("in_vehicle_registration", "22BH1234AA"), ("in_vehicle_registration", "99CD123"),
        ("ng_vehicle_registration", "ABC-123DE"), ("tr_license_plate", "34 ABC 123"),
        ("tr_license_plate", "06-AB-1234"), ("de_kfz", "B-MW 1234"), ("de_kfz", "MÜ AB 12E"),
        ("za_license_plate", "CA 123 WP"), ("za_license_plate", "DK 28 LF GP"), ("us_license_plate", "7ABC123"),
        ("fr_immatriculation", "AB-123-CD"), ("ph_license_plate", "1234 ABC"),
        ("ph_license_plate", "K41P2206"),
    ],
)  # fmt: skip
def test_found_beside_a_word(kind: str, text: str) -> None:
    assert (kind, text) in plates(f"license plate, plaque, plaka: {text}", 0)
    assert {found for _, found in plates(f"license plate, plaque, plaka: {text}")} == {text}
    assert plates(f"it says {text} there") == set()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("uk_vehicle_registration", "AB30 CDE"), ("de_kfz", "B-MW 0123"), ("de_kfz", "in a 2020"),
        ("in_vehicle_registration", "MH12AB0000"), ("tr_license_plate", "82 ABC 123"),
        ("us_license_plate", "see 046"),
    ],
)  # fmt: skip
def test_no_plate_of_the_country(kind: str, text: str) -> None:
    assert kind not in {found for found, _ in plates(f"license plate {text}", 0)}


@pytest.mark.parametrize(
    "text",
    [
        "the vehicle, in a 2020 model,",
        "the vehicle on 12 May 2024",
        "plate 12 and plate 13",
        "plates (ref. MO-2024-0131)",
    ],
)
def test_no_plate_even_beside_a_word(text: str) -> None:
    assert plates(text) == set()


def test_a_province_of_south_africa_tells_more_than_letters_and_digits() -> None:
    assert plates("plate BRT417GP") == {("za_license_plate", "BRT417GP")}
    assert plates("plate BRT417QX") == {("ng_vehicle_registration", "BRT417QX")}
