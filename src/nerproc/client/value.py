"""What `nerproc.Client` gives: values of the wire that notebooks show, and tables for pandas, Arrow and DuckDB.

What they look like is `display.py`'s business, how a table is made `frame.py`'s; both are loaded when needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

from pydantic import PrivateAttr

from nerproc.errors import InvalidRequest
from nerproc.schema import report as wire
from nerproc.schema.entity import Entity

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

    from nerproc.client.result import ResultCalls

W = TypeVar("W", bound=wire.Wire)
Labels = str | Sequence[str] | None


def read(kind: type[W], value: Any) -> W:
    """A value of the wire; fields that a newer head adds are passed over."""
    return kind.model_validate(value, extra="ignore")


class Bound(wire.Wire):
    """A job that knows the client it came from, so that its entities can be asked for."""

    _client: ResultCalls | None = PrivateAttr(default=None)

    def bound(self, client: ResultCalls) -> Self:
        """The same value, with its client."""
        self._client = client
        return self

    def __eq__(self, other: object) -> bool:
        """Whether the values are the same; who gave them does not matter."""
        return isinstance(other, wire.Wire) and self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]  # it has lists

    def _report(self) -> UUID:
        raise NotImplementedError

    def to_duckdb(self, *, label: Labels = None) -> duckdb.DuckDBPyRelation:
        """All entities, or those of some labels, as a relation in a DuckDB database in memory.

        Raises:
            InvalidRequest: this is a training, or did not come from a client.
            NotFound: the report was deleted.
        """
        from nerproc.client.frame import from_parquet

        if self._client is None:
            raise InvalidRequest(
                "This value did not come from a client.", hint="Get it by Client.report or job."
            )
        return from_parquet(self._client.export(self._report(), "parquet", label=label))

    def to_pandas(self, *, label: Labels = None) -> pd.DataFrame:
        """All entities, or those of some labels, as a data frame; it has to fit into memory.

        Raises:
            SettingsError: pandas is not installed.
            InvalidRequest: see `to_duckdb`.
        """
        from nerproc.client.frame import need, to_pandas

        need("pandas")
        return to_pandas(self.to_duckdb(label=label))

    def to_arrow(self, *, label: Labels = None) -> pa.Table:
        """All entities, or those of some labels, as an Arrow table; it has to fit into memory.

        Raises:
            SettingsError: pyarrow is not installed.
            InvalidRequest: see `to_duckdb`.
        """
        from nerproc.client.frame import need, to_arrow

        need("pyarrow")
        return to_arrow(self.to_duckdb(label=label))


class Report(Bound, wire.Report):
    """A report and what it found so far; see `nerproc.schema.report.Report` for its fields."""

    def _report(self) -> UUID:
        return self.id

    def _repr_html_(self) -> str:
        """What notebooks show: counts, and entities by label."""
        from nerproc.client.display import report_html

        return report_html(self)


class Job(Bound, wire.Job):
    """A job as lists show it; see `nerproc.schema.report.Job` for its fields."""

    def _report(self) -> UUID:
        if self.kind != "inference":
            raise InvalidRequest(f"The job {self.id} is a training, and has no entities.")
        return self.id

    def _repr_html_(self) -> str:
        """What notebooks show: how far it is."""
        from nerproc.client.display import job_html

        return job_html(self)


class ObjectResult(wire.ObjectResult):
    """An object of a report; see `nerproc.schema.report.ObjectResult` for its fields."""

    def _repr_html_(self) -> str:
        """What notebooks show: how its text begins, with what was found there."""
        from nerproc.client.display import object_html

        return object_html(self)


@dataclass(frozen=True, slots=True)
class EntityPage(Sequence[Entity]):
    """A page of entities; `next_cursor` asks for the next one, and is None on the last."""

    items: tuple[Entity, ...]
    next_cursor: str | None

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, place: Any) -> Any:
        return self.items[place]

    def __iter__(self) -> Iterator[Entity]:
        return iter(self.items)

    def _repr_html_(self) -> str:
        """What notebooks show: the entities in what stands around them."""
        from nerproc.client.display import page_html

        return page_html(self)

    def to_duckdb(self) -> duckdb.DuckDBPyRelation:
        """The entities of the page as a relation in a DuckDB database in memory."""
        from nerproc.client.frame import from_entities

        return from_entities(self.items)

    def to_pandas(self) -> pd.DataFrame:
        """The entities of the page as a data frame.

        Raises:
            SettingsError: pandas is not installed.
        """
        from nerproc.client.frame import need, to_pandas

        need("pandas")
        return to_pandas(self.to_duckdb())

    def to_arrow(self) -> pa.Table:
        """The entities of the page as an Arrow table.

        Raises:
            SettingsError: pyarrow is not installed.
        """
        from nerproc.client.frame import need, to_arrow

        need("pyarrow")
        return to_arrow(self.to_duckdb())
