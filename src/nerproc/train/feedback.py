"""Feedback as samples: checked like every other sample when it is given, and read again for training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from pydantic import ValidationError

from nerproc.errors import SampleError
from nerproc.model.feedback import FeedbackStore
from nerproc.schema.report import ModelCard
from nerproc.schema.sample import Feedback, FeedbackSample, SampleSpan
from nerproc.train.flaw import Flaw
from nerproc.train.label import Relabel
from nerproc.train.sample import Draft, RawSpan, Sample, checked


def add_feedback(store: FeedbackStore, model: ModelCard, given: Sequence[FeedbackSample]) -> list[UUID]:
    """Check samples and keep them as feedback on `model`, all or none; their ids, in their order.

    Raises:
        SampleError: one is no sound sample; says which.
        NotFound: the model was deleted meanwhile.
        InvalidRequest: the model is named by its path.
    """
    relabel = Relabel()
    samples = [_checked(sample, relabel, f"sample {number}") for number, sample in enumerate(given, 1)]
    return store.add(model, [as_feedback(sample) for sample in samples])


def feedback_samples(store: FeedbackStore, model: ModelCard) -> Iterator[Sample]:
    """The feedback on `model` to train with, oldest first; see `latest`.

    Raises:
        InvalidRequest: the model is named by its path.
    """
    yield from latest(store.all(model))


def latest(given: Iterable[Feedback]) -> Iterator[Sample]:
    """Feedback as samples: of several on the same text, the last. All of it is held, as training does."""
    found: dict[str, Sample] = {}
    for feedback in given:
        found.pop(feedback.text, None)
        found[feedback.text] = as_sample(feedback)
    yield from found.values()


def as_sample(feedback: Feedback) -> Sample:
    """A piece of feedback as the sample that it is."""
    return _checked(feedback, Relabel(), f"feedback {feedback.id}")


def as_feedback(sample: Sample) -> FeedbackSample:
    """A sample on the wire.

    Raises:
        SampleError: it is too long.
    """
    spans = [SampleSpan(start=span.start, end=span.end, label=span.label) for span in sample.spans]
    try:
        return FeedbackSample(text=sample.text, spans=spans, document=sample.document)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise SampleError(
            f"{sample.place}: {first['loc'][0]}: {first['msg']}",
            hint="A text has to have one character at least; cut a long one into samples of one document.",
        ) from None


def _checked(sample: FeedbackSample, relabel: Relabel, place: str) -> Sample:
    spans = [RawSpan(span.start, span.end, span.label) for span in sample.spans]
    try:
        return checked(Draft(sample.text, spans, sample.document), relabel, place=place)
    except Flaw as flaw:
        raise flaw.at(place, None) from None
