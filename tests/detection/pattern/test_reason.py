"""Why a match was reported: what is said afterwards is what the engine decided."""

from __future__ import annotations

import pytest

from nerproc.detection.pattern.engine import PatternDetector
from nerproc.detection.pattern.reason import reason
from nerproc.detection.pattern.table import patterns

TEXT = (
    "Her passport no. is 123456789. Her card: 4111\u00a01111\u00a01111\u00a01111, paid on 12 May 2021.\n"
    "Passnummer und mail: ada@example.org, IBAN GB82 WEST 1234 5698 7654 32, AKIAIOSFODNN7EXAMPLE\n"
)


@pytest.fixture(scope="module")
def detector() -> PatternDetector:
    return PatternDetector([row for row in patterns() if row.label in WANTED], floor=lambda _: 0.5)


WANTED = {"ID_NUMBER", "CARD_NUMBER", "EMAIL", "IBAN", "DATE", "SECRET"}


def test_every_match_has_a_reason_that_gives_its_score(detector: PatternDetector) -> None:
    spans = detector.detect(TEXT)
    assert {span.label for span in spans} == WANTED
    for span in spans:
        found = reason(TEXT, span.start, span.end, label=span.label, kind=span.kind, score=span.score)
        assert found is not None, span
        assert found.confirmed == span.validated
        assert found.form_score <= span.score


def test_a_word_beside_it_is_named() -> None:
    start = TEXT.index("123456789")
    found = reason(TEXT, start, start + 9, label="ID_NUMBER", kind="us_passport", score=0.6)
    assert found is not None
    assert found.words == ("passport",)
    assert (found.form_score, found.confirmed) == (0.05, False)


def test_what_no_pattern_explains_has_no_reason() -> None:
    start = TEXT.index("123456789")
    assert reason(TEXT, start, start + 9, label="ID_NUMBER", kind="us_passport", score=0.7) is None
    assert reason(TEXT, start, start + 8, label="ID_NUMBER", kind="us_passport", score=0.6) is None
    assert reason(TEXT, start, start + 9, label="NAME", kind=None, score=0.6) is None
