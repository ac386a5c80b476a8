"""Text to syntax tree, or an error that points at the place and says what was expected there."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken, v_args

from nerproc.errors import QueryError
from nerproc.report.query.syntax import And, Comparison, Count, Not, Or, Query, Text

MOST_BYTES = 8 * 1024  # of a query in UTF-8
DEEPEST = 64  # parentheses and NOTs in one another
MOST_DIGITS = 18  # of a number: it fits into 64 bits

HINT = """A query looks like COUNT(SSN) > 3 AND NAME CONTAINS "Smith"."""

_WORDS = {
    "LABEL": "a label",
    "_COUNT": "COUNT",
    "_NOT": "NOT",
    "_AND": "AND",
    "_OR": "OR",
    "_CONTAINS": "CONTAINS",
    "LPAR": '"("',
    "RPAR": '")"',
    "COMPARISON": "one of < <= = != >= >",
    "NUMBER": "a number",
    "TEXT": "a text in quotes",
    "$END": "the end of the query",
}
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_WORD = re.compile(r"\w+|.", re.DOTALL)
_TOKEN = re.compile(r"""\w+|[()]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(query: str) -> Query:
    """The syntax tree of a query.

    Raises:
        QueryError: it has an error, is longer than MOST_BYTES or nested deeper than DEEPEST.
    """
    _check_text(query)
    try:
        tree = cast("Query", _parser().parse(query))
    except _Problem as problem:
        raise _error(str(problem), query, problem.position) from None
    except UnexpectedToken as error:
        at_end = error.token.type == "$END"
        position = len(query) if at_end else error.token.start_pos or 0
        raise _unexpected(query, position, error.accepts or error.expected) from None
    except UnexpectedCharacters as error:
        raise _unexpected(query, error.pos_in_stream or 0, error.allowed or ()) from None
    _check_depth(query)
    return tree


class _Problem(Exception):
    """A token that the grammar allows, but that means nothing."""

    def __init__(self, message: str, token: Token, offset: int) -> None:
        super().__init__(message)
        self.position = (token.start_pos or 0) + offset


@v_args(inline=True)
class _Builder(Transformer[Token, Query]):
    """Makes the tree while the text is read, so that no depth of nesting can exhaust the stack."""

    def disjunction(self, *queries: Query) -> Query:
        return Or(queries)

    def conjunction(self, *queries: Query) -> Query:
        return And(queries)

    def negation(self, query: Query) -> Query:
        return Not(query)

    def count(self, label: Token, comparison: Token, number: Token) -> Query:
        if len(number) > MOST_DIGITS:
            raise _Problem("the number is too large", number, 0)
        return Count(str(label), cast("Comparison", str(comparison)), int(number))

    def comparison(self, label: Token, comparison: Token, text: Token) -> Query:
        return Text(str(label), cast("Comparison", str(comparison)), _unescaped(text))

    def containment(self, label: Token, text: Token) -> Query:
        return Text(str(label), "contains", _unescaped(text))


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark.open(
        "grammar.lark", rel_to=__file__, parser="lalr", transformer=_Builder(), maybe_placeholders=False
    )


def _unescaped(token: Token) -> str:
    """The text that a quoted one stands for."""

    def character(escape: re.Match[str]) -> str:
        name = escape[1]
        if name in _ESCAPES:
            return _ESCAPES[name]
        if len(name) == 1 or _SURROGATE.match(meant := chr(int(name[1:], 16))):
            raise _Problem(f"{escape[0]} is no escape", token, 1 + escape.start())
        return meant

    return _ESCAPE.sub(character, token[1:-1])


def _check_text(query: str) -> None:
    surrogate = _SURROGATE.search(query)
    if surrogate:
        raise _error("there is half of a surrogate pair", query, surrogate.start())
    if len(query.encode()) > MOST_BYTES:
        kept = query.encode()[:MOST_BYTES].decode(errors="ignore")
        raise _error(f"the query is longer than {MOST_BYTES} bytes", query, len(kept))


def _check_depth(query: str) -> None:
    """Count the parentheses and NOTs around each token of a query that is known to be well-formed."""
    around = [0]  # per open parenthesis, and outside of all: those that it adds, with its NOTs
    nots = 0
    for token in _TOKEN.finditer(query):
        if token[0].upper() == "NOT":
            nots += 1
        elif token[0] == "(":
            around.append(nots + 1)
            nots = 0
        else:
            if token[0] == ")":
                around.pop()
            nots = 0
        if sum(around) + nots > DEEPEST:
            raise _error(f"the query is nested deeper than {DEEPEST}", query, token.start())


def _unexpected(query: str, position: int, expected: Collection[str]) -> QueryError:
    words = [word for name, word in _WORDS.items() if name in expected]
    wanted = " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    error = _error(f"{_found(query, position)} where {wanted} is expected", query, position)
    word = _WORD.match(query, position)
    if "LABEL" in expected and word and word[0][0].islower():
        error.hint = "Labels are written in capitals, as in COUNT(EMAIL) > 1."
    return error


def _found(query: str, position: int) -> str:
    """What stands there, in words."""
    found = _WORD.match(query, position)
    if found is None:
        return "the query ends"
    if found[0] not in {'"', "'"}:
        return f"there is {found[0]!r}"
    quoted = _TOKEN.match(query, position) is not None
    return "there is a text in quotes" if quoted else "there is a text that no quote ends"


def _error(what: str, query: str, position: int) -> QueryError:
    return QueryError(f"At character {position + 1} {what}.", query=query, position=position, hint=HINT)
