"""A query as SQL over the files of a report's parts.

Counts come from the counts per label that each object's row has; only tests of texts read entities. DuckDB
compares strings by their UTF-8 bytes, which is the order of code points, as in `predicate`.
"""

from __future__ import annotations

from nerproc.report.query.syntax import And, Count, Not, Or, Query, Text, tests
from nerproc.result.condition import Condition, TextTest


def condition(query: Query) -> Condition:
    """What the objects that a search finds satisfy."""
    texts = list(dict.fromkeys(test for test in tests(query) if isinstance(test, Text)))
    parameters: list[str | int] = []
    expression = _expression(query, {text: f"test_{number}" for number, text in enumerate(texts)}, parameters)
    return Condition(expression, tuple(parameters), tuple(_text_test(text) for text in texts))


def _expression(query: Query, flags: dict[Text, str], parameters: list[str | int]) -> str:
    match query:
        case Count():
            parameters += [query.label, query.number]
            return f"coalesce(label_counts[?], 0) {query.comparison} ?"
        case Text():
            return f"coalesce({flags[query]}, false)"
        case Not():
            return f"NOT ({_expression(query.query, flags, parameters)})"
        case And():
            return " AND ".join(f"({_expression(part, flags, parameters)})" for part in query.queries)
        case Or():
            return " OR ".join(f"({_expression(part, flags, parameters)})" for part in query.queries)


def _text_test(text: Text) -> TextTest:
    if text.comparison == "contains":
        return TextTest(text.label, "contains(text, ?)", text.text)
    return TextTest(text.label, f"text {text.comparison} ?", text.text)
