"""What a check means for a match: proof, refusal, or both."""

from __future__ import annotations

from collections.abc import Callable

from nerproc.detection.pattern.pattern import Necessary, Validator

Check = Callable[[str], bool]  # whether the matched text passes


def decisive(check: Check) -> Validator:
    """Passing proves it, failing refutes it: strong checks of forms that nothing else has."""
    return check


def necessary(check: Check) -> Validator:
    """Failing refutes it, passing proves nothing: a check digit that one random number in ten has."""
    return Necessary(check)


def sufficient(check: Check) -> Validator:
    """Passing proves it, failing refutes nothing: where numbers without a right check digit are in use."""
    return lambda text: True if check(text) else None
