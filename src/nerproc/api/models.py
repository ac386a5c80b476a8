"""Models: which there are, and what they find."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from nerproc.api.parameter import PREFIX, TheNode, problems
from nerproc.schema.report import ModelCard, ModelImport, Page

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


@router.post("", status_code=201, operation_id="import_model", responses=problems(404, 409))
def import_model(node: TheNode, request: ModelImport, response: Response) -> ModelCard:
    """Import a model from an upload of its files; `Location` is the model."""
    card = node.models.import_upload(request.upload_id, request.name)
    response.headers["Location"] = f"{PREFIX}/models/{card.name}"
    return card


@router.delete("/{name}", status_code=204, operation_id="delete_model", responses=problems(404, 409))
def delete_model(node: TheNode, name: ModelName) -> None:
    """Delete an imported model; not while reports run on it."""
    node.models.delete(name)
