"""Errors survive the way over the wire."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerproc import errors
from nerproc.errors import NerprocError, PatternError, QueryError
from nerproc.schema.problem import error_of, problem_of
from nerproc.schema.report import Problem


def kinds(root: type[NerprocError]) -> Iterator[type[NerprocError]]:
    yield root
    for kind in root.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield from kinds(kind)


def over_the_wire(error: NerprocError) -> NerprocError:
    return error_of(Problem.model_validate_json(problem_of(error).model_dump_json(exclude_none=True)))


@pytest.mark.parametrize(
    "kind", [kind for kind in kinds(NerprocError) if kind not in {QueryError, PatternError}]
)
def test_every_class_comes_back(kind: type[NerprocError]) -> None:
    back = over_the_wire(kind("what happened", hint="what to do"))
    assert type(back) is kind
    assert (back.message, back.hint) == ("what happened", "what to do")


def test_slugs_are_unique() -> None:
    slugs = [kind.slug for kind in kinds(NerprocError)]
    assert len(slugs) == len(set(slugs))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1), st.data())
def test_the_place_in_a_query_comes_back(query: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(query)))
    error = QueryError("a number is expected", query=query, position=position)
    back = over_the_wire(error)
    assert isinstance(back, QueryError)
    assert (back.query, back.position, back.caret()) == (query, position, error.caret())


@given(st.text(min_size=1), st.none() | st.integers(0, 100))
def test_the_place_in_an_expression_comes_back(tag: str, position: int | None) -> None:
    tag = tag.encode("utf-8", "replace").decode()
    back = over_the_wire(PatternError("missing )", tag=tag, position=position))
    assert isinstance(back, PatternError)
    assert (back.tag, back.position) == (tag, position)


def test_an_unknown_slug_is_an_error_all_the_same() -> None:
    problem = Problem(type="/docs#new", title="New", status=418, detail="of a newer head", slug="new")
    assert type(error_of(problem)) is NerprocError
