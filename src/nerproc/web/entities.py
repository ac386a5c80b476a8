"""The entities of a report, page by page: filters in the URL, texts hidden until they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from nerproc.api.parameter import Cursor, TheNode
from nerproc.api.results import Labels, Name
from nerproc.errors import QueryError
from nerproc.node import Node
from nerproc.schema.entity import Entity
from nerproc.web import reveal
from nerproc.web.lines import Lines, lines, options
from nerproc.web.render import address, page
from nerproc.web.reveal import Revealer
from nerproc.web.visitor import ReportReader, Visitor

router = APIRouter()

PAGE = 50  # entities
MATCHES = 50  # objects that match a query, whose entities are looked at together
MOST_STEPS = 10  # of so many objects, until a page says that it found nothing yet

Text = Annotated[str, Query(max_length=8_192)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entities; what is empty is of no matter."""

    label: tuple[str, ...] = ()
    object: str = ""  # its whole name
    score: float | Literal[""] = ""  # at least
    query: str = ""  # that their objects match


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins."""

    cursor: str | None = None  # among the entities
    within: str | None = None  # among the objects that match the query


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of entities, and where the next one begins."""

    entities: list[Entity]
    following: Place | None


def _wanted(
    label: Labels = [],  # noqa: B006 - the framework copies it
    object: Name = "",  # noqa: A002 - the name of the field
    score: Annotated[float, Query(ge=0, le=1)] | Literal[""] = "",
    query: Text = "",
) -> Wanted:
    return Wanted(tuple(label), object, score, query.strip())


def _place(cursor: Cursor = None, within: Cursor = None) -> Place:
    return Place(cursor, within)


TheWanted = Annotated[Wanted, Depends(_wanted)]
ThePlace = Annotated[Place, Depends(_place)]


@router.get("/reports/{report_id}/entities")
def show_entities(  # noqa: PLR0917 - the framework's
    request: Request, node: TheNode, visitor: ReportReader, report_id: UUID, wanted: TheWanted, place: ThePlace
) -> Response:
    """The entities, their texts hidden."""
    return _page(request, node, visitor, report_id, wanted, place, revealed=False)


@router.post("/reports/{report_id}/entities")
def reveal_entities(  # noqa: PLR0917 - the framework's
    request: Request, node: TheNode, visitor: Revealer, report_id: UUID, wanted: TheWanted, place: ThePlace
) -> Response:
    """The entities with their texts."""
    reveal.note(node, visitor, report_id, "entities")
    return _page(request, node, visitor, report_id, wanted, place, revealed=True)


def _page(  # noqa: PLR0917 - of the routes
    request: Request,
    node: Node,
    visitor: Visitor,
    report_id: UUID,
    wanted: Wanted,
    place: Place,
    *,
    revealed: bool,
) -> Response:
    report = node.reports.head(report_id)
    problem: QueryError | None = None
    shown = Shown([], None)
    try:
        shown = _look(node, report_id, wanted, place)
    except QueryError as error:
        problem = error
    path = f"/reports/{report_id}/entities"
    at = asdict(wanted)
    return page(
        request,
        visitor,
        "entities.html",
        status=problem.status if problem else 200,
        report=report,
        labels=sorted({*report.label_counts, *wanted.label}),
        wanted=wanted,
        problem=problem,
        entities=shown.entities,
        place_of=place_of,
        revealed=revealed,
        itself=address(path, **at, **asdict(place)),
        first=address(path, **at) if place != Place() else None,
        following=address(path, **at, **asdict(shown.following)) if shown.following else None,
        filtered=wanted != Wanted(),
        lines=_lines(request, visitor, report_id, wanted),
    )


def _look(node: Node, report: UUID, wanted: Wanted, place: Place) -> Shown:
    if not wanted.query:
        return _among(node, report, wanted, place, objects=[wanted.object] if wanted.object else [], limit=PAGE)
    # Which objects a step looks at follows from where it begins, so that a cursor among their entities holds.
    entities: list[Entity] = []
    for _ in range(MOST_STEPS):
        matches, beyond = node.reports.search(
            report, wanted.query, cursor=place.within, limit=MATCHES, enough=partial(_fill_a_page, wanted)
        )
        objects = [match.object for match in matches if wanted.object in ("", match.object)]
        following = Place(within=beyond) if beyond else None
        if objects:
            limit = PAGE - len(entities)
            shown = _among(node, report, wanted, place, objects=objects, limit=limit)
            entities += shown.entities
            following = shown.following or following
        if len(entities) == PAGE or following is None:
            return Shown(entities, following)
        place = following
    return Shown(entities, place)


def _fill_a_page(wanted: Wanted, matches: Sequence[tuple[str, dict[str, int]]]) -> bool:
    """Whether objects have as many entities as a page shows, whatever their scores."""
    counts = [counts for name, counts in matches if wanted.object in ("", name)]
    labels = wanted.label
    return sum(n for each in counts for label, n in each.items() if not labels or label in labels) >= PAGE


def _among(node: Node, report: UUID, wanted: Wanted, place: Place, *, objects: list[str], limit: int) -> Shown:
    """The entities of those objects, or of all if none is named."""
    found, cursor = node.reports.entities(
        report,
        cursor=place.cursor,
        limit=limit,
        objects=objects,
        labels=wanted.label,
        min_score=wanted.score or 0,
    )
    return Shown(found, Place(cursor, place.within) if cursor else None)


def _lines(request: Request, visitor: Visitor, report: UUID, wanted: Wanted) -> Lines:
    if wanted.query:
        command = ["nerproc", "report", "search", report, wanted.query]
        return lines(request, visitor, f"/reports/{report}/search", command=command, query=wanted.query)
    chosen = {"label": wanted.label, "object": wanted.object, "min_score": wanted.score or None}
    command = ["nerproc", "report", "entities", report, *options(**chosen)]
    return lines(request, visitor, f"/reports/{report}/entities", command=command, **chosen)


def place_of(entity: Entity) -> str:
    """Where an entity stands, in words; without a better place, its offset."""
    found = asdict(entity.location) if entity.location else {}
    words = [
        f"{name} {found[name]}" for name in ("member", "page", "sheet", "row") if found.get(name) is not None
    ]
    return ", ".join(words) or f"at {entity.start:,}"
