"""Why an entity was reported, as far as its pattern tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a stretch of text is taken for what it is."""

    expression: str  # that describes the form
    form_score: float  # of the form alone
    checked: bool  # a validator saw it, and did not refuse it
    confirmed: bool  # a checksum or a parser proves it: the score is 1
    words: Sequence[str]  # context words near it; without a proof, any of them raises the score
