"""Feedback on models: what users corrected, kept as samples for the next training."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path
from pydantic import Discriminator, Field, Tag

from nerproc.api.parameter import PREFIX, Cursor, Limit, ModelName, TheNode, number_of, problems
from nerproc.schema.report import Page
from nerproc.schema.sample import FEEDBACK_AT_ONCE, Feedback, FeedbackAdded, FeedbackSample
from nerproc.train.feedback import add_feedback as add

router = APIRouter(prefix=f"{PREFIX}/models/{{name}}/feedback", tags=["models"])

_ONE = {
    "text": "Write to Ann, not to ann@example.org.",
    "spans": [{"start": 9, "end": 12, "label": "NAME"}, {"start": 21, "end": 36, "label": "EMAIL"}],
}
_EXAMPLES = {
    "one": {"summary": "One text", "value": _ONE},
    "many": {
        "summary": "Several texts; in the second there is nothing to be found",
        "value": [_ONE, {"text": "May I come in May?", "spans": [], "document": "letter 17"}],
    },
}


def _kind(body: Any) -> str:
    return "many" if isinstance(body, list) else "one"


Samples = Annotated[
    Annotated[FeedbackSample, Tag("one")]
    | Annotated[list[FeedbackSample], Field(min_length=1, max_length=FEEDBACK_AT_ONCE), Tag("many")],
    Discriminator(_kind),
    Body(openapi_examples=_EXAMPLES),
]


@router.post("", status_code=201, operation_id="add_feedback", responses=problems(404, 413))
def add_feedback(node: TheNode, name: ModelName, samples: Samples) -> FeedbackAdded:
    """Tell what a model should have found in a text, or in several: all of them are kept, or none."""
    given = samples if isinstance(samples, list) else [samples]
    return FeedbackAdded(ids=add(node.feedback, node.models.card(name), given))


@router.get("", operation_id="list_feedback", responses=problems(404))
def list_feedback(node: TheNode, name: ModelName, cursor: Cursor = None, limit: Limit = 100) -> Page[Feedback]:
    """List the feedback on a model, oldest first."""
    model = node.models.card(name)
    items, following = node.feedback.page(model, after=number_of(cursor), limit=limit)
    return Page(items=items, next_cursor=None if following is None else str(following))


@router.delete("/{feedback_id}", status_code=204, operation_id="delete_feedback", responses=problems(404))
def delete_feedback(
    node: TheNode, name: ModelName, feedback_id: Annotated[UUID, Path(description="Id of the sample.")]
) -> None:
    """Delete feedback on a model. Once deleted, there is no error."""
    node.feedback.delete(node.models.card(name), feedback_id)
