"""Which of the palette's colours a label has: the same one everywhere and always."""

from __future__ import annotations

import zlib

COLOURS = 12  # classes c0 to c11 of the style sheet

# Labels of the built-in models; those that often stand side by side differ.
_FIXED = {
    label: number
    for number, labels in enumerate(
        (
            "NAME",
            "ADDRESS",
            "LOCATION MAC_ADDRESS",
            "ORGANIZATION",
            "DATE LICENSE_PLATE",
            "EMAIL",
            "PHONE_NUMBER URL",
            "SSN SECRET",
            "CARD_NUMBER CRYPTO_ADDRESS",
            "ID_NUMBER VIN",
            "IBAN",
            "IP_ADDRESS",
        )
    )
    for label in labels.split()
}


def colour(label: str) -> str:
    """The class of a label's colour: c0 to c11."""
    number = _FIXED.get(label)
    return f"c{zlib.crc32(label.encode('utf-8', 'replace')) % COLOURS if number is None else number}"


def number_colour(number: int) -> str:
    """The class of the colour of a series that has a number and no label."""
    return f"c{(0, 5, 2, 3, 7, 6, 4, 8, 1, 10, 9, 11)[number % COLOURS]}"
