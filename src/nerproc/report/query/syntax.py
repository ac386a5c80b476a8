"""The syntax tree of a query."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Comparison = Literal["<", "<=", "=", "!=", ">=", ">"]

COMPARE: Mapping[Comparison, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True, slots=True)
class Count:
    """The number of entities of a label compares so."""

    label: str
    comparison: Comparison
    number: int


@dataclass(frozen=True, slots=True)
class Text:
    """Any entity of a label has a text that compares so, or contains the text given."""

    label: str
    comparison: Comparison | Literal["contains"]
    text: str

    def holds(self, text: str) -> bool:
        """Whether the text of an entity satisfies it."""
        if self.comparison == "contains":
            return self.text in text
        return COMPARE[self.comparison](text, self.text)


@dataclass(frozen=True, slots=True)
class Not:
    """The query does not hold."""

    query: Query


@dataclass(frozen=True, slots=True)
class And:
    """All of the queries hold."""

    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the queries holds."""

    queries: tuple[Query, ...]


Query: TypeAlias = Count | Text | Not | And | Or


def tests(query: Query) -> Iterator[Count | Text]:
    """The tests in a query, from left to right."""
    match query:
        case Not():
            yield from tests(query.query)
        case And() | Or():
            for part in query.queries:
                yield from tests(part)
        case _:
            yield query


def labels(query: Query) -> frozenset[str]:
    """The labels that a query asks about."""
    return frozenset(test.label for test in tests(query))
