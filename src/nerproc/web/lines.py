"""The same as a page shows, for a command line: with nerproc's own command, and with curl."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from nerproc.api.parameter import PREFIX
from nerproc.web.visitor import Visitor

_HEADER = "Authorization: Bearer $NERPROC_API_TOKEN"
Value = str | float | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Lines:
    """Two lines for a shell."""

    command: str | None  # None: nerproc's command has no way to say it
    curl: str


def lines(
    request: Request, visitor: Visitor, path: str, *, command: Sequence[object] | None, **query: Value
) -> Lines:
    """The lines for a route of the API; what of the query is empty is left out."""
    fields = [f"{name}={value}" for name, value in _given(query)]
    words = ["-G"] if fields else []
    words.append(_url(request, path))
    for field in fields:
        words += ["--data-urlencode", quoted(field)]
    return _lines(visitor, command, words)


def posted(
    request: Request, visitor: Visitor, path: str, *, command: Sequence[object] | None, body: Mapping[str, Any]
) -> Lines:
    """The lines for a route of the API that takes `body`."""
    text = json.dumps(body, ensure_ascii=False)
    words = ["-H", quoted("Content-Type: application/json"), "-d", quoted(text), _url(request, path)]
    return _lines(visitor, command, words)


def _lines(visitor: Visitor, command: Sequence[object] | None, words: Sequence[str]) -> Lines:
    # In quotes that let the shell put the token in.
    proof = ["-H", f'"{_HEADER}"'] if visitor.asked else []
    return Lines(None if command is None else shell(command), " ".join(["curl", *proof, *words]))


def _url(request: Request, path: str) -> str:
    return quoted(f"{str(request.base_url).rstrip('/')}{PREFIX}{path}")


def options(**given: Value) -> list[str]:
    """Options of a command, each as often as it has values; `_` stands for `-`."""
    return [word for name, value in _given(given) for word in (f"--{name.replace('_', '-')}", value)]


def shell(words: Sequence[object]) -> str:
    """A line that a shell takes for those words."""
    return " ".join(quoted(str(word)) for word in words)


def quoted(word: str) -> str:
    """A word for a shell. What one cannot see in it is written as escapes, so that a line is what it seems."""
    if word.isprintable():
        return shlex.quote(word)
    return "$'" + "".join(map(_escaped, word)) + "'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _given(values: Mapping[str, Value]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, str) or value is None:
            several: Sequence[str] = [value] if value else []
        elif isinstance(value, int | float):
            several = [f"{value:g}"] if value else []
        else:
            several = value
        pairs += [(name, one) for one in several]
    return pairs
