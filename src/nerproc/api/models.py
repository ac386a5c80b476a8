"""Models: which there are, and what they find."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from nerproc.api.parameter import PREFIX, TheNode, problems
from nerproc.schema.report import ModelCard, Page

ModelName = Annotated[str, Path(max_length=200, description="Name of the model.")]

router = APIRouter(prefix=f"{PREFIX}/models", tags=["models"])


@router.get("", operation_id="list_models", responses=problems())
def list_models(node: TheNode) -> Page[ModelCard]:
    """List the models, by name."""
    return Page(items=node.models.cards(), next_cursor=None)


@router.get("/{name}", operation_id="get_model", responses=problems(404))
def get_model(node: TheNode, name: ModelName) -> ModelCard:
    """Look at a model: its labels and detectors."""
    return node.models.card(name)


@router.delete("/{name}", status_code=204, operation_id="delete_model", responses=problems(404, 409))
def delete_model(node: TheNode, name: ModelName) -> None:
    """Delete an imported model; not while reports run on it."""
    node.models.delete(name)
