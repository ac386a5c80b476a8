"""How well a model finds what samples hold, on the wire. The mistakes quote the samples: never log them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nerproc.schema.report import Wire

MistakeKind = Literal["missed", "spurious", "borders", "label"]


class Rate(Wire):
    """A share from 0 to 1, with its 95 % interval; null where there is nothing to take a share of."""

    value: float | None
    low: float | None = Field(
        description="2.5 % quantile over samples of the documents, drawn with replacement."
    )
    high: float | None = Field(description="97.5 % quantile.")


class Rates(Wire):
    """How much of what was found is right, and how much of what is there was found."""

    precision: Rate
    recall: Rate
    f1: Rate = Field(description="Harmonic mean of precision and recall.")
    f2: Rate = Field(description="The same with recall counted twice as much as precision.")


class Score(Rates):
    """The rates with what they are made of. Only spans with the same start, end and label are correct."""

    expected: int = Field(description="Spans of the samples.")
    found: int = Field(description="Spans that the model found.")
    correct: int = Field(description="Spans of both.")
    partial: int = Field(description="Others of the samples that one of the same label overlaps.")


class LabelScore(Score):
    """The score of a label."""

    label: str


class Confusion(Wire):
    """How often spans of one label were found as another, whatever their borders."""

    expected: str | None = Field(description="Null: nothing is there.")
    found: str | None = Field(description="Null: nothing was found.")
    count: int


class Mistake(Wire):
    """A mistake where it was made, and how often it was made with the same words."""

    kind: MistakeKind
    expected: str | None = Field(description="Label in the samples, if any.")
    found: str | None = Field(description="Label that the model gave, if any.")
    text: str = Field(description="The text of the sample's span; of a spurious one, that of the model's.")
    found_text: str | None = Field(description="The text of the model's span, if any.")
    left_context: str
    right_context: str
    place: str = Field(description="File and line of the sample.")
    times: int


class Evaluation(Wire):
    """How well a model finds what samples hold."""

    model: str
    samples: int
    documents: int
    characters: int
    bytes: int
    seconds: float = Field(description="Time that the model took.")
    characters_per_second: int
    bytes_per_second: int
    labels: list[LabelScore] = Field(description="By label.")
    micro: Score = Field(description="All spans alike.")
    macro: Rates = Field(description="All labels alike: means over them, 0 where there is no share.")
    confusions: list[Confusion] = Field(description="Most frequent first; agreements too.")
    mistakes: list[Mistake] = Field(description="Most frequent first.")
    unscored: dict[str, int] = Field(
        description="What the model found under labels that are not scored, as the samples have none."
    )
