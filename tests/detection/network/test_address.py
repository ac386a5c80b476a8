from __future__ import annotations

import pytest

from nerproc.detection.network.tidy import tidied
from nerproc.detection.span import Span


def spans(text: str, *parts: str) -> list[Span]:
    """Addresses as a network may find them."""
    starts = [text.index(part) for part in parts]
    return [
        Span(start, start + len(part), "ADDRESS", None, 0.9, "tagger", validated=False)
        for start, part in zip(starts, parts, strict=True)
    ]


@pytest.mark.parametrize(
    ("known", "address"),
    [
        (
            "8426 Mccarthy Knolls Suite 321\nEast Jesse, IN",
            "8426 Mccarthy Knolls Suite 321\nEast Jesse, IN 02082",
        ),
        ("12 Bishop Island", "12 Bishop Island\nLake Michele, PE T7Y 7R7, Canada"),
        ("12 Bishop Island\nLake Michele, PE T7Y", "12 Bishop Island\nLake Michele, PE T7Y 7R7"),
        ("603 Tracey Mill Apt. 159", "603 Tracey Mill Apt. 159, North Aaronberg, ON P4A 7C3"),
        ("4 Dakota Rise", "4 Dakota Rise\nLake Connor, NSW, 5093"),
        ("0 Marie Mountain, New Jodie", "0 Marie Mountain, New Jodie, SE52 0AE"),
        ("12 Main Street", "12 Main Street, Cork, T12 AF30, Ireland"),
        ("Hauptstr. 5", "Hauptstr. 5, 8001 Zürich"),
        ("Linkeplatz 65/11\n87706 Osterode", "Linkeplatz 65/11\n87706 Osterode am Harz"),
        ("Coolsingel 40", "Coolsingel 40, 3011 AD Rotterdam, Netherlands"),
        ("Kungsgatan 10", "Kungsgatan 10, 111 43 Stockholm"),
        ("ul. Staszica 52/", "ul. Staszica 52/80\n98-541 Będzin"),
        ("Vicolo Daniele, 30", "Vicolo Daniele, 30\n53013 Gaiole In Chianti (SI)"),
        ("Paseo de Álvaro Saez 7", "Paseo de Álvaro Saez 7\nMelilla, 41889"),
        ("H.No. 590, Acharya Zila", "H.No. 590, Acharya Zila, Jorhat-590139"),
        ("62 Bartlett Keys", "62 Bartlett Keys, Motunuku 5393"),
        ("62 Bartlett Keys", "62 Bartlett Keys\nMayfield 8256"),
        ("Unit 1144 Box 0242", "Unit 1144 Box 0242, DPO AA 89102"),
    ],
)
def test_an_address_has_its_town_and_code(known: str, address: str) -> None:
    text = f"Send it to {address}, please. Ann lives near."
    assert [text[each.start : each.end] for each in tidied(text, spans(text, known))] == [address]


def test_what_lies_in_the_rest_of_an_address_is_part_of_it() -> None:
    text = "at 9 Hillcrest Rd., Toronto, ON M4B 1B3 since May"
    town = Span(text.index("Toronto"), text.index(", ON"), "LOCATION", None, 0.9, "tagger", validated=False)
    street, code = spans(text, "9 Hillcrest Rd.", "M4B 1B3")
    assert [text[each.start : each.end] for each in tidied(text, [street, town, code])] == [
        "9 Hillcrest Rd., Toronto, ON M4B 1B3"
    ]


def test_a_flat_and_its_street_are_one_address() -> None:
    text = "Flat 38\n9 Nicola Keys and 12 Oak Way"
    found = tidied(text, spans(text, "Flat 38", "9 Nicola Keys", "12 Oak Way"))
    assert [text[each.start : each.end] for each in found] == ["Flat 38\n9 Nicola Keys", "12 Oak Way"]


@pytest.mark.parametrize(
    "text",
    [
        "6 Beach Road, Spring 2024",
        "6 Beach Road, May 2015",
        "6 Beach Road. Leeds LS1 4AP is next",
        "6 Beach Road\n14 Oak Road",
        "6 Beach Road, 20 people",
        "6 Beach Road\nOrder 48213",
        "6 Beach Road\n2023 Annual report",
        "6 Beach Road, Room 12345678",
    ],
)
def test_what_is_no_code_is_no_part_of_an_address(text: str) -> None:
    assert [text[each.start : each.end] for each in tidied(text, spans(text, "6 Beach Road"))] == [
        "6 Beach Road"
    ]
