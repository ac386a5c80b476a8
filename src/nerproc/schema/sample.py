"""What samples are made of, and feedback, which is made of samples, on the wire."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from nerproc.schema.report import Label, Wire

FEEDBACK_CHARACTERS = 100_000  # most of one text
FEEDBACK_AT_ONCE = 1_000  # most samples of one request


class Topic(Wire):
    """What is known about a label, for samples to be made of."""

    label: Label
    description: str = Field(
        default="", max_length=2_000, description="What it is; up to 40 characters, what texts call it."
    )
    examples: list[str] = Field(default=[], max_length=10_000, description="Values that it stands for.")
    contexts: list[str] = Field(
        default=[], max_length=10_000, description="Texts with {LABEL} where a value goes, or with an example."
    )


class SampleSpan(Wire):
    """A stretch of a text that is to be found in it."""

    start: int = Field(strict=True, ge=0, description="Offset in code points of the text.")
    end: int = Field(strict=True, ge=1, description="Offset behind the last code point.")
    label: str = Field(
        min_length=1,
        max_length=200,
        description="What it is; kept in capitals, with _ between words.",
        examples=["NAME"],
    )


class FeedbackSample(Wire):
    """A text, and all that a model should find in it."""

    text: str = Field(
        min_length=1, max_length=FEEDBACK_CHARACTERS, examples=["Write to Ann, not to ann@example.org."]
    )
    spans: list[SampleSpan] = Field(
        max_length=FEEDBACK_CHARACTERS, description="Everything that is to be found; may be empty."
    )
    document: str = Field(default="", max_length=1_000, description="What the text is a piece of.")


class Feedback(FeedbackSample):
    """A sample that was given as feedback on a model."""

    id: UUID
    created_at: datetime


class FeedbackAdded(Wire):
    """Feedback that was kept."""

    ids: list[UUID] = Field(description="Of the samples, in the order in which they were sent.")
