"""All pattern tables in one pass: events -> exact matches -> validated -> scored by context.

What it finds is what each pattern would find alone with `finditer`, its validator and its context words; only
the order of the work differs. Overlaps are left to `detection/merge.py`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import regex

from nerproc.detection.pattern.confirm import Confirmer, Match
from nerproc.detection.pattern.context import Context, Near, raised
from nerproc.detection.pattern.database import CASELESS, EXACT, Database, Expression
from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.span import Hint, Span

_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")  # which hyperscan does not know

Events = dict[int, dict[int, int]]  # number of the expression -> start -> largest end


class PatternDetector:
    """Finds what the rows of pattern tables describe."""

    def __init__(
        self,
        patterns: Sequence[Pattern],
        *,
        floor: Callable[[str], float] = lambda _label: 0.0,
        cache: Path | None = None,
    ) -> None:
        """Compile `patterns`.

        Args:
            patterns: the rows; their order decides between equals.
            floor: label -> score below which a match is of no use to the caller, and left out.
            cache: folder for the compiled database, so that the next process need not compile it.
        """
        self.warnings: list[str] = []
        self._rules = [_Rule(pattern, floor(pattern.label)) for pattern in patterns]
        numbers: dict[Expression, int] = {}
        self._rules_of: dict[int, list[int]] = defaultdict(list)  # expression -> rules that it is the gate of
        self._number_of: list[int] = []  # the inverse
        for rule, pattern in enumerate(patterns):
            number = numbers.setdefault(_gate(pattern), len(numbers))
            self._rules_of[number].append(rule)
            self._number_of.append(number)
        self._database = Database(list(numbers), cache=cache) if numbers else None

    def detect(self, text: str, hint: Hint | None = None) -> list[Span]:
        """The matches in `text`, pattern by pattern; possibly overlapping."""
        if self._database is None:
            return []
        data = text.encode("utf-8", "replace")  # a lone surrogate becomes one byte: offsets hold
        events: Events = defaultdict(dict)
        self._database.scan(data, _keep_largest_end, events)
        if not events:
            return []
        in_order = _in_code_points(events, data, is_ascii=len(data) == len(text))
        near = Near(text, hint)
        spans: list[Span] = []
        for rule in sorted(rule for number in events for rule in self._rules_of[number]):
            self._rules[rule].judge(text, in_order[self._number_of[rule]], near, spans)
        return spans


class _Rule:
    """A pattern with what it needs to judge its matches."""

    def __init__(self, pattern: Pattern, floor: float) -> None:
        self._label = pattern.label
        self._kind = pattern.kind
        self._score = pattern.score
        self._raised = raised(pattern.score)
        self._validator = pattern.validator
        self._context = Context.of(pattern.context) if pattern.context else None
        self._floor = floor
        flags = regex.ASCII | (regex.IGNORECASE if pattern.ignore_case else 0)
        self._confirmer = Confirmer(pattern.expression, flags, prefix=pattern.prefix)
        self._confirms = pattern.confirms or pattern.score >= floor

    def judge(self, text: str, events: list[Match], near: Near, spans: list[Span]) -> None:
        """Append the matches among `events` that the validator lets pass and that reach the floor."""
        found: list[Match] = []
        self._confirmer.find(text, events, found)
        for start, end in found:
            if not self._confirms and self._without_proof(near, start, end) < self._floor:
                continue
            verdict = self._validator(text[start:end]) if self._validator is not None else None
            if verdict is False:
                continue
            score = 1.0 if verdict else self._without_proof(near, start, end)
            if score >= self._floor:
                spans.append(Span(start, end, self._label, self._kind, score, "pattern", verdict is True))

    def _without_proof(self, near: Near, start: int, end: int) -> float:
        """The score by form and context alone."""
        if self._context is not None and near.has(self._context, start, end):
            return self._raised
        return self._score


def _gate(pattern: Pattern) -> Expression:
    source = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), pattern.gate or pattern.expression)
    return Expression(source, EXACT | (CASELESS if pattern.ignore_case else 0))


def _keep_largest_end(number: int, start: int, end: int, _flags: int, events: Events) -> None:
    events[number][start] = end  # events come in order of their ends


def _in_code_points(events: Events, data: bytes, *, is_ascii: bool) -> dict[int, list[Match]]:
    """Events by expression, in order of their starts, with byte offsets turned into code points."""
    in_order = {number: sorted(found.items()) for number, found in events.items()}
    if is_ascii:
        return in_order
    continuation = np.flatnonzero(np.frombuffer(data, np.int8) < -64)
    offsets = np.array([match for found in in_order.values() for match in found], dtype=np.int64)
    points = iter((offsets - np.searchsorted(continuation, offsets)).tolist())
    return {number: [tuple(next(points)) for _ in found] for number, found in in_order.items()}
