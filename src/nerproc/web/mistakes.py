"""The mistakes of a trained model in samples that it did not learn; their texts are hidden until asked for."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from nerproc.api.parameter import ModelName, TheNode
from nerproc.errors import NerprocError
from nerproc.node import Node, open_model_cache
from nerproc.schema.report import ModelCard
from nerproc.train.mistakes import MOST_MISTAKES, Mistakes, find_mistakes
from nerproc.web import reveal, score
from nerproc.web.lines import shell
from nerproc.web.render import page
from nerproc.web.reveal import Revealer
from nerproc.web.visitor import ModelReader, Visitor

router = APIRouter()

KINDS = {
    "missed": "not found",
    "spurious": "nothing is there",
    "borders": "other borders",
    "label": "another label",
}


@router.get("/models/{name}/mistakes")
def show_mistakes(request: Request, node: TheNode, visitor: ModelReader, name: ModelName) -> Response:
    """How often what is taken for what; no texts."""
    return _page(request, node, visitor, node.models.card(name), None)


@router.post("/models/{name}/mistakes")
def reveal_mistakes(
    request: Request,
    node: TheNode,
    visitor: ModelReader,
    revealer: Revealer,  # noqa: ARG001 - has the scope
    name: ModelName,
) -> Response:
    """The mistakes with their texts, looked for now."""
    card = node.models.card(name)
    if card.origin != "trained" or card.id is None:
        return _page(request, node, visitor, card, None)
    reveal.note_of_model(visitor, card.name, "mistakes")
    try:
        folder = open_model_cache(node.settings, node.storage).fetch(str(card.id))
        found = find_mistakes(node.storage, card.id, card.name, folder)
    except NerprocError as problem:
        return _page(request, node, visitor, card, None, problem=problem)
    return _page(request, node, visitor, card, found)


def _page(
    request: Request,
    node: Node,
    visitor: Visitor,
    card: ModelCard,
    found: Mistakes | None,
    *,
    problem: NerprocError | None = None,
) -> Response:
    evaluation = score.evaluation_of(node, card)
    return page(
        request,
        visitor,
        "mistakes.html",
        status=problem.status if problem else 200,
        card=card,
        found=found,
        kinds=KINDS,
        most=MOST_MISTAKES,
        confusions=score.confusions(evaluation.held[0]) if evaluation and evaluation.held else [],
        problem=problem,
        command=shell(["nerproc", "model", "evaluate", card.name, "FILE", "--mistakes", MOST_MISTAKES]),
    )
