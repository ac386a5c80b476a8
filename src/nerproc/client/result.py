"""The part of `nerproc.Client` that is about what reports found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from nerproc.client.transport import Transport
from nerproc.client.value import EntityPage, ObjectResult, Report, read
from nerproc.schema.entity import Entity
from nerproc.schema.name import ExportFormat
from nerproc.schema.report import Group, ObjectMatch, ObjectStatus

PAGE = 1_000  # items


class ResultCalls:
    """Methods of `Client`."""

    _http: Transport

    def report(self, report: UUID | str) -> Report:
        """A report and what it found so far.

        Raises:
            NotFound: there is no such report.
        """
        return read(Report, self._http.get(f"/reports/{report}")).bound(self)

    def group(self, report: UUID | str, group: UUID | str) -> Group:
        """A group of a report.

        Raises:
            NotFound: there is no such report, or it has no such group.
        """
        return read(Group, self._http.get(f"/reports/{report}/groups/{group}"))

    def entities(
        self,
        report: UUID | str,
        *,
        label: str | Sequence[str] | None = None,
        object: str | Sequence[str] | None = None,  # noqa: A002 - the name of the field
        min_score: float | None = None,
    ) -> Iterator[Entity]:
        """Every entity in order, or those of some labels or objects, or of at least a score, 0 to 1.

        Pages are read as they are needed.

        Raises:
            NotFound: there is no such report.
        """
        parameters = {"label": label, "object": object, "min_score": min_score, "limit": PAGE}
        return map(Entity.from_dict, self._http.pages(f"/reports/{report}/entities", parameters))

    def entity_page(
        self,
        report: UUID | str,
        *,
        label: str | Sequence[str] | None = None,
        object: str | Sequence[str] | None = None,  # noqa: A002 - the name of the field
        cursor: str | None = None,
        limit: int = 100,
    ) -> EntityPage:
        """A page of entities in order, or of those of some labels or objects; `cursor` is the last page's.

        Raises:
            NotFound: there is no such report.
            InvalidRequest: the cursor is not valid, or the limit is none from 1 to 1,000.
        """
        parameters = {"label": label, "object": object, "cursor": cursor, "limit": limit}
        page = self._http.get(f"/reports/{report}/entities", parameters)
        return EntityPage(tuple(map(Entity.from_dict, page["items"])), page["next_cursor"])

    def objects(self, report: UUID | str, *, status: ObjectStatus | None = None) -> Iterator[ObjectResult]:
        """Every object in order, or those that ended in one way.

        Raises:
            NotFound: there is no such report.
        """
        pages = self._http.pages(f"/reports/{report}/objects", {"status": status, "limit": PAGE})
        return (read(ObjectResult, item) for item in pages)

    def search(self, report: UUID | str, query: str) -> Iterator[ObjectMatch]:
        """Every object that matches a query.

        Raises:
            QueryError: the query is not valid.
            NotFound: there is no such report.
        """
        pages = self._http.pages(f"/reports/{report}/search", {"query": query, "limit": PAGE})
        return (read(ObjectMatch, item) for item in pages)

    def export(
        self,
        report: UUID | str,
        format: ExportFormat = "jsonl",  # noqa: A002 - the usual name
        *,
        label: str | Sequence[str] | None = None,
        reveal: bool = False,
    ) -> Iterator[bytes]:
        """A report as one file, piece by piece: `file.writelines(client.export(report, "csv"))`.

        With labels, it has only their entities. `sarif` and `html` have the texts of entities only with
        `reveal`; the other formats always have them.

        Raises:
            NotFound: there is no such report.
        """
        parameters = {"format": format, "label": label, "reveal": "true" if reveal else None}
        return self._http.pieces(f"/reports/{report}/export", parameters)
