"""What an object must satisfy to be found, in SQL."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextTest:
    """Whether an object has any entity of a label whose text passes."""

    label: str
    expression: str  # over `text`, with one parameter
    parameter: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A boolean over the counts per label of an object and over tests of its entities."""

    expression: str  # over the column `label_counts` and the booleans `test_0`, `test_1`, … of `tests`
    parameters: tuple[str | int, ...]  # of `expression`, in order
    tests: tuple[TextTest, ...] = ()
