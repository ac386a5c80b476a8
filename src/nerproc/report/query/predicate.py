"""Decides queries while an object is read, entity by entity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from nerproc.report.query.syntax import COMPARE, And, Count, Not, Or, Query, Text, tests


class GroupMatcher:
    """Says which of some named queries an object matches; one object after another.

    It keeps a count per label and which tests of texts have passed, never the entities: its memory is that of
    the queries.
    """

    def __init__(self, queries: Mapping[str, Query]) -> None:
        self._queries = dict(queries)
        every = {test for query in queries.values() for test in tests(query)}
        self._counted = {test.label for test in every if isinstance(test, Count)}
        self._texts: defaultdict[str, list[Text]] = defaultdict(list)
        for test in every:
            if isinstance(test, Text):
                self._texts[test.label].append(test)
        self.begin()

    def begin(self) -> None:
        """Start an object."""
        self._counts = dict.fromkeys(self._counted, 0)
        self._held: set[Text] = set()
        self._open = dict(self._texts)  # tests that no entity has passed yet

    def see(self, label: str, text: str) -> None:
        """Take an entity of the object into account."""
        if label in self._counts:
            self._counts[label] += 1
        undecided = self._open.get(label)
        if undecided:
            passed = [test for test in undecided if test.holds(text)]
            if passed:
                self._held.update(passed)
                self._open[label] = [test for test in undecided if test not in self._held]

    def matches(self) -> list[str]:
        """The names of the queries that hold for what was seen since `begin`, in the order given."""
        return [name for name, query in self._queries.items() if _holds(query, self._counts, self._held)]


def _holds(query: Query, counts: Mapping[str, int], held: Collection[Text]) -> bool:
    match query:
        case Count():
            return COMPARE[query.comparison](counts[query.label], query.number)
        case Text():
            return query in held
        case Not():
            return not _holds(query.query, counts, held)
        case And():
            return all(_holds(part, counts, held) for part in query.queries)
        case Or():
            return any(_holds(part, counts, held) for part in query.queries)
