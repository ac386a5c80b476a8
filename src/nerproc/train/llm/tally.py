"""What was asked of a language model, and what became of its answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


class Unusable(Exception):
    """An answer, or a sample in it, that is dropped; str() says why, in a few words that quote nothing."""


@dataclass(slots=True)
class Tally:
    """Counts of one run."""

    asked: int = 0  # samples wanted
    requests: int = 0  # sent, repeated ones too
    repeated: Counter[str] = field(default_factory=Counter)  # requests that were sent again, by reason
    lost: Counter[str] = field(default_factory=Counter)  # answers without any sample, by reason
    dropped: Counter[str] = field(default_factory=Counter)  # samples that were not used, by reason
    kept: dict[str, int] = field(default_factory=dict)  # samples by the label that they were asked for

    def lines(self) -> list[str]:
        """The counts in words."""
        kept = sum(self.kept.values())
        said = [f"{kept:,} of {self.asked:,} samples, from {self.requests:,} requests"]
        for what, counts in (
            ("dropped samples", self.dropped),
            ("answers without samples", self.lost),
            ("repeated requests", self.repeated),
        ):
            if counts:
                reasons = ", ".join(f"{count:,} {reason}" for reason, count in counts.most_common())
                said.append(f"{counts.total():,} {what}: {reasons}")
        return said
