"""The labels of the built-in models; others are a user's own."""

from __future__ import annotations

LABELS = (
    *("NAME", "ADDRESS", "LOCATION", "ORGANIZATION", "DATE", "EMAIL", "PHONE_NUMBER", "SSN", "CARD_NUMBER"),
    *("ID_NUMBER", "IBAN", "IP_ADDRESS", "MAC_ADDRESS", "URL", "CRYPTO_ADDRESS", "VIN", "LICENSE_PLATE"),
    "SECRET",
)
