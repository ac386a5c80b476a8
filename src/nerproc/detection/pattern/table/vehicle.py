"""Vehicle identification numbers."""

from __future__ import annotations

from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.validator import vin
from nerproc.detection.pattern.validator.rule import necessary

_WORDS = (
    "vin", "vehicle", "chassis", "car", "motor", "fahrgestellnummer", "fin", "bastidor", "châssis", "telaio",
)  # fmt: skip

PATTERNS: tuple[Pattern, ...] = (
    Pattern("VIN", r"\b[A-HJ-NPR-Z0-9]{13}\d{4}\b", 0.2, validator=vin.vin, context=_WORDS),
    # In small letters, hashes look the same: the check digit alone proves nothing.
    Pattern("VIN", r"\b[a-hj-npr-z0-9]{13}\d{4}\b", 0.1, validator=necessary(vin.possible), context=_WORDS),
)
