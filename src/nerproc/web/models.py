"""Models: the list, with those that are being trained; one of them, where it comes from and how good it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from nerproc.api.parameter import ModelName, TheNode
from nerproc.errors import NotFound
from nerproc.job.jobs import JobRecord
from nerproc.job.listing import Wanted, list_jobs
from nerproc.job.state import State
from nerproc.node import Node
from nerproc.schema.report import ModelCard
from nerproc.web import lineage, score
from nerproc.web.jobs import SAID as JOB_SAID
from nerproc.web.jobs import moves
from nerproc.web.lines import lines, shell
from nerproc.web.render import address, back, model_address, page
from nerproc.web.training import Training, training_called, training_of
from nerproc.web.visitor import ModelReader, ModelWriter, Visitor

router = APIRouter()

PAGE = 50  # models
MOST_TRAININGS = 20  # that are listed above the models
MOST_REPORTS = 10  # of those that a model made
SAID = {"delete": "The model, its samples and the feedback on it were deleted."}

Said = Annotated[str, Query(max_length=32)]


@router.get("/models")
def show_models(
    request: Request,
    node: TheNode,
    visitor: ModelReader,
    cursor: Annotated[str, Query(max_length=200)] = "",
    said: Said = "",
) -> Response:
    """The list, by name; a page goes on behind the name that its cursor is."""
    cards = node.models.cards()
    behind = [card for card in cards if card.name > cursor]
    shown = behind[:PAGE]
    return page(
        request,
        visitor,
        "models.html",
        models=[(card, lineage.base_of(card, cards)) for card in shown],
        trainings=_running(node) if visitor.may("reports:read") else [],
        most_trainings=MOST_TRAININGS,
        moves=moves,
        first="/models" if cursor else None,
        following=address("/models", cursor=shown[-1].name) if len(behind) > len(shown) else None,
        lines=lines(request, visitor, "/models", command=["nerproc", "model", "list"]),
        notice=SAID.get(said, ""),
    )


@router.get("/models/{name}")
def show_model(
    request: Request, node: TheNode, visitor: ModelReader, name: ModelName, said: Said = ""
) -> Response:
    """One model, or the training that is to make it."""
    notice = JOB_SAID.get(said, "")
    try:
        card = node.models.card(name)
    except NotFound:
        training = training_called(node, name) if visitor.may("reports:read") else None
        if training is None:
            raise
        return _unmade(request, visitor, training, notice)
    if "hx-request" in request.headers:  # of the page of its training, which has ended: it is another page now
        return Response(headers={"HX-Refresh": "true"})
    return _model(request, node, visitor, card, notice)


@router.get("/models/{name}/delete")
def confirm_delete(request: Request, node: TheNode, visitor: ModelWriter, name: ModelName) -> Response:
    """Ask before a model is deleted."""
    card = node.models.card(name)
    return page(
        request, visitor, "model_delete.html", card=card, made=lineage.made_of(card, node.models.cards())
    )


@router.post("/models/{name}/delete")
def delete_model(
    node: TheNode,
    visitor: ModelWriter,  # noqa: ARG001 - has the scope
    name: ModelName,
) -> Response:
    """Delete an imported or trained model."""
    node.models.delete(name)
    return back("/models", "delete")


def _running(node: Node) -> list[JobRecord]:
    """Trainings that have not ended: those that run, then those that wait."""
    found: list[JobRecord] = []
    for state in (State.RUNNING, State.QUEUED):
        found += node.jobs.page(kind="training", state=state, limit=MOST_TRAININGS)
    return found[:MOST_TRAININGS]


def _unmade(request: Request, visitor: Visitor, training: Training, notice: str) -> Response:
    """The page of a model that is not there yet, or never came to be."""
    return page(
        request,
        visitor,
        "model_training.html",
        training=training,
        moves=moves,
        notice=notice,
        lines=lines(
            request,
            visitor,
            f"/jobs/{training.job.id}",
            command=["nerproc", "status", str(training.job.id)[:8], "--watch"],
        ),
    )


def _model(request: Request, node: Node, visitor: Visitor, card: ModelCard, notice: str) -> Response:
    cards = node.models.cards()
    evaluation = score.evaluation_of(node, card)
    sees_jobs = visitor.may("reports:read")
    command = ["nerproc", "model", "show", card.name]
    part = "/evaluation" if evaluation else ""
    return page(
        request,
        visitor,
        "model.html",
        card=card,
        ancestors=list(lineage.ancestors(card, cards)),
        made=lineage.made_of(card, cards),
        facts=lineage.facts(card),
        files=node.models.files(card),
        training=training_of(node, card) if sees_jobs else None,
        moves=moves,
        share=score.share,
        comparisons=[score.comparison(evaluation, held) for held in evaluation.held] if evaluation else [],
        reports=_reports(node, card) if sees_jobs else [],
        most_reports=MOST_REPORTS,
        sees_jobs=sees_jobs,
        notice=notice,
        lines=lines(request, visitor, model_address(card.name, part), command=command),
        train=shell(["nerproc", "model", "train", "FILE", "--base", card.name, "--name", "NEW"]),
    )


def _reports(node: Node, card: ModelCard) -> list[JobRecord]:
    """The newest reports that a model made, one more than is shown."""
    wanted = Wanted(kind="inference", model=None if card.id else card.name, model_id=card.id)
    found, _ = list_jobs(node.database, node.jobs, wanted, limit=MOST_REPORTS + 1)
    return found
