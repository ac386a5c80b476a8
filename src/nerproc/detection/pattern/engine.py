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
from itertools import accumulate, chain, pairwise
from operator import or_
from pathlib import Path

import numpy as np
import regex

from nerproc.detection.pattern.analysis import needs_digit, starts_after_break, starts_once
from nerproc.detection.pattern.confirm import Confirmer, Match
from nerproc.detection.pattern.context import Context, Near, raised
from nerproc.detection.pattern.database import CASELESS, EXACT, GROUP, Database, Expression
from nerproc.detection.pattern.pattern import Necessary, Pattern
from nerproc.detection.pattern.stretch import NO_STRETCHES, Stretches, beside_digits
from nerproc.detection.pattern.typography import as_typed
from nerproc.detection.pattern.vocabulary import Vocabulary
from nerproc.detection.span import Hint, Span

_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")  # which hyperscan does not know

_TOPIC = 40  # rules that are looked for together, where a context word of one of them stands near

Event = tuple[int, list[Match]]  # rule, (start, largest end for that start) by start


class PatternDetector:
    """Finds what the rows of pattern tables describe."""

    is_light = True

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
        # In one group: all text goes through it, and with few counted repeats it compiles fast all the same.
        everywhere = [number for number in possible if number not in numeral]
        self._everywhere = _Gates(patterns, everywhere, cache, group=len(everywhere) or 1)
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
        return self.detect_all([(text, hint)])[0]

    def detect_all(self, texts: Sequence[tuple[str, Hint | None]]) -> list[list[Span]]:
        """What `detect` finds in each of `texts`.

        Every step is done for all of them before the next one: its database, or expression, is in the
        processor's caches then, which takes a quarter off the time of small texts.
        """
        sheets = [_Sheet(text, hint) for text, hint in texts]
        for sheet in sheets:
            sheet.events += self._everywhere.events(sheet.data)
        numeral = [sheet for sheet in sheets if sheet.find_stretches()]
        for sheet in numeral:
            sheet.find_masks(self._vocabulary)
        for sheet in numeral:
            sheet.events += self._beside_digits.events_in(sheet.stretches)
        for topic in self._beside_words:
            for sheet in numeral:
                sheet.events += sheet.events_of(topic)
        events_of_rule: dict[int, list[tuple[_Sheet, list[Match]]]] = defaultdict(list)
        for sheet in sheets:
            for number, events in sheet.in_points():
                events_of_rule[number].append((sheet, events))
        for number in sorted(events_of_rule):
            rule = self._rules[number]
            for sheet, events in events_of_rule[number]:
                rule.judge(sheet.text, events, sheet.near, sheet.spans)
        return [sheet.spans for sheet in sheets]


class _Sheet:
    """A text with what is known of it so far."""

    def __init__(self, text: str, hint: Hint | None) -> None:
        self.text = as_typed(text)
        self.data = self.text.encode("utf-8", "replace")  # a lone surrogate becomes one byte: offsets hold
        self.events: list[Event] = []
        self.spans: list[Span] = []
        self.stretches = NO_STRETCHES
        self.near = Near(self.text, hint)
        self._hint = hint
        self._masks: list[int] | None = None  # for each stretch, the rules that may have a context word there
        self._worded: list[int] = []  # the stretches with such rules

    def find_stretches(self) -> bool:
        """Whether there are digits; their stretches are known then."""
        self.stretches = beside_digits(self.data)
        return bool(self.stretches.firsts)

    def find_masks(self, vocabulary: Vocabulary) -> None:
        """Which rules may have a context word near; with hints, all of them may."""
        if self._hint is None:
            self._masks = vocabulary.masks(self.data, self.stretches)
            self._worded = [number for number, mask in enumerate(self._masks) if mask]

    def events_of(self, topic: _Gates) -> list[Event]:
        """The events of rules that need digits and context words, where words of theirs may stand near."""
        masks = self._masks
        if masks is None:
            return topic.events_in(self.stretches)
        worth = [number for number in self._worded if masks[number] & topic.bits]
        if not worth:
            return []
        return topic.events_in(self.stretches.only(self.data, worth), [masks[number] for number in worth])

    def in_points(self) -> list[Event]:
        """The events, in code points instead of bytes; `near` knows what is known of context words then."""
        points = _Points(self.data, is_ascii=len(self.data) == len(self.text))
        if self._masks is not None:
            firsts, lasts = points.of(self.stretches.firsts), points.of(self.stretches.lasts)
            self.near = Near(self.text, None, firsts=firsts, lasts=lasts, masks=self._masks)
        return points.of_events(self.events)


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
        points = self.of(list(chain.from_iterable(chain.from_iterable(found for _, found in events))))
        matches = list(zip(points[::2], points[1::2], strict=True))
        counts = accumulate((len(found) for _, found in events), initial=0)
        return [
            (rule, matches[first:last])
            for (rule, _), (first, last) in zip(events, pairwise(counts), strict=True)
        ]


class _Gates:
    """Gates that are looked for in the same data, and the rules that each opens."""

    def __init__(
        self,
        patterns: Sequence[Pattern],
        rules: Collection[int],
        cache: Path | None,
        *,
        group: int = GROUP,
    ) -> None:
        """`group`: gates that are compiled together."""
        rules_of: dict[Expression, list[int]] = defaultdict(list)
        for rule in rules:
            rules_of[_gate(patterns[rule])].append(rule)
        # Alike gates stand together, which makes for the smaller and faster databases.
        self._rules_of_gate = {gate: rules_of[gate] for gate in sorted(rules_of)}
        self._rules_of = list(self._rules_of_gate.values())
        self._bits = [sum(1 << rule for rule in opened) for opened in self._rules_of]
        self.bits = sum(1 << rule for rule in rules)  # all rules, as a mask
        self._cache = cache
        self._group = group

    @cached_property
    def _database(self) -> Database:
        """Compiled when it is needed first: most texts need few topics."""
        return Database(list(self._rules_of_gate), group=self._group, cache=self._cache)

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
            after_break=starts_after_break(pattern.expression),
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
