"""What the routes' signatures share: the node, ids, paging, and the errors that a route may answer."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query, Request

from nerproc.errors import InvalidRequest
from nerproc.node import Node

PREFIX = "/api/v1"


def _node(request: Request) -> Node:
    node: Node = request.app.state.node
    return node


TheNode = Annotated[Node, Depends(_node)]
ReportId = Annotated[UUID, Path(description="Id of the report, which is the id of its job.")]
JobId = Annotated[UUID, Path(description="Id of the job.")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next_cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1_000, description="Most items of the page.")]

ModelName = Annotated[str, Path(max_length=200, description="Name of the model, or the id of an imported one.")]

_MEANINGS = {
    403: "Not allowed.",
    404: "There is no such thing.",
    409: "It does not fit what is there, or the state of the job.",
    413: "The body is too large.",
    422: "The request is not valid; `errors` says where.",
    503: "The database, the artifact store or the S3 server does not answer.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer these errors; 422 and 503 any route may."""
    return {status: {"description": _MEANINGS[status]} for status in sorted({*statuses, 422, 503})}


def number_of(cursor: str | None) -> int:
    """The number of the item that a page follows, where cursors are numbers; 0 without one.

    Raises:
        InvalidRequest: it is no such cursor.
    """
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and int(cursor) < 2**63):
        raise not_a_cursor()
    return int(cursor)


def not_a_cursor() -> InvalidRequest:
    """The error about text that is no cursor."""
    return InvalidRequest(
        "The cursor is not valid.", hint="Pass a next_cursor unchanged, to the list it came from."
    )
