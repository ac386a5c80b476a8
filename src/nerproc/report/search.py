"""Search over the objects of a report."""

from __future__ import annotations

from collections.abc import Sequence

from nerproc.job.part import PartRef
from nerproc.report.query.sql import condition
from nerproc.report.query.syntax import Query
from nerproc.result.page import Enough
from nerproc.result.read import ResultReader
from nerproc.schema.report import ObjectMatch


def search(
    reader: ResultReader,
    parts: Sequence[PartRef],
    query: Query,
    *,
    cursor: str | None = None,
    limit: int = 100,
    enough: Enough = lambda _: False,
) -> tuple[list[ObjectMatch], str | None]:
    """A page of the objects that match, in order, and the cursor of the next one.

    Only objects that were read can match: of a skipped or failed one nobody knows. With `enough`, which is
    asked now and then of names and counts per label, a page may be shorter, and the next one may be empty.

    Raises:
        InvalidRequest: the cursor is not valid.
    """
    found, following = reader.search(parts, condition(query), cursor=cursor, limit=limit, enough=enough)
    return [ObjectMatch(object=name, label_counts=counts) for name, counts in found], following
