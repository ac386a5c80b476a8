"""Models: which there are, and what they find."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from nerproc.api.parameter import PREFIX, problems
from nerproc.model.registry import cards, load
from nerproc.schema.report import ModelCard, Page

router = APIRouter(prefix=f"{PREFIX}/models", tags=["models"])


@router.get("", operation_id="list_models", responses=problems())
def list_models() -> Page[ModelCard]:
    """List the models, by name."""
    return Page(items=cards(), next_cursor=None)


@router.get("/{name}", operation_id="get_model", responses=problems(404))
def get_model(name: Annotated[str, Path(max_length=200, description="Name of the model.")]) -> ModelCard:
    """Look at a model: its labels and detectors."""
    return load(name).card()
