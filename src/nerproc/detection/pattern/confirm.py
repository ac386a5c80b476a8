"""From hyperscan's events to the matches that `finditer` would give.

An event says that a match ends somewhere and where the leftmost one that ends there begins; it does not know
greediness, look-around, or that matches do not overlap. So the exact expression is tried in place. Trying it
at the reported start alone differs from `finditer`; trying it everywhere from max(start, end of the last
match) to the largest end reported for that start does not.
"""

from __future__ import annotations

import re
import string
import time
from collections.abc import Callable, Iterable
from typing import Any

import regex

from nerproc.schema.entity import MAX_ENTITY_LENGTH

MAX_PREFIX = 520  # code points that `Pattern.prefix` may reach left of the gate

_ONLY_REGEX = re.compile(
    r"\[\[|\\[KpPXRGmMhLN]|--|&&|\|\||~~|\(\?[|R&]"
)  # read otherwise, or not at all, by `re`
_WORD_CHARACTERS = frozenset(f"{string.ascii_letters}{string.digits}_")
_FEW = 40  # starts that are gone through one by one

Match = tuple[int, int]  # start, end


class Confirmer:
    """An exact expression, tried where events say that it may match."""

    def __init__(
        self,
        expression: str,
        flags: int,
        *,
        prefix: str = "",
        one_start: bool = False,
        after_break: bool = False,
        deadline: float | None = None,
    ) -> None:
        """Nothing is compiled before it is needed: of hundreds of expressions, a text needs a few.

        Args:
            expression: in the syntax of `regex`.
            flags: of `regex`.
            prefix: characters that matches may begin with left of their events.
            one_start: matches begin only where the event does, or the run of prefix characters before it.
            after_break: no match begins behind an ASCII word character.
            deadline: on the monotonic clock, for all that this confirmer does.
        """
        self._flags = flags
        self._expression = expression
        self._prefix = prefix
        self._one_start = one_start
        self._after_break = after_break
        self._deadline = deadline
        self._match: Callable[[str, int], Any] | None = None
        self._within: dict[
            int, Callable[[str, int], Any]
        ] = {}  # bits of a width -> match that starts within it

    def find(self, text: str, events: Iterable[Match], found: list[Match]) -> None:
        """Append the matches in order; `events` are (start, largest end for that start) by start.

        Raises:
            TimeoutError: the deadline has passed; `found` holds what was found before.
        """
        match = self._match
        if match is None:
            match = self._match = self._compile(self._expression)
        last = 0
        for event_start, event_end in events:
            start = event_start
            if start < last:
                start = last
            elif self._prefix:
                start = self._walk_left(text, start, last)
            while start < event_end:
                hit = match(text, start)
                if hit is None:
                    hit = None if self._one_start else self._first_within(text, start + 1, event_end - 1)
                    if hit is None:
                        break
                first, last = hit.span()
                if last - first <= MAX_ENTITY_LENGTH:
                    found.append((first, last))
                start = last

    def _walk_left(self, text: str, start: int, last: int) -> int:
        before = text[max(last, start - MAX_PREFIX) : start]
        return start - len(before) + len(before.rstrip(self._prefix))

    def _first_within(self, text: str, start: int, end: int) -> Any:
        """The first match that begins in `start..end`; None if there is none.

        By one call for all starts, unless they can be told to be few.
        """
        if start > end:
            return None
        if self._after_break and end - start < _FEW and self._match is not None:
            for place in range(start, end + 1):
                if text[place - 1] not in _WORD_CHARACTERS and (hit := self._match(text, place)) is not None:
                    return hit
            return None
        bits = (end - start).bit_length()
        match = self._within.get(bits)
        if match is None:
            match = self._compile(f"(?s:.{{0,{(1 << bits) - 1}}}?)\\K(?:{self._expression})")
            self._within[bits] = match
        hit = match(text, start)
        return hit if hit is not None and hit.start() <= end else None

    def _compile(self, expression: str) -> Callable[[str, int], Any]:
        deadline = self._deadline
        if deadline is None:
            return _plain(expression, self._flags) or regex.compile(expression, self._flags).match
        match = regex.compile(expression, self._flags).match
        return lambda text, start: match(text, start, timeout=max(deadline - time.monotonic(), 1e-6))


def _plain(expression: str, flags: int) -> Callable[[str, int], Any] | None:
    """Python's own `re`, which is twice as fast, where it knows the syntax and understands it alike."""
    ascii_only = flags & regex.ASCII
    if not ascii_only or _ONLY_REGEX.search(expression):
        return None
    ignore_case = re.IGNORECASE if flags & regex.IGNORECASE else 0
    try:
        return re.compile(expression, re.ASCII | ignore_case).match
    except re.error:
        return None
