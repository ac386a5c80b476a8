"""Vehicle identification numbers."""

from __future__ import annotations

from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.validator import vin

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "VIN",
        r"\b[A-HJ-NPR-Z0-9]{13}\d{4}\b",
        0.2,
        validator=vin.vin,
        context=(
            "vin", "vehicle", "chassis", "car", "motor", "fahrgestellnummer", "fin", "bastidor", "châssis",
            "telaio",
        ),
    ),
)  # fmt: skip
