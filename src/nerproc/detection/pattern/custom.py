"""Labels that users define: custom tags by regular expression, deny lists by text.

Users expect Unicode classes and all of `regex`'s syntax, hyperscan has ASCII classes where it reports starts,
and no look-around. So a tag runs in the fastest of three ways that gives exactly what `finditer` gives:

1. located: in windows of ASCII, hyperscan reports starts and ends, and the expression is confirmed there;
2. gated: elsewhere, hyperscan tells (too often, never too seldom) whether the window can hold a match at all,
   and only then `finditer` runs over it;
3. plain: what hyperscan refuses runs under `finditer` alone.

Each tag has a budget of time for each window; what it found before the budget ran out is kept, and a warning
says so. Everything found has score 1.0 and source "custom".
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex

from nerproc.detection.pattern.confirm import Confirmer, Match
from nerproc.detection.pattern.database import EXACT, GATE, Database, Expression, Refused
from nerproc.detection.span import Hint, Span
from nerproc.errors import PatternError
from nerproc.schema.entity import MAX_ENTITY_LENGTH

BUDGET = 0.5  # seconds for each tag and window
MAX_EVENTS = 200_000  # for each window; beyond, `finditer` is the faster way

# Text on which an expression that can match nothing at all (`a*`, `\b`) does so.
_PROBES = ("", "aZ0_ -.\n")
# Braces that are a repeat to hyperscan and to `regex` alike; others mean different things to them.
_REPEAT = regex.compile(r"\\.|\{\d+(?:,\d*)?\}|\\[px]\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class CustomTag:
    """A label and the expression that finds it."""

    label: str
    expression: str
    ignore_case: bool = False


def deny_tag(label: str, texts: Sequence[str]) -> CustomTag:
    """Finds `texts` as whole words, whatever their case; the longest where several begin at one place."""
    ordered = sorted({text for text in texts if text.strip()}, key=lambda text: (-len(text), text))
    return CustomTag(label, rf"(?<!\w)(?:{'|'.join(map(regex.escape, ordered))})(?!\w)", ignore_case=True)


class CustomDetector:
    """Finds what users define."""

    is_light = False  # their expressions may take all the time and memory that there is

    def __init__(self, tags: Sequence[CustomTag], *, cache: Path | None = None) -> None:
        """Compile `tags`; takes as long as it takes (`trial.py` bounds it).

        Raises:
            PatternError: an expression is not valid, or matches the empty text.
        """
        self.warnings: list[str] = []
        self._tags = list(tags)
        self._compiled = [compiled(tag) for tag in tags]
        self._located = _Located(tags, cache)
        self._gates = _Gates(tags, cache)

    def detect_all(self, texts: Sequence[tuple[str, Hint | None]]) -> list[list[Span]]:
        """For each of `texts` its matches, tag by tag."""
        return [self.detect(text) for text, _ in texts]

    def detect(self, text: str) -> list[Span]:
        """The matches in `text`, tag by tag."""
        data = text.encode("utf-8", "replace")
        located = self._located.events(data) if text.isascii() else None
        possible = self._gates.possible(data)
        spans: list[Span] = []
        for number, tag in enumerate(self._tags):
            found: list[Match] = []
            try:
                if located is not None and number in self._located.numbers:
                    if number in located:
                        self._confirm(number, text, located[number], found)
                elif number in possible:
                    self._find_all(number, text, found)
            except TimeoutError:
                self.warnings.append(
                    f"custom tag {tag.label} ran out of time ({BUDGET} s); matches may be missing"
                )
            spans += [Span(start, end, tag.label, None, 1.0, "custom", False) for start, end in found]
        return spans

    def _confirm(self, number: int, text: str, events: list[Match], found: list[Match]) -> None:
        tag = self._tags[number]
        deadline = time.monotonic() + BUDGET
        Confirmer(tag.expression, _flags(tag), deadline=deadline).find(text, events, found)

    def _find_all(self, number: int, text: str, found: list[Match]) -> None:
        for match in self._compiled[number].finditer(text, timeout=BUDGET):
            start, end = match.span()
            if start < end <= start + MAX_ENTITY_LENGTH:
                found.append((start, end))


def compiled(tag: CustomTag) -> Any:
    """The expression of `tag` for `regex`.

    Raises:
        PatternError: it is not valid, or matches the empty text.
    """
    try:
        expression = regex.compile(tag.expression, _flags(tag))
    except regex.error as error:
        raise PatternError(
            f"the expression of {tag.label} is not valid: {error.msg}",
            tag=tag.label,
            position=error.pos,
            hint="the syntax is that of the Python package regex",
        ) from error
    except (OverflowError, RecursionError, MemoryError) as error:
        raise PatternError(
            f"the expression of {tag.label} is too large", tag=tag.label, position=None
        ) from error
    if any(not match[0] for probe in _PROBES for match in expression.finditer(probe, timeout=BUDGET)):
        raise PatternError(
            f"the expression of {tag.label} matches the empty text",
            tag=tag.label,
            position=0,
            hint="write it so that it matches at least one character",
        )
    return expression


def _flags(tag: CustomTag) -> int:
    return int(regex.IGNORECASE) if tag.ignore_case else 0


def _means_the_same(expression: str) -> bool:
    """Whether hyperscan reads the braces of `expression` as `regex` does (not `{,3}` or `{e<=1}`)."""
    return "{" not in _REPEAT.sub("", expression)


class _Located:
    """The tags whose matches hyperscan can locate in ASCII text."""

    def __init__(self, tags: Sequence[CustomTag], cache: Path | None) -> None:
        accepted = _accepted(tags, EXACT, cache)
        self.numbers = frozenset(accepted)
        self._number_of = sorted(accepted)
        self._database = _database([accepted[number] for number in self._number_of], cache)

    def events(self, data: bytes) -> Mapping[int, list[Match]] | None:
        """Events by tag, in order of their starts; None if there are too many to be of use."""
        if self._database is None:
            return {}
        events: dict[int, dict[int, int]] = defaultdict(dict)
        left = MAX_EVENTS

        def keep_largest_end(number: int, start: int, end: int, _flags: int, _context: None) -> bool:
            nonlocal left
            left -= 1
            events[number][start] = end
            return left < 0

        if not self._database.scan(data, keep_largest_end, None):
            return None
        return {self._number_of[number]: sorted(found.items()) for number, found in events.items()}


class _Gates:
    """Which tags can match in a window at all."""

    def __init__(self, tags: Sequence[CustomTag], cache: Path | None) -> None:
        accepted = _accepted(tags, GATE, cache)
        self._plain = frozenset(range(len(tags))) - accepted.keys()
        self._number_of = sorted(accepted)
        self._database = _database([accepted[number] for number in self._number_of], cache)

    def possible(self, data: bytes) -> set[int]:
        """The tags without a gate, and those whose gate matches."""
        possible = set(self._plain)
        if self._database is not None:
            self._database.scan(data, lambda number, *_: possible.add(self._number_of[number]), None)
        return possible


def _accepted(tags: Sequence[CustomTag], flags: int, cache: Path | None) -> dict[int, Expression]:
    """The tags that hyperscan compiles with `flags`."""
    accepted: dict[int, Expression] = {}
    for number, tag in enumerate(tags):
        inline = "(?i)" if tag.ignore_case else ""
        expression = Expression(inline + tag.expression, flags)
        if not _means_the_same(tag.expression):
            continue
        try:
            Database([expression], cache=cache)
        except Refused:
            continue
        accepted[number] = expression
    return accepted


def _database(expressions: Iterable[Expression], cache: Path | None) -> Database | None:
    expressions = list(expressions)
    return Database(expressions, cache=cache) if expressions else None
