"""Streets, post boxes and towns stand alone; postal codes and streets in lower case need a word."""

from __future__ import annotations

import pytest

import nerproc


def addresses(text: str, threshold: float | None = None) -> list[str]:
    return [
        entity.text
        for entity in nerproc.detect(text, model="patterns", labels=["ADDRESS"], threshold=threshold)
    ]


@pytest.mark.parametrize(
    "address",
    [
        "1600 Pennsylvania Avenue NW, Washington, DC 20500",
        "350 Fifth Ave., Suite 3300, New York, NY 10118, USA",
        "200 W 57th St Apt 4B",
        "500 S Buena Vista St, Burbank, CA 91521",
        "77 Massachusetts Ave, Cambridge, MA 02139",
        "123 Main St\nSpringfield, IL 62701-1234",
        "1234 ELM STREET, APT. 5, DALLAS TX 75201",
        "12 1/2 Oak Lane #7",
        "742 Evergreen Terrace",
        "450 Broadway, New York, NY 10013",
        "1 Harbour Walk, Portland, Maine 04101",
        "221B Baker Street, London NW1 6XE",
        "10 Downing Street, London, SW1A 2AA",
        "P.O. Box 1234, Austin, TX 78701",
        "PO Box 77",
        "Post Office Box 9",
        "Springfield, IL 62701",
        "St. Paul MN 55101",
        "12 main st, springfield il 62701",
        "56 N First St CA 90210",
        "Friedrichstraße 12a, 10117 Berlin",
        "12 rue de la Paix, 75002 Paris",
        "3 impasse du Puits, 42000 Saint-Étienne",
        "9 Hillcrest Rd., Toronto, ON M4B 1B3",
        "88 Collins St, Melbourne VIC 3000, Australia",
        "6 Katherine Courtyard\nFisherland, TAS, 2955",
        "91284 Anderson Viaduct\nOliviastad, IN 65760",
        "85-12 Queens Boulevard, Elmhurst, NY 11373",
        "7/41 Curtis Terrace, Timothyburgh, ACT, 2678",
        "PSC 1234, Box 5678\nAPO AE 09012",
        "Unit 7628 Box 3312, DPO AA 73360",
        "USNV Sanchez\nFPO AA 29057",
        "APO AE 09012",
        "Hans-Georg-Söding-Weg 70-64\n72101 Bogen",
        "Täschering 29-27, 71049 Güstrow",
        "Kühnertstr. 3/7, 65632 Eisenberg",
        "Hauptstr. 5, 8001 Zürich",
    ],
)
def test_found_whole(address: str) -> None:
    assert addresses(f"Send it to {address}.") == [address]


def test_a_german_code_with_its_country_stands_alone() -> None:
    assert addresses("aus D-10115 Berlin, und DE-80331 München") == ["D-10115", "DE-80331"]
    assert addresses("Typ D-10115 und D-10115") == []


def test_minutes_are_no_house_number() -> None:
    assert addresses("On 12 May 2020 14:00 at 12 Main Street") == ["12 Main Street"]
    assert addresses("Address:12 Main Street") == ["12 Main Street"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("postcode: SW1A 1AA", "SW1A 1AA"),
        ("Postcode m1 1ae", "m1 1ae"),
        ("Post code EC1A1BB.", "EC1A1BB"),
        ("postal code K1A 0B1", "K1A 0B1"),
        ("PLZ 10115", "10115"),
        ("zip code 90210", "90210"),
        ("ZIP 90210-1234", "90210-1234"),
        ("address: 99 oak lane", "99 oak lane"),
        ("Postcode 1012 AB", "1012 AB"),
    ],
)
def test_found_beside_a_word(text: str, code: str) -> None:
    assert addresses(text) == [code]
    assert code in addresses(f"x {code} y", 0)
    assert addresses(f"x {code} y") == []


@pytest.mark.parametrize(
    "text",
    [
        "5 minutes down the road", "3 blocks from Main Street", "Chapter 12 The Long Road",
        "In 1999 the Court ruled",
        "Highway 61 Revisited", "On 5 June 1944 drive the car", "the 2000 Summer Olympics park", "15 St. Mary",
        "Version 3.2 Drive", "10 Years of Solitude", "he drives 5 miles a day on the road", "90210", "SW1A 1AA",
        "2 Guns on a Park bench", "7 Way Tie", "zip code 90210-12", "ZIP 90210-12345",
    ],
)  # fmt: skip
def test_no_address(text: str) -> None:
    assert addresses(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Spring 2024 Berlin",
        "Engineering 101, Berlin",
        "12 March 2020, Dallas",
        "PSC 1234",
        "Unit 7628 Box 3312",
    ],
)
def test_what_only_looks_like_a_part_of_an_address_is_none(text: str) -> None:
    assert addresses(text) == []
