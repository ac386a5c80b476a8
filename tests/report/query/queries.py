"""Queries drawn at random, and ways to write them down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from hypothesis import strategies as st
from tests.result.reports import LABELS, texts

from nerproc.report.query.syntax import And, Comparison, Count, Not, Or, Query, Text

labels = st.sampled_from([*LABELS, "IBAN"])
comparisons = st.sampled_from(get_args(Comparison))
leaves: st.SearchStrategy[Query] = st.one_of(
    st.builds(Count, labels, comparisons, st.integers(0, 4) | st.integers(0, 10**18 - 1)),
    st.builds(Text, labels, comparisons | st.just("contains"), texts),
)


def _lists(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[tuple[Query, ...]]:
    return st.lists(inner, min_size=2, max_size=3).map(tuple)


queries: st.SearchStrategy[Query] = st.recursive(
    leaves,
    lambda inner: st.one_of(st.builds(Not, inner), st.builds(And, _lists(inner)), st.builds(Or, _lists(inner))),
    max_leaves=6,
)


def written(query: Query, draw: Callable[[Any], Any]) -> str:
    """A text of the query, one of many: letters of keywords, spaces, quotes, parentheses as drawn."""

    def word(keyword: str) -> str:
        return draw(st.sampled_from([keyword, keyword.lower(), keyword.title()]))

    space = draw(st.sampled_from(["", " ", "\n\t"]))
    match query:
        case Count():
            return f"{word('COUNT')}{space}({space}{query.label}){query.comparison}{space}{query.number}"
        case Text():
            verb = f" {word('CONTAINS')} " if query.comparison == "contains" else f"{space}{query.comparison}"
            return f"{query.label}{verb}{space}{_quoted(query.text, draw)}"
        case Not():
            return f"{word('NOT')} {_inner(query.query, draw)}"
        case And() | Or():
            keyword = word("AND" if isinstance(query, And) else "OR")
            return f" {keyword} ".join(_inner(part, draw) for part in query.queries)


def _inner(query: Query, draw: Callable[[Any], Any]) -> str:
    text = written(query, draw)
    return f"({text})" if isinstance(query, And | Or) or draw(st.booleans()) else text


def _quoted(text: str, draw: Callable[[Any], Any]) -> str:
    quote = draw(st.sampled_from("'\""))
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    if draw(st.booleans()) and not any(ord(letter) > 0xFFFF for letter in text):
        escaped = "".join(f"\\u{ord(letter):04x}" for letter in text)
    return f"{quote}{escaped}{quote}"
