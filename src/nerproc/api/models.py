"""Models: which there are, what they find, how good they are; import, training, delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from nerproc.api.parameter import PREFIX, ModelName, TheNode, problems
from nerproc.schema.report import Job, ModelCard, ModelImport, Page
from nerproc.schema.training import FinetuneRequest, TrainingEvaluation

BaseName = Annotated[
    str,
    Path(max_length=200, description="Name or id of the model to go on from; `none`: from nothing."),
]

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


@router.post("/{name}/finetune", status_code=202, operation_id="finetune_model", responses=problems(404, 409))
def finetune_model(node: TheNode, name: BaseName, request: FinetuneRequest, response: Response) -> Job:
    """Queue a training on uploaded samples, which makes a new model; `Location` is its job."""
    job = node.trainings.finetune(name, request)
    response.headers["Location"] = f"{PREFIX}/jobs/{job}"
    return node.reports.job(job)


@router.get("/{name}/evaluation", operation_id="get_evaluation", responses=problems(404))
def get_evaluation(node: TheNode, name: ModelName) -> TrainingEvaluation:
    """Look at how well a model that was trained here finds samples that it did not learn; its base, too."""
    return node.trainings.evaluation(name)


@router.delete("/{name}", status_code=204, operation_id="delete_model", responses=problems(404, 409))
def delete_model(node: TheNode, name: ModelName) -> None:
    """Delete an imported or trained model, its samples, and the feedback on it; not while jobs run on it."""
    node.models.delete(name)
