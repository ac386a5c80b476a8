"""What an export is made of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from nerproc.job.part import PartRef
from nerproc.result.read import ResultReader
from nerproc.schema.report import Report
from nerproc.source.base import Source


def _nowhere() -> Source | None:
    return None


@dataclass(frozen=True, slots=True)
class Found:
    """The results of a report, and what of them is to be exported."""

    reader: ResultReader
    parts: Sequence[PartRef]
    report: Callable[[], Report]  # asked only by those who say what the report as a whole is
    source: Callable[[], Source | None] = _nowhere  # to read objects again; None where they are not at hand
    labels: Collection[str] = ()  # only these, if any are given
    reveal: bool = False  # whether forms that can do without the texts of entities have them
