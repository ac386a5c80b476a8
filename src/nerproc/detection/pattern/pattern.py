"""The row type of the pattern tables: what to look for, how sure a match is, what makes it surer.

The tables (`table/*.py`) are data; the engine (`engine.py`) runs all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# A validator sees the matched text. True: a checksum or a parser confirms it (score becomes 1.0).
# False: it cannot be one, and is not reported at any threshold. None: nothing to check, the score stays.
Validator = Callable[[str], bool | None]


@dataclass(frozen=True, slots=True)
class Necessary:
    """A validator that refuses, and never proves: it need not run where the score alone is of no use."""

    check: Callable[[str], bool]

    def __call__(self, text: str) -> bool | None:
        """None if the check passes, else False."""
        return None if self.check(text) else False


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to write one label.

    `expression` has ASCII semantics (digits, word characters and boundaries are ASCII) and `regex` syntax.
    Look-around, atomic groups and the like are allowed; then `gate` must be given: a plain expression without
    them that matches at least wherever `expression` does, from the same start (hyperscan scans for
    `gate or expression`). The matches are those that `finditer` gives; longer ones than MAX_ENTITY_LENGTH
    are dropped.
    """

    label: str  # EMAIL, ID_NUMBER, …
    expression: str
    score: float  # without context and without validation, 0 to 1
    kind: str | None = None  # finer type, lower case: us_passport, aws_access_key, …
    validator: Validator | None = None
    context: tuple[str, ...] = ()  # lower-case words (or phrases) that make it likelier when they stand near
    gate: str | None = None
    ignore_case: bool = False
    # For expressions that begin with an open repeat, which hyperscan is slow at: `gate` then starts later, at
    # a rarer character, and the engine walks left over at most MAX_PREFIX of these characters.
    prefix: str = ""
    # Every match has a digit, and nowhere more than MAX_REACH (`stretch.py`) other bytes in a row. The engine
    # sees that itself where the gate says so; where it does not, it is to be said.
    numeral: bool = False
