from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.detection.piece import Piece

from nerproc.detection import tagger as package
from nerproc.detection import window as windows
from nerproc.detection.scan import Scanner, ScanOptions
from nerproc.detection.span import Detector, Span
from nerproc.detection.tagger import Tagger, load, vector
from nerproc.detection.tagger.stream import HALO
from nerproc.detection.tagger.word import split
from nerproc.detection.threshold import Thresholds

WORDS = [
    "Anna",
    "Smith,",
    "lives",
    "in",
    "New",
    "York",
    ".",
    "The",
    "IBM",
    "1987",
    "\n",
    "\n\n",
    "\t",
    "'",
    "東京",
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)
FIXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)


@pytest.fixture(scope="module")
def tagger(random_model: Path) -> Tagger:
    return load(random_model)


def found(detector: Tagger, text: str) -> list[str]:
    return [f"{span.label} {text[span.start : span.end]}" for span in detector.detect(text)]


def test_it_finds_what_it_learned(people_model: Path) -> None:
    tagger: Detector = load(people_model)
    text = "Hugo Brown lives in Cape Town.\n\nThe train to Oslo was late, said Ida Weber."
    (spans,) = tagger.detect_all([(text, None)])
    assert [(text[s.start : s.end], s.label, s.source) for s in spans] == [
        ("Hugo Brown", "NAME", "tagger"),
        ("Cape Town", "LOCATION", "tagger"),
        ("Oslo", "LOCATION", "tagger"),
        ("Ida Weber", "NAME", "tagger"),
    ]
    assert all(0.5 < span.score <= 1 for span in spans)
    assert tagger.is_light
    assert tagger.warnings == []


def test_only_the_labels_that_are_wanted_are_found(people_model: Path) -> None:
    tagger = load(people_model, labels=["NAME"])
    assert found(tagger, "Hugo Brown lives in Cape Town.") == ["NAME Hugo Brown"]


@FIXED
@given(st.text(st.one_of(st.characters(codec=None), st.sampled_from("Ab \n\r\t.é東")), max_size=200))
def test_spans_are_whole_words_and_do_not_overlap(tagger: Tagger, text: str) -> None:
    words = split(text)
    starts, ends = set(words.starts.tolist()), set(words.ends.tolist())
    last = 0
    for span in tagger.detect(text):
        assert last <= span.start < span.end <= len(text)
        assert span.start in starts
        assert span.end in ends
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        assert "\n\n" not in text[span.start : span.end]
        last = span.end


@FIXED
@given(st.lists(TEXTS, max_size=8))
def test_many_texts_are_found_as_each_alone(tagger: Tagger, texts: list[str]) -> None:
    assert tagger.detect_all([(text, None) for text in texts]) == [tagger.detect(text) for text in texts]


@FIXED
@given(TEXTS, TEXTS, st.integers(0, 300))
def test_what_is_far_away_changes_nothing(tagger: Tagger, before: str, after: str, gap: int) -> None:
    # The gap moves `after` to another place of its block, or to another block.
    gap += HALO
    (alone,) = tagger.scores([". " * HALO + after])
    (beside,) = tagger.scores([f"{before} {'. ' * gap}{after}"])
    assert beside[len(beside) - len(alone) + HALO :].tolist() == alone[HALO:].tolist()


def test_entities_do_not_depend_on_windows(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(1)
    text = " ".join(draw.choice(WORDS) for _ in range(4000))
    scanner = Scanner([tagger], ScanOptions(thresholds=Thresholds(0.01)))
    whole = [entity for entity in scanner.scan([Piece(text)], "") if len(entity.text) < 200]
    for name, value in (("WINDOW", 2000), ("OVERLAP", 600), ("SEEK", 100)):
        monkeypatch.setattr(windows, name, value)
    cut = [entity for entity in scanner.scan([Piece(text)], "") if len(entity.text) < 200]
    assert len(whole) > 100
    assert cut == whole


def test_forgetting_words_changes_nothing(random_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [" ".join(f"Word{number}" for number in range(first, first + 50)) for first in range(0, 300, 30)]
    expected = load(random_model).detect_all([(text, None) for text in texts])
    monkeypatch.setattr(vector, "CACHE", 60)
    forgetful = load(random_model)
    assert [forgetful.detect(text) for text in texts] == expected
    assert any(expected)


def test_threads_change_nothing(random_model: Path, tagger: Tagger) -> None:
    text = " ".join(WORDS * 100)
    assert load(random_model, threads=2).detect(text) == tagger.detect(text)


def test_entities_that_are_too_long_are_left_out(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    text = " ".join(WORDS * 20)
    spans = tagger.detect(text)
    most = min(span.end - span.start for span in spans)
    monkeypatch.setattr(package.tagger, "MAX_ENTITY_LENGTH", most)
    kept = tagger.detect(text)
    assert kept == [span for span in spans if span.end - span.start <= most]
    assert 0 < len(kept) < len(spans)
    assert isinstance(kept[0], Span)
