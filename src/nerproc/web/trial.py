"""Try it: a text of one's own, what is in it, and why. The text is kept nowhere and goes into no address."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from nerproc.api.parameter import TheNode
from nerproc.errors import NerprocError, NotFound
from nerproc.model.explain import MOST_LENGTH, Explained, Explanation, explain
from nerproc.node import Node, open_model_cache
from nerproc.schema.name import BASIC
from nerproc.schema.report import ModelCard
from nerproc.show.highlight import preview
from nerproc.web.render import page
from nerproc.web.visitor import ReportReader

router = APIRouter()

EXAMPLE = (
    "Dr. Ada Lovelace of Acme Corp. lives at 12 High Street, London.\n"
    "Her passport no. is 123456789. Since 12 May 2021 she pays with 4111 1111 1111 1111.\n"
    "Write to ada@example.org, or call +44 20 7946 0958.\n"
)


@router.get("/try")
def show_form(
    request: Request, node: TheNode, visitor: ReportReader, example: Annotated[str, Query(max_length=8)] = ""
) -> Response:
    """The form, empty or with an example."""
    return _page(request, node, visitor, text=EXAMPLE if example else "", model=BASIC)


@router.post("/try")
def look(
    request: Request,
    node: TheNode,
    visitor: ReportReader,
    text: Annotated[str, Form()] = "",
    model: Annotated[str, Form(max_length=200)] = BASIC,
) -> Response:
    """What is in a text."""
    text = text.replace("\r\n", "\n")  # as forms send line ends
    try:
        found = explanation(node, text, _card(node, model)) if text.strip() else None
    except NerprocError as problem:
        return _page(request, node, visitor, text=text, model=model, problem=problem)
    return _page(request, node, visitor, text=text, model=model, found=found)


def explanation(
    node: Node,
    text: str,
    card: ModelCard,
    *,
    labels: Collection[str] | None = None,
    custom_tags: Mapping[str, str] | None = None,
    deny: Mapping[str, Sequence[str]] | None = None,
    threshold: float | None = None,
) -> Explanation:
    """What a report with that model and those fields would find in a text.

    Raises:
        InvalidRequest: the text is too long, or the model cannot be used.
        TooManyRequests: others are being looked at.
    """
    imported = None
    if card.id is not None:
        imported = open_model_cache(node.settings, node.storage).fetch(str(card.id))
    return explain(
        text,
        card.name,
        folder=imported,
        cache=node.settings.home / "cache",
        labels=labels,
        custom_tags=custom_tags,
        deny=deny,
        threshold=threshold,
    )


def _card(node: Node, model: str) -> ModelCard:
    """One of the models that the form offers; none is named by its path."""
    card = next((card for card in node.models.cards() if card.name == model), None)
    if card is None:
        raise NotFound(f"There is no model {model!r}.")
    return card


def _page(
    request: Request,
    node: Node,
    visitor: ReportReader,
    *,
    text: str,
    model: str,
    found: Explanation | None = None,
    problem: NerprocError | None = None,
) -> Response:
    return page(
        request,
        visitor,
        "try.html",
        status=problem.status if problem else 200,
        text=text,
        model=model,
        models=[(card.name, card.name) for card in node.models.cards()],
        most=MOST_LENGTH,
        found=found,
        shown=preview(text, [one.entity for one in found.found]) if found else "",
        why=reasons,
        problem=problem,
    )


def reasons(explained: Explained) -> list[str]:
    """Why an entity was found, in sentences."""
    entity, why = explained.entity, explained.why
    if entity.source == "custom":
        return ["It is what the tag of this name asks for: the score is 1."]
    if entity.source != "pattern":
        who = "The network" if entity.source == "tagger" else "The plugin's model"
        return [f"{who} takes it for this by its words and those around it; how sure it is, is its score."]
    kind = f" of the kind {entity.kind}" if entity.kind else ""
    said = [f"It matches a pattern{kind}."]
    if why is None:
        return said
    if why.confirmed:
        return [*said, "A checksum or a parser confirms it: the score is 1."]
    said.append(
        f"The form alone scores {why.form_score:.2f}"
        + (
            "; a check did not refuse it, and proves nothing."
            if why.checked
            else "; there is nothing to check."
        )
    )
    if why.words:
        words = ", ".join(f"“{word}”" for word in why.words)
        said.append(f"Near it stands {words}, which raises the score to {entity.score:.2f}.")
    return said
