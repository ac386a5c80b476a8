"""All pattern tables in one pass: events -> exact matches -> validated -> scored by context.

What it finds is what each pattern would find alone with `finditer`, its validator and its context words; only
the order of the work differs. Patterns that can only match beside a digit are looked for there alone, and of
those the ones that are of no use without a context word only where such a word stands near. Overlaps are left
to `detection/merge.py`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import reduce
from itertools import accumulate, pairwise
from operator import or_
from pathlib import Path

import numpy as np
import regex
from numpy.typing import NDArray

from nerproc.detection.pattern.confirm import Confirmer, Match
from nerproc.detection.pattern.context import Context, Near, raised
from nerproc.detection.pattern.database import CASELESS, EXACT, Database, Expression
from nerproc.detection.pattern.analysis import needs_digit, starts_once
from nerproc.detection.pattern.pattern import Necessary, Pattern
from nerproc.detection.pattern.stretch import Stretches, beside_digits
from nerproc.detection.pattern.vocabulary import Vocabulary
from nerproc.detection.span import Hint, Span

_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")  # which hyperscan does not know

Offsets = NDArray[np.int64]


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
            cache: folder for the compiled databases, so that the next process need not compile them.
        """
        self.warnings: list[str] = []
        self._rules = [_Rule(number, pattern, floor(pattern.label)) for number, pattern in enumerate(patterns)]
        possible = [number for number, rule in enumerate(self._rules) if not rule.is_hopeless]
        numeral = {n for n in possible if patterns[n].numeral or needs_digit(_gate(patterns[n]).source)}
        weak = {n for n in numeral if self._rules[n].needs_context}
        self._everywhere = _Gates(patterns, [n for n in possible if n not in numeral], cache)
        self._beside_digits = _Gates(patterns, [n for n in possible if n in numeral and n not in weak], cache)
        self._beside_words = _Gates(patterns, sorted(weak), cache)
        self._weak = sum(1 << n for n in weak)
        self._vocabulary = Vocabulary(
            {n: Context.of(patterns[n].context) for n in possible if patterns[n].context}
        )

    def detect(self, text: str, hint: Hint | None = None) -> list[Span]:
        """The matches in `text`, pattern by pattern; possibly overlapping."""
        data = text.encode("utf-8", "replace")  # a lone surrogate becomes one byte: offsets hold
        is_ascii = len(data) == len(text)
        continuation = None if is_ascii else np.flatnonzero(np.frombuffer(data, np.int8) < -64)
        events: dict[int, list[Match]] = {}
        self._everywhere.find(data, events, continuation)
        near = Near(text, hint)
        stretches = beside_digits(data)
        if stretches is not None:
            self._beside_digits.find(stretches.data, events, continuation, stretches)
            masks = self._vocabulary.masks(data, stretches) if hint is None else None
            self._find_beside_words(data, events, continuation, stretches, masks)
            if masks is not None:
                firsts, lasts = _points(stretches.firsts, continuation), _points(stretches.lasts, continuation)
                near = Near(text, None, firsts=firsts, lasts=lasts, masks=masks)
        spans: list[Span] = []
        for number in sorted(events):
            self._rules[number].judge(text, events[number], near, spans)
        return spans

    def _find_beside_words(
        self,
        data: bytes,
        events: dict[int, list[Match]],
        continuation: Offsets | None,
        stretches: Stretches,
        masks: list[int] | None,
    ) -> None:
        """Add the events of rules that need digits and context words, where words of theirs may stand near."""
        if masks is None:
            self._beside_words.find(stretches.data, events, continuation, stretches)
            return
        worth = [number for number, mask in enumerate(masks) if mask & self._weak]
        if worth:
            some = stretches if len(worth) == len(masks) else stretches.only(data, worth)
            self._beside_words.find(some.data, events, continuation, some, [masks[number] for number in worth])


def _points(offsets: list[int], continuation: Offsets | None) -> list[int]:
    """Offsets in bytes as code points."""
    if continuation is None:
        return offsets
    places = np.array(offsets)
    points: list[int] = (places - np.searchsorted(continuation, places)).tolist()
    return points


