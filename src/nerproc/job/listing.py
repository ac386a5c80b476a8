"""The list of jobs as people look through it: filtered, searched, and sorted in several ways.

Pages follow a key and an id, not an offset: the hundredth costs what the first does. A page is found by the
columns of `job` alone; only its own jobs are then summed up.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

from psycopg.errors import DataError

from nerproc.db.database import Database
from nerproc.errors import InvalidRequest
from nerproc.job.jobs import JobRecord, Jobs
from nerproc.job.state import State
from nerproc.schema.report import JobKind

Sort = Literal["newest", "oldest", "name", "largest", "longest"]
SORTS: tuple[Sort, ...] = get_args(Sort)

# By what each sorts: an expression, its type, and whether the highest comes first.
_KEYS: dict[Sort, tuple[str, str, bool]] = {
    "newest": ("created_at", "timestamptz", True),
    "oldest": ("created_at", "timestamptz", False),
    "name": ("lower(name)", "text", False),
    "largest": ("billed", "bigint", True),
    "longest": ("coalesce(extract(epoch FROM finished_at - started_at), 0)::float8", "float8", True),
}
_FILTERS = {
    "state": "state = %(state)s",
    "kind": "kind = %(kind)s",
    "model": "model = %(model)s AND model_id IS NULL",
    "model_id": "model_id = %(model_id)s",
    "words": "(strpos(lower(name), lower(%(words)s)) > 0 OR starts_with(id::text, lower(%(words)s)))",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs to list, and how."""

    state: State | None = None
    kind: JobKind | None = None
    words: str | None = None  # in the name, or the first letters of the id
    sort: Sort = "newest"
    model: str | None = None  # name of one that is not stored
    model_id: UUID | None = None  # of a stored one


def list_jobs(
    database: Database, jobs: Jobs, wanted: Wanted, *, cursor: str | None = None, limit: int = 50
) -> tuple[list[JobRecord], str | None]:
    """A page of jobs, and the cursor of the next one.

    Raises:
        InvalidRequest: the cursor is of another list, or none.
    """
    values = {name: value for name in _FILTERS if (value := getattr(wanted, name))}
    values |= {"limit": limit + 1, **(_place(cursor, wanted.sort) if cursor else {})}
    try:
        rows = database.fetch_all(statement(wanted, follows=cursor is not None), values, retry=True)
    except DataError:  # the key of a cursor is no date, or no number
        raise _not_a_place() from None
    following = _cursor(wanted.sort, rows[limit - 1]) if len(rows) > limit else None
    return jobs.several([row["id"] for row in rows[:limit]]), following


def statement(wanted: Wanted, *, follows: bool) -> str:
    """The query for a page: the first one, or one that `follows` another."""
    key, kind, descending = _KEYS[wanted.sort]
    order = "DESC" if descending else "ASC"
    conditions = [text for name, text in _FILTERS.items() if getattr(wanted, name)]
    if follows:
        conditions.append(f"({key}, id) {'<' if descending else '>'} (%(key)s::{kind}, %(id)s::uuid)")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    return (
        f"SELECT id, ({key})::text AS key FROM job {where} ORDER BY {key} {order}, id {order} LIMIT %(limit)s"
    )


def _cursor(sort: Sort, row: dict[str, Any]) -> str:
    """The place behind a job, as text that needs no escapes in a URL."""
    place = json.dumps([sort, row["key"], str(row["id"])])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place(cursor: str, sort: Sort) -> dict[str, Any]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        of, key, job = json.loads(text)
        fits = of == sort and isinstance(key, str) and "\0" not in key
        place = {"key": key, "id": UUID(job)}
    except (ValueError, TypeError, AttributeError):
        fits, place = False, {}
    if not fits:
        raise _not_a_place()
    return place


def _not_a_place() -> InvalidRequest:
    return InvalidRequest("The place in the list is not valid.", hint="Begin with its first page.")
