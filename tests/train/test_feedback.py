"""Feedback is checked as other samples are, and comes back as samples to train with."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.detection.encoder.folder import write_encoder

from nerproc.db import migration
from nerproc.db.database import Database
from nerproc.errors import SampleError
from nerproc.model.feedback import FeedbackStore
from nerproc.model.models import Models
from nerproc.schema.report import ModelCard
from nerproc.schema.sample import FEEDBACK_CHARACTERS, FeedbackSample, SampleSpan
from nerproc.storage.local import LocalStorage
from nerproc.train.feedback import add_feedback, as_feedback, feedback_samples
from nerproc.train.sample import Sample, Span


@pytest.fixture
def store(database: Database, tmp_path: Path) -> FeedbackStore:
    migration.migrate(database)
    return FeedbackStore(database, LocalStorage(tmp_path / "artifacts"))


@pytest.fixture
def model(database: Database, store: FeedbackStore) -> ModelCard:
    return Models(database, store._storage).card("patterns")


def given(text: str, *spans: tuple[int, int, str]) -> FeedbackSample:
    marked = [SampleSpan(start=start, end=end, label=label) for start, end, label in spans]
    return FeedbackSample(text=text, spans=marked)


def test_labels_and_spans_are_written_as_in_every_sample(store: FeedbackStore, model: ModelCard) -> None:
    add_feedback(
        store, model, [given("Ada met Bob", (8, 11, "first-name"), (0, 3, "NAME"), (0, 3, "NAME")), given("x")]
    )
    first, second = feedback_samples(store, model)
    assert first == Sample("Ada met Bob", (Span(0, 3, "NAME"), Span(8, 11, "FIRST_NAME")))
    assert second == Sample("x", ())
    assert first.place.startswith("feedback ")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (given("Ada", (0, 4, "NAME")), "sample 2: span 0 to 4 .NAME. is outside the text"),
        (given("Ada", (2, 2, "NAME")), "sample 2: the span at 2 .NAME. is empty"),
        (given("Ada", (0, 2, "NAME"), (1, 3, "CITY")), "sample 2: span 1 to 3 .CITY. lies across"),
        (given("Ada", (0, 3, "Straße")), "sample 2: 'Straße' cannot be written as a label"),
    ],
)
def test_one_that_is_not_sound_keeps_all_out(
    store: FeedbackStore, model: ModelCard, wrong: FeedbackSample, said: str
) -> None:
    with pytest.raises(SampleError, match=said) as caught:
        add_feedback(store, model, [given("fine"), wrong])
    assert caught.value.hint
    assert list(store.all(model)) == []


def test_of_corrections_of_one_text_the_last_is_learnt(store: FeedbackStore, model: ModelCard) -> None:
    for label in ("CITY", "NAME"):
        add_feedback(store, model, [given("Paris left", (0, 5, label)), given(f"only {label}")])
    found = list(feedback_samples(store, model))
    assert [sample.text for sample in found] == ["only CITY", "Paris left", "only NAME"]
    assert found[1].spans == (Span(0, 5, "NAME"),)
    assert len(list(store.all(model))) == 4


def test_there_is_none_of_a_model_without_feedback(
    store: FeedbackStore, model: ModelCard, database: Database, tmp_path: Path
) -> None:
    add_feedback(store, model, [given("Ada", (0, 3, "NAME"))])
    other = Models(database, store._storage).import_folder(write_encoder(tmp_path / "mine"))
    assert list(feedback_samples(store, other)) == []


def test_a_sample_on_the_wire_is_not_too_long() -> None:
    sample = Sample("x" * (FEEDBACK_CHARACTERS + 1), (), place="file:3")
    with pytest.raises(SampleError, match="file:3: text: ") as caught:
        as_feedback(sample)
    assert "xxx" not in caught.value.message