class _Gates:
    """Gates that are looked for in the same data, and the rules that each opens."""

    def __init__(self, patterns: Sequence[Pattern], rules: Collection[int], cache: Path | None) -> None:
        rules_of: dict[Expression, list[int]] = defaultdict(list)
        for rule in rules:
            rules_of[_gate(patterns[rule])].append(rule)
        # Alike gates stand together, which makes for the smaller and faster databases.
        rules_of = {gate: rules_of[gate] for gate in sorted(rules_of)}
        self._rules_of = list(rules_of.values())
        self._bits = [sum(1 << rule for rule in opened) for opened in self._rules_of]
        self._database = Database(list(rules_of), cache=cache) if rules_of else None

    def find(
        self,
        data: bytes,
        events: dict[int, list[Match]],
        continuation: Offsets | None,
        stretches: Stretches | None = None,
        masks: list[int] | None = None,
    ) -> None:
        """Add (start, largest end for that start) by start, in code points of the text, by rule.

        Args:
            data: what is scanned: the text, or stretches of it.
            events: what is added to.
            continuation: the offsets in the text of bytes that begin no character; None if there are none.
            stretches: what `data` consists of; None if it is the text.
            masks: for each stretch, the rules that are of use there (as bits); None: all.
        """
        if self._database is None:
            return
        ends: dict[int, dict[int, int]] = defaultdict(dict)  # gate -> start -> largest end
        self._database.scan(data, _keep_largest_end, ends)
        if masks is not None:
            useful = reduce(or_, masks)
            ends = {gate: found for gate, found in ends.items() if self._bits[gate] & useful}
        if not ends:
            return
        in_order = [sorted(found.items()) for found in ends.values()]
        numbers: list[int] = []
        if stretches is not None or continuation is not None:
            in_order, numbers = _in_text(in_order, continuation, stretches)
        first = 0
        for gate, found in zip(ends, in_order, strict=True):
            last = first + len(found)
            for rule in self._rules_of[gate]:
                if masks is None:
                    events[rule] = found
                    continue
                wanted = [
                    event
                    for event, number in zip(found, numbers[first:last], strict=True)
                    if masks[number] >> rule & 1
                ]
                if wanted:
                    events[rule] = wanted
            first = last


def _in_text(
    in_order: list[list[Match]], continuation: Offsets | None, stretches: Stretches | None
) -> tuple[list[list[Match]], list[int]]:
    """Events with their offsets in code points of the text, and the numbers of their stretches."""
    flat = [offset for found in in_order for event in found for offset in event]
    offsets = np.array(flat, dtype=np.int64)
    numbers: list[int] = []
    if stretches is not None:
        inside = stretches.number(offsets)
        numbers = inside[::2].tolist()
        offsets = stretches.origin(offsets, inside)
    if continuation is not None:
        offsets -= np.searchsorted(continuation, offsets)
    points = offsets.tolist()
    events = list(zip(points[::2], points[1::2], strict=True))
    counts = accumulate((len(found) for found in in_order), initial=0)
    return [events[first:last] for first, last in pairwise(counts)], numbers


class _Rule:
    """A pattern with what it needs to judge its matches."""

    def __init__(self, number: int, pattern: Pattern, floor: float) -> None:
        self._number = number
        self._label = pattern.label
        self._kind = pattern.kind
        self._score = pattern.score
        self._raised = raised(pattern.score)
        self._validator = pattern.validator
        self._context = Context.of(pattern.context) if pattern.context else None
        self._floor = floor
        flags = regex.ASCII | (regex.IGNORECASE if pattern.ignore_case else 0)
        self._confirmer = Confirmer(
            pattern.expression,
            flags,
            prefix=pattern.prefix,
            one_start=starts_once(pattern.gate or pattern.expression, pattern.expression, pattern.prefix),
        )
        proves = pattern.validator is not None and not isinstance(pattern.validator, Necessary)
        self.needs_context = pattern.score < floor and not proves
        self.is_hopeless = self.needs_context and (self._context is None or self._raised < floor)

    def judge(self, text: str, events: list[Match], near: Near, spans: list[Span]) -> None:
        """Append the matches among `events` that the validator lets pass and that reach the floor."""
        found: list[Match] = []
        self._confirmer.find(text, events, found)
        for start, end in found:
            if self.needs_context and self._unproved(near, start, end) < self._floor:
                continue
            verdict = self._validator(text[start:end]) if self._validator is not None else None
            if verdict is False:
                continue
            score = 1.0 if verdict else self._unproved(near, start, end)
            if score >= self._floor:
                spans.append(Span(start, end, self._label, self._kind, score, "pattern", verdict is True))

    def _unproved(self, near: Near, start: int, end: int) -> float:
        """The score by form and context alone."""
        if self._context is not None and near.has(self._context, start, end, self._number):
            return self._raised
        return self._score


def _gate(pattern: Pattern) -> Expression:
    source = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), pattern.gate or pattern.expression)
    return Expression(source, EXACT | (CASELESS if pattern.ignore_case else 0))


def _keep_largest_end(gate: int, start: int, end: int, _flags: int, ends: dict[int, dict[int, int]]) -> None:
    ends[gate][start] = end  # events come in order of their ends
