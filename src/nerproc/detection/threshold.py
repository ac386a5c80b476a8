"""How sure a detector must be for a span to be reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least score of each label that is reported; 0 reports every candidate, overlapping ones too."""

    common: float = DEFAULT_THRESHOLD
    by_label: Mapping[str, float] = field(default_factory=dict)  # takes precedence

    def of(self, label: str) -> float:
        """The threshold of `label`."""
        return self.by_label.get(label, self.common)
