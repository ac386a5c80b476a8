"""Names of entity types that other libraries use, as ours."""

from __future__ import annotations

import re
from functools import cache

_LABELS = {
    # spaCy's pipelines: OntoNotes 5, and the four types of WikiNER
    "PERSON": "NAME",
    "PER": "NAME",
    "ORG": "ORGANIZATION",
    "LOC": "LOCATION",
    "GPE": "LOCATION",
    "FAC": "LOCATION",
    # Presidio
    "DATE_TIME": "DATE",
    "EMAIL_ADDRESS": "EMAIL",
    "CREDIT_CARD": "CARD_NUMBER",
    "IBAN_CODE": "IBAN",
    "CRYPTO": "CRYPTO_ADDRESS",
    "API_KEY": "SECRET",
    "ZA_MOBILE_NUMBER": "PHONE_NUMBER",
    "ZA_TELEPHONE_NUMBER": "PHONE_NUMBER",
    "TW_PHONE_NUMBER": "PHONE_NUMBER",
}
_NO_LABEL = re.compile(r"[^A-Z0-9_]+")


def ours(name: str) -> tuple[str, str | None]:
    """Our label for an entity type, and its kind if ours is coarser; a type that we lack stays as it is."""
    name = _NO_LABEL.sub("_", name.upper()).strip("_0123456789")[:64] or "ENTITY"
    if name in _LABELS:
        return _LABELS[name], None
    kind = name.lower()
    label = _kinds().get(kind)
    return (label, kind) if label else (name, None)


@cache
def _kinds() -> dict[str, str]:
    """Label by kind: the kinds of our patterns are Presidio's names."""
    from nerproc.detection.pattern.table import patterns

    return {row.kind: row.label for row in patterns() if row.kind}
