"""Trainings on the wire: what is asked for, and how good the model is that came of it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationError

from nerproc.errors import InvalidRequest
from nerproc.schema.evaluation import Evaluation
from nerproc.schema.name import MODEL_NAME
from nerproc.schema.report import Label, Wire

ModelName = Annotated[
    str, Field(pattern=f"^{MODEL_NAME}$", description="What to call the new model.", examples=["contracts"])
]


class TrainingOptions(Wire):
    """How to train."""

    epochs: int | None = Field(
        default=None, ge=1, le=1_000, description="At most; it ends earlier when nothing gets better."
    )
    seed: int = Field(default=1, ge=0, lt=2**31, description="The same samples and seed give the same model.")


class Wish(TrainingOptions):
    """A model that is to be made, whatever the samples are."""

    name: ModelName
    labels: list[Label] | None = Field(
        default=None, description="Labels to learn, as they are mapped; all of the samples if absent."
    )


class FinetuneRequest(Wish):
    """The same, of samples that were uploaded."""

    upload_ids: list[UUID] = Field(min_length=1, max_length=100, description="Uploads of files of samples.")
    map: dict[str, str] = Field(
        default={},
        max_length=1_000,
        description="Labels of the samples (* stands for anything) to labels, or to O: no entity.",
        examples=[{"PER": "NAME", "MISC:*": "O"}],
    )


def wish(what: dict[str, Any]) -> Wish:
    """The model that is asked for; `what` are its fields.

    Raises:
        InvalidRequest: a field is not valid; names it.
    """
    try:
        return Wish(**what)
    except ValidationError as error:
        first = error.errors()[0]
        place = " ".join(str(part) for part in first["loc"])
        hint = "A name has letters, digits and _ . -, at most 64." if first["loc"] == ("name",) else None
        raise InvalidRequest(f"The request is not valid: {place}: {first['msg']}.", hint=hint) from None


class Replay(Wire):
    """Samples that an ancestor of the base learnt, to be seen again."""

    model: str  # its name when the training was submitted
    artifact: str  # key of the samples
    labels: list[str]  # that their spans say all of


class TrainingRequest(TrainingOptions):
    """A training as its job holds it. The samples lie in the artifact store."""

    name: str  # of the new model
    base: str | None  # name of the model to go on from
    base_version: str | None
    samples: int
    sha256: str  # of the samples as they are stored
    label_counts: dict[str, int]  # label -> samples that have it; what else the base knows is not annotated
    replay: list[Replay]


class HeldResult(Wire):
    """How well samples of one source are found that the new model did not learn."""

    source: str = Field(description="Where they are from: the samples, or what a base learnt.")
    before: Evaluation | None = Field(description="Of the base; null: there was none.")
    after: Evaluation = Field(description="Of the new model.")


class TrainingEvaluation(Wire):
    """How well a trained model finds what it was held against when it was made, and its base before it."""

    model: str
    base: str | None
    held: list[HeldResult]
