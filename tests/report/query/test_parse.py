from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.query.queries import queries, written

from nerproc.errors import QueryError
from nerproc.report.query.parse import DEEPEST, MOST_BYTES, parse
from nerproc.report.query.syntax import And, Count, Not, Or, Query, Text, labels

X, Y, Z = Text("A", "=", "x"), Text("B", "=", "y"), Text("C", "=", "z")


@given(queries, st.data())
def test_a_query_written_down_is_parsed_back(query: Query, data: st.DataObject) -> None:
    assert parse(written(query, data.draw)) == query


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("COUNT(SSN)>3", Count("SSN", ">", 3)),
        ("count ( SSN ) != 007", Count("SSN", "!=", 7)),
        ('NAME contains "Ann"', Text("NAME", "contains", "Ann")),
        ("A1_B = 'it\\'s \\u0041\\n'", Text("A1_B", "=", "it's A\n")),
        ('A="x" or B="y" and not C="z"', Or((X, And((Y, Not(Z)))))),
        ('(A="x" OR B="y") AND C="z"', And((Or((X, Y)), Z))),
        ('A="x" AND B="y" AND C="z"', And((X, Y, Z))),
        ('ANDROID = "x"', Text("ANDROID", "=", "x")),
        ("COUNT(COUNT) = 0", Count("COUNT", "=", 0)),
        ('\n A = "("\t', Text("A", "=", "(")),
    ],
)
def test_what_a_query_means(query: str, tree: object) -> None:
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "position", "message"),
    [
        ("", 0, 'the query ends where a label, COUNT, NOT or "(" is expected'),
        ("COUNT(SSN) >", 12, "the query ends where a number is expected"),
        ("COUNT(SSN) == 3", 12, "there is '=' where a number is expected"),
        ("COUNT SSN > 3", 6, "there is 'SSN' where \"(\" is expected"),
        ('COUNT(SSN) > "3"', 13, "there is a text in quotes where a number is expected"),
        ('NAME CONTAINS "Ann', 14, "there is a text that no quote ends where a text in quotes is expected"),
        ("NAME = 3", 7, "there is '3' where a text in quotes is expected"),
        ('NAME IN "Ann"', 5, "there is 'IN' where CONTAINS or one of < <= = != >= > is expected"),
        ('NAME = "a" NAME = "b"', 11, "there is 'NAME' where AND, OR or the end of the query is expected"),
        ('(NAME = "a"', 11, 'the query ends where ")" is expected'),
        ('NAME = "a")', 10, "there is ')' where the end of the query is expected"),
        ('NAME = "\\d"', 8, "\\d is no escape"),
        ('NAME = "\\ud800"', 8, "\\ud800 is no escape"),
        ('NAME = "\ud800"', 8, "half of a surrogate pair"),
        ("COUNT(SSN) > 1234567890123456789", 13, "the number is too large"),
    ],
)
def test_an_error_says_where_and_what(query: str, position: int, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert message in caught.value.message
    assert f"At character {position + 1} " in caught.value.message
    assert caught.value.position == position
    assert caught.value.caret().splitlines()[-1] == " " * position + "^"


def test_small_letters_are_no_label_and_the_hint_says_so() -> None:
    with pytest.raises(QueryError) as caught:
        parse('name = "Ann"')
    assert "capitals" in (caught.value.hint or "")


@pytest.mark.parametrize("opening", ["(", "NOT ", "NOT ("])
def test_nesting_is_bounded(opening: str) -> None:
    def nested(times: int) -> str:
        return opening * times + "COUNT(A) > 1" + ")" * (opening * times).count("(")

    most = DEEPEST // (2 if opening == "NOT (" else 1)
    assert labels(parse(nested(most - 1))) == {"A"}
    with pytest.raises(QueryError, match="nested deeper than 64"):
        parse(nested(most + 1))
    with pytest.raises(QueryError, match="nested deeper than 64"):
        parse(nested(1_300))


def test_the_length_is_bounded_in_bytes() -> None:
    frame = len('A = ""')
    assert parse(f'A = "{"é" * ((MOST_BYTES - frame) // 2)}"')
    with pytest.raises(QueryError, match="longer than 8192 bytes"):
        parse(f'A = "{"é" * (MOST_BYTES // 2)}"')
    assert isinstance(parse(" OR ".join(['A="x"'] * 700)), Or)


@given(st.text())
def test_any_text_is_a_query_or_has_an_error_within(query: str) -> None:
    error = None
    try:
        parse(query)
    except QueryError as caught:
        error = caught
    assert error is None or (0 <= error.position <= len(query) and error.hint)
