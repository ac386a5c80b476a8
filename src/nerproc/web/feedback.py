"""Feedback on a model: what somebody corrected, its texts hidden until asked for; correct a text, and save it.

A text that is being corrected travels in the body of a form, and is kept nowhere until it is saved.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from nerproc.api.parameter import Cursor, ModelName, TheNode, number_of
from nerproc.errors import InvalidRequest, NerprocError
from nerproc.model.explain import MOST_LENGTH
from nerproc.node import Node
from nerproc.schema.report import ModelCard
from nerproc.schema.sample import FeedbackSample, SampleSpan
from nerproc.show.highlight import highlight, preview
from nerproc.train.feedback import add_feedback
from nerproc.web import reveal
from nerproc.web.correction import Correction
from nerproc.web.lines import lines, shell
from nerproc.web.render import address, back, model_address, page
from nerproc.web.reveal import Revealer
from nerproc.web.trial import explanation
from nerproc.web.visitor import ModelReader, ModelWriter, Visitor

router = APIRouter()

PAGE = 20  # samples
ROWS = 4  # of words that can be added at a time
SAID = {"add": "The text was kept as a sample.", "delete": "The sample was deleted."}
MOST_SPANS = 400  # of a text that is corrected: a form is read up to 1,000 fields, two of each span
AROUND = 40  # characters that are shown on each side of what was found

Texts = Annotated[list[str], Form()]


def _text(text: Annotated[str, Form()] = "") -> str:
    """The text of a form.

    Raises:
        InvalidRequest: it is empty, or too long.
    """
    text = text.replace("\r\n", "\n")  # as forms send line ends
    if not text.strip():
        raise InvalidRequest("There is no text.", hint="Go back, and give one.")
    if len(text) > MOST_LENGTH:
        raise InvalidRequest(f"The text has {len(text):,} characters.", hint=f"Give {MOST_LENGTH:,} at most.")
    return text


def _correction(
    place: Texts = [],  # noqa: B006 - the framework copies it
    label: Texts = [],  # noqa: B006
    words: Texts = [],  # noqa: B006
    added: Texts = [],  # noqa: B006
    which: Texts = [],  # noqa: B006
) -> Correction:
    return Correction(place, label, words, added, which)


TheText = Annotated[str, Depends(_text)]
TheCorrection = Annotated[Correction, Depends(_correction)]


@router.get("/models/{name}/feedback")
def show_feedback(  # noqa: PLR0917 - the framework's
    request: Request,
    node: TheNode,
    visitor: ModelReader,
    name: ModelName,
    cursor: Cursor = None,
    said: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """The samples, their texts hidden."""
    card = node.models.card(name)
    return _list(request, node, visitor, card, cursor, revealed=False, notice=SAID.get(said, ""))


@router.post("/models/{name}/feedback")
def reveal_feedback(  # noqa: PLR0917 - the framework's
    request: Request,
    node: TheNode,
    visitor: ModelReader,
    revealer: Revealer,  # noqa: ARG001 - has the scope
    name: ModelName,
    cursor: Cursor = None,
) -> Response:
    """The samples with their texts."""
    card = node.models.card(name)
    reveal.note_of_model(visitor, card.name, "feedback")
    return _list(request, node, visitor, card, cursor, revealed=True)


@router.post("/models/{name}/feedback/look")
def look(request: Request, node: TheNode, visitor: ModelWriter, name: ModelName, text: TheText) -> Response:
    """What the model finds in a text, to be corrected."""
    card = node.models.card(name)
    found = [one.entity for one in explanation(node, text, card).found]
    spans = [SampleSpan(start=one.start, end=one.end, label=one.label) for one in found]
    return _corrected(request, visitor, card, text, _few(spans))


@router.post("/models/{name}/feedback/correct")
def correct(  # noqa: PLR0917 - the framework's
    request: Request,
    node: TheNode,
    visitor: ModelWriter,
    name: ModelName,
    text: TheText,
    correction: TheCorrection,
) -> Response:
    """The text as it was corrected so far, to go on."""
    card = node.models.card(name)
    try:
        spans = _few(correction.spans(text))
    except InvalidRequest as problem:
        return _again(request, visitor, card, text, correction, problem)
    return _corrected(request, visitor, card, text, spans)


@router.post("/models/{name}/feedback/save")
def save(  # noqa: PLR0917 - the framework's
    request: Request,
    node: TheNode,
    visitor: ModelWriter,
    name: ModelName,
    text: TheText,
    correction: TheCorrection,
) -> Response:
    """Keep the text as a sample."""
    card = node.models.card(name)
    try:
        add_feedback(node.feedback, card, [FeedbackSample(text=text, spans=correction.spans(text))])
    except InvalidRequest as problem:
        return _again(request, visitor, card, text, correction, problem)
    return back(model_address(card.name, "/feedback"), "add")


@router.post("/models/{name}/feedback/{feedback_id}/delete")
def delete_feedback(
    node: TheNode,
    visitor: ModelWriter,  # noqa: ARG001 - has the scope
    name: ModelName,
    feedback_id: UUID,
) -> Response:
    """Delete a sample."""
    card = node.models.card(name)
    node.feedback.delete(card, feedback_id)
    return back(model_address(card.name, "/feedback"), "delete")


def _list(
    request: Request,
    node: Node,
    visitor: Visitor,
    card: ModelCard,
    cursor: str | None,
    *,
    revealed: bool,
    notice: str = "",
) -> Response:
    samples, following = node.feedback.page(card, after=number_of(cursor), limit=PAGE)
    path = model_address(card.name, "/feedback")
    return page(
        request,
        visitor,
        "feedback.html",
        card=card,
        samples=samples,
        counted=lambda sample: dict(Counter(span.label for span in sample.spans).most_common()),
        shown=lambda sample: highlight(sample.text, sample.spans),
        revealed=revealed,
        itself=address(path, cursor=cursor),
        first=path if cursor else None,
        following=address(path, cursor=following) if following else None,
        most=MOST_LENGTH,
        notice=notice,
        lines=lines(request, visitor, path, command=["nerproc", "model", "feedback", "list", card.name]),
        train=shell(["nerproc", "model", "train", "--base", card.name, "--feedback", "--name", "NEW"]),
    )


def _few(spans: list[SampleSpan]) -> list[SampleSpan]:
    """The spans, if a form can hold them.

    Raises:
        InvalidRequest: there are too many.
    """
    if len(spans) > MOST_SPANS:
        raise InvalidRequest(
            f"There are {len(spans):,} entities in the text.",
            hint=f"Give a shorter one: {MOST_SPANS:,} can be corrected at a time.",
        )
    return spans


def _corrected(
    request: Request, visitor: Visitor, card: ModelCard, text: str, spans: list[SampleSpan]
) -> Response:
    return _form(request, visitor, card, text, spans, [("", "", "")] * ROWS, None)


def _again(  # noqa: PLR0917 - of the routes
    request: Request,
    visitor: Visitor,
    card: ModelCard,
    text: str,
    correction: Correction,
    problem: NerprocError,
) -> Response:
    """The form as it was sent, and what is wrong with it."""
    marked = Correction(correction.places, correction.labels).spans(text)
    rows = list(zip(correction.words, correction.added, correction.which, strict=False))
    return _form(request, visitor, card, text, marked, rows, problem)


def _form(  # noqa: PLR0917 - of the above
    request: Request,
    visitor: Visitor,
    card: ModelCard,
    text: str,
    spans: list[SampleSpan],
    rows: list[tuple[str, str, str]],
    problem: NerprocError | None,
) -> Response:
    return page(
        request,
        visitor,
        "correct.html",
        status=problem.status if problem else 200,
        card=card,
        text=text,
        spans=spans,
        shown=preview(text, spans),
        labels=sorted({*card.labels, *(span.label for span in spans)}),
        around=lambda span: (
            text[max(0, span.start - AROUND) : span.start],
            text[span.end : span.end + AROUND],
        ),
        rows=rows,
        problem=problem,
    )
