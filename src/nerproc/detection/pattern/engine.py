"""All pattern tables in one pass: events -> exact matches -> validated -> scored by context.

What it finds is what each pattern would find alone with `finditer`, its validator and its context words; only
the order of the work differs. Patterns that can only match beside a digit are looked for there alone, and of
those the ones that are of no use without a context word only where such a word stands near. Overlaps are left
to `detection/merge.py`.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import cached_property, reduce
from itertools import accumulate, pairwise
from operator import or_
from pathlib import Path

import numpy as np
import regex

from nerproc.detection.pattern.analysis import needs_digit, starts_once
from nerproc.detection.pattern.confirm import Confirmer, Match
from nerproc.detection.pattern.context import Context, Near, raised
from nerproc.detection.pattern.database import CASELESS, EXACT, Database, Expression
from nerproc.detection.pattern.pattern import Necessary, Pattern
from nerproc.detection.pattern.stretch import Stretches, beside_digits
from nerproc.detection.pattern.typography import as_typed
from nerproc.detection.pattern.vocabulary import Vocabulary
from nerproc.detection.span import Hint, Span

_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")  # which hyperscan does not know

_TOPIC = 40  # rules that are looked for together, where a context word of one of them stands near

Event = tuple[int, list[Match]]  # rule, (start, largest end for that start) by start


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
        weak_ones = sorted(weak)  # in the order of the tables, neighbours have their words in common
        self._beside_words = [
            _Gates(patterns, weak_ones[first : first + _TOPIC], cache) for first in range(0, len(weak), _TOPIC)
        ]
        self._vocabulary = Vocabulary(
            {n: Context.of(patterns[n].context) for n in possible if patterns[n].context}
        )

    def detect(self, text: str, hint: Hint | None = None) -> list[Span]:
        """The matches in `text`, pattern by pattern; possibly overlapping."""
        text = as_typed(text)
        data = text.encode("utf-8", "replace")  # a lone surrogate becomes one byte: offsets hold
        events = self._everywhere.events(data)
        stretches = beside_digits(data)
        masks = None
        if stretches is not None:
            masks = self._vocabulary.masks(data, stretches) if hint is None else None
            events += self._beside_digits.events_in(stretches)
            events += self._events_beside_words(data, stretches, masks)
        in_points = _Points(data, is_ascii=len(data) == len(text))
        near = Near(text, hint)
        if stretches is not None and masks is not None:
            firsts, lasts = in_points.of(stretches.firsts), in_points.of(stretches.lasts)
            near = Near(text, None, firsts=firsts, lasts=lasts, masks=masks)
        spans: list[Span] = []
        for number, found in sorted(in_points.of_events(events)):
            self._rules[number].judge(text, found, near, spans)
        return spans

    def _events_beside_words(self, data: bytes, stretches: Stretches, masks: list[int] | None) -> list[Event]:
        """The events of rules that need digits and context words, where words of theirs may stand near."""
        events: list[Event] = []
        for topic in self._beside_words:
            if masks is None:
                events += topic.events_in(stretches)
                continue
            worth = [number for number, mask in enumerate(masks) if mask & topic.bits]
            if worth:
                events += topic.events_in(stretches.only(data, worth), [masks[number] for number in worth])
        return events


class _Points:
    """Offsets in bytes as code points."""

    def __init__(self, data: bytes, *, is_ascii: bool) -> None:
        self._continuation = None if is_ascii else np.flatnonzero(np.frombuffer(data, np.int8) < -64)

    def of(self, offsets: list[int]) -> list[int]:
        if self._continuation is None:
            return offsets
        places = np.array(offsets, dtype=np.int64)
        points: list[int] = (places - np.searchsorted(self._continuation, places)).tolist()
        return points

    def of_events(self, events: list[Event]) -> list[Event]:
        if self._continuation is None or not events:
            return events
        points = self.of([offset for _, found in events for match in found for offset in match])
        matches = list(zip(points[::2], points[1::2], strict=True))
        counts = accumulate((len(found) for _, found in events), initial=0)
        return [
            (rule, matches[first:last])
            for (rule, _), (first, last) in zip(events, pairwise(counts), strict=True)
        ]


class _Gates:
    """Gates that are looked for in the same data, and the rules that each opens."""

    def __init__(self, patterns: Sequence[Pattern], rules: Collection[int], cache: Path | None) -> None:
        rules_of: dict[Expression, list[int]] = defaultdict(list)
        for rule in rules:
            rules_of[_gate(patterns[rule])].append(rule)
        # Alike gates stand together, which makes for the smaller and faster databases.
        self._rules_of_gate = {gate: rules_of[gate] for gate in sorted(rules_of)}
        self._rules_of = list(self._rules_of_gate.values())
        self._bits = [sum(1 << rule for rule in opened) for opened in self._rules_of]
        self.bits = sum(1 << rule for rule in rules)  # all rules, as a mask
        self._cache = cache

    @cached_property
    def _database(self) -> Database:
        """Compiled when it is needed first: most texts need few topics."""
        return Database(list(self._rules_of_gate), cache=self._cache)

    def events(self, data: bytes) -> list[Event]:
        """Where the gates match in a text."""
        return [
            (rule, found)
            for gate, ends in self._scan(data).items()
            for found in (sorted(ends.items()),)
            for rule in self._rules_of[gate]
        ]

    def events_in(self, stretches: Stretches, masks: list[int] | None = None) -> list[Event]:
        """Where the gates match in stretches of a text; `masks`: the rules of use in each, all if None."""
        events: list[Event] = []
        shifts = [first - place for first, place in zip(stretches.firsts, stretches.places, strict=True)]
        places = stretches.places
        useful = reduce(or_, masks) if masks is not None else -1
        for gate, ends in self._scan(stretches.data).items():
            if not self._bits[gate] & useful:
                continue
            found: list[Match] = []
            numbers: list[int] = []
            for start, end in sorted(ends.items()):
                number = bisect(places, start) - 1
                numbers.append(number)
                found.append((start + shifts[number], end + shifts[number]))
            for rule in self._rules_of[gate]:
                wanted = found
                if masks is not None:
                    wanted = [event for event, n in zip(found, numbers, strict=True) if masks[n] >> rule & 1]
                if wanted:
                    events.append((rule, wanted))
        return events

    def _scan(self, data: bytes) -> dict[int, dict[int, int]]:
        """Gate -> start -> largest end, in bytes of `data`."""
        ends: dict[int, dict[int, int]] = defaultdict(dict)
        if self._rules_of:
            self._database.scan(data, _keep_largest_end, ends)
        return ends


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
        self._pattern = pattern
        proves = pattern.validator is not None and not isinstance(pattern.validator, Necessary)
        self.needs_context = pattern.score < floor and not proves
        self.is_hopeless = self.needs_context and (self._context is None or self._raised < floor)

    @cached_property
    def _confirmer(self) -> Confirmer:
        """Made when it is needed first: of hundreds of rules, a text needs a few."""
        pattern = self._pattern
        return Confirmer(
            pattern.expression,
            regex.ASCII | (regex.IGNORECASE if pattern.ignore_case else 0),
            prefix=pattern.prefix,
            one_start=starts_once(pattern.gate or pattern.expression, pattern.expression, pattern.prefix),
        )

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
