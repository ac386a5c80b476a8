"""What the written form of an expression tells about its matches.

Whether they can stand only beside digits: worked out from the longest stretches without a digit in anything
that it matches. Whether an event leaves open where they start.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, NamedTuple

import regex

from nerproc.detection.pattern.stretch import MAX_REACH

# The standard library's reader of expressions: private, so without types, but stable since Python 3.11.
code: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

_BEGIN = re.compile(r"(?:\\b|\(\?<!(?:\\d)?(?:\\w|\[[^\]]*\])\))+")  # assertions at the start of an expression
_WORD_CHARACTER = re.compile(r"\w", re.ASCII)
_FAR = 1 << 20  # more than any reach
_MOST_REPEATS = 64  # that are worked through one by one


class _Runs(NamedTuple):
    """The longest stretches without a digit in what an expression matches; None: there is no such match."""

    bare: int | None  # a whole match, if it may have no digit
    lead: int | None  # before the first digit
    gap: int  # between two digits
    tail: int  # after the last digit


_EMPTY = _Runs(0, None, 0, 0)
_DIGIT = _Runs(None, 0, 0, 0)


def needs_digit(expression: str) -> bool:
    """Whether every match of `expression` has a digit, and no longer stretch without one than MAX_REACH."""
    try:
        runs = _sequence(parser.parse(expression))
    except (re.error, _Unknown):
        return False
    return runs.bare is None and runs.lead is not None and max(runs.lead, runs.gap, runs.tail) <= MAX_REACH


def starts_once(gate: str, expression: str, prefix: str) -> bool:
    """Whether a match can begin only where its event does (or the run of its prefix characters).

    Elsewhere hyperscan's leftmost start may hide a later one. Not where all matches are equally long, nor where
    they must begin at a word boundary and hold word characters alone.
    """
    if prefix:
        begin = _BEGIN.match(expression)
        if begin is None:
            return False
        may_begin = re.compile(begin[0], re.ASCII)
        after = {*prefix, *_first_characters(gate)}
        kinds = {
            _WORD_CHARACTER.match(char) is None: char for char in after
        }  # all that assertions look at ahead
        return not any(may_begin.match(before + inner, 1) for before in prefix for inner in kinds.values())
    try:
        parsed = parser.parse(gate)
    except re.error:
        return False
    shortest, longest = parsed.getwidth()
    return shortest == longest or (gate.startswith(r"\b") and _is_word(parsed))


def starts_after_break(expression: str) -> bool:
    """Whether no match of `expression` can begin behind an ASCII word character."""
    begin = _BEGIN.match(expression)
    try:
        first = next(iter(parser.parse(expression)), None)
    except re.error:
        return False
    if (
        begin is None or first is None or first[0] not in {code.ASSERT_NOT, code.AT}
    ):  # of a choice, one option's
        return False
    may_begin = re.compile(begin[0], re.ASCII)
    word_characters = (chr(point) for point in range(128) if _WORD_CHARACTER.match(chr(point)))
    return not any(may_begin.match(before + inner, 1) for before in word_characters for inner in "a-")


def _first_characters(gate: str) -> list[str]:
    """The ASCII characters that a match of `gate` may begin with."""
    begins = regex.compile(gate, regex.ASCII | regex.IGNORECASE)
    return [chr(point) for point in range(128) if begins.match(chr(point), partial=True)]


def _is_word(elements: Any) -> bool:
    """Whether all characters of a match are ASCII word characters."""
    for kind, value in elements:
        if kind is code.LITERAL:
            fits = _WORD_CHARACTER.match(chr(value)) is not None
        elif kind is code.IN:
            fits = all(_is_word_range(*member) for member in value)
        elif kind is code.BRANCH:
            fits = all(_is_word(option) for option in value[1])
        elif kind is code.SUBPATTERN:
            fits = _is_word(value[3])
        elif kind in {code.MAX_REPEAT, code.MIN_REPEAT}:
            fits = _is_word(value[2])
        else:
            fits = kind is code.AT
        if not fits:
            return False
    return True


def _is_word_range(kind: Any, value: Any) -> bool:
    if kind is code.CATEGORY:
        return value in {code.CATEGORY_DIGIT, code.CATEGORY_WORD}
    if kind is code.RANGE:
        return all(_WORD_CHARACTER.match(chr(member)) for member in range(value[0], value[1] + 1))
    return bool(kind is code.LITERAL and _WORD_CHARACTER.match(chr(value)))


class _Unknown(Exception):
    """An element whose matches are not worked out."""


def _sequence(elements: Any) -> _Runs:
    runs = _EMPTY
    for element in elements:
        runs = _joined(runs, _element(*element))
    return runs


def _joined(first: _Runs, second: _Runs) -> _Runs:
    """What matches `first` and then `second`."""
    bare = None if first.bare is None or second.bare is None else min(first.bare + second.bare, _FAR)
    leads, gaps, tails = [], [first.gap, second.gap], []
    if first.lead is not None:
        leads.append(first.lead)
        if second.bare is not None:
            tails.append(first.tail + second.bare)
        if second.lead is not None:
            gaps.append(first.tail + second.lead)
    if second.lead is not None:
        tails.append(second.tail)
        if first.bare is not None:
            leads.append(first.bare + second.lead)
    if not leads:
        return _Runs(bare, None, 0, 0)
    return _Runs(bare, min(max(leads), _FAR), min(max(gaps), _FAR), min(max(tails), _FAR))


def _either(options: list[_Runs]) -> _Runs:
    bares = [option.bare for option in options if option.bare is not None]
    leads = [option.lead for option in options if option.lead is not None]
    return _Runs(
        max(bares, default=None),
        max(leads, default=None),
        max(option.gap for option in options),
        max(option.tail for option in options),
    )


def _element(kind: Any, value: Any) -> _Runs:
    if kind is code.LITERAL:
        kind, value = code.IN, [(kind, value)]
    if kind is code.IN:
        return _DIGIT if all(_is_digits(*member) for member in value) else _Runs(_width(value), None, 0, 0)
    if kind in {code.ANY, code.NOT_LITERAL}:
        return _Runs(4, None, 0, 0)
    if kind is code.BRANCH:
        return _either([_sequence(option) for option in value[1]])
    if kind is code.SUBPATTERN:
        return _sequence(value[3])
    if kind in {code.MAX_REPEAT, code.MIN_REPEAT}:
        return _repeated(*value)
    if kind is not code.AT:
        raise _Unknown
    return _EMPTY


def _repeated(least: int, most: int, elements: Any) -> _Runs:
    once = _sequence(elements)
    if most > _MOST_REPEATS:
        if once.bare:
            raise _Unknown
        least, most = min(least, 2), 2  # more change nothing
    runs = _EMPTY
    options = [runs] if least == 0 else []
    for count in range(1, most + 1):
        runs = _joined(runs, once)
        if count >= least:
            options.append(runs)
    return _either(options)


def _is_digits(kind: Any, value: Any) -> bool:
    if kind is code.CATEGORY:
        return value is code.CATEGORY_DIGIT
    if kind is code.RANGE:
        return bool(value[0] >= 48 and value[1] < 58)
    return bool(kind is code.LITERAL and 48 <= value < 58)


def _width(members: Any) -> int:
    """Bytes in UTF-8 of the widest character of a class."""
    if members[0][0] is code.NEGATE:
        return 4
    highest = [
        value[1] if kind is code.RANGE else value for kind, value in members if kind is not code.CATEGORY
    ]
    return len(chr(max(highest, default=0)).encode())
