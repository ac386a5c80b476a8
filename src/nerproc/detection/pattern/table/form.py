"""How the tables of numbers are written down: a kind with its context words, and the ways to write it.

A base score says how far the form alone can be trusted: bare digits stay below 0.5 whatever their check digit
says, because one random number in ten (or eleven) has a right one; separators and letters that no other
number has may stand alone.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass

from nerproc.detection.pattern.pattern import Necessary, Pattern, Validator

SPACE = "[ \u00a0\u202f]"  # as typed, and the two that word processors and French typography put in its place
DASH = "[-\u2010-\u2013]"  # as typed, and what word processors make of it
LETTERS = string.ascii_letters
# The least base score of a number whose check digits fit: beside its name it outranks one that has none.
_CHECKED = 0.26
_NO_ESCAPE = r"(?<![\\])"  # \u05ea in source text
RUN = r"\b\d{6,17}\b"  # gate of bare digits of several lengths


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a number; the fields are those of `Pattern`."""

    expression: str
    score: float
    validator: Validator | None = None
    gate: str | None = None
    ignore_case: bool = True
    prefix: str = ""


def token(
    body: str,
    score: float,
    validator: Validator | None = None,
    *,
    ignore_case: bool = True,
    gate: str | None = None,
) -> Form:
    """`body` as a whole word; it should begin with a digit: hyperscan is slow at what any word begins like.

    `gate`: the same without look-around, where `body` has some.
    """
    return Form(rf"(?<!\d[.-])\b(?:{body})\b", score, validator, rf"\b(?:{gate or body})\b", ignore_case)


def led(
    letters: str, rest: str, score: float, validator: Validator | None = None, *, ignore_case: bool = True
) -> Form:
    """`letters`, then `rest`, which begins with a digit or a separator, as a whole word.

    Looked for from its last letter on, since no word of prose has a digit there; the engine walks left over the
    other letters.
    """
    expression = rf"{_NO_ESCAPE}\b(?:{letters})(?:{rest})\b"
    return Form(expression, score, validator, rf"[A-Z](?:{rest})\b", ignore_case, prefix=LETTERS)


def mixed(body: str, score: float, validator: Validator | None = None) -> Form:
    """`body`, which begins with a letter, goes on with letters and digits in any order, and has a digit."""
    return Form(rf"{_NO_ESCAPE}\b(?=[A-Z]*\d)(?:{body})\b", score, validator, r"[A-Z]\d", prefix=LETTERS)


def digits(
    count: int | tuple[int, int], score: float, validator: Validator | None = None, *, of: str | None = None
) -> Form:
    """A bare run of `count` digits (from, to) that is no part of a decimal fraction or a version number.

    `of` says more about the digits. The gate is the same text for all numbers of one length, so that the
    engine looks for it once.
    """
    if isinstance(count, tuple):
        body, gate = rf"\d{{{count[0]},{count[1]}}}", RUN
    else:
        body, gate = rf"\d{{{count}}}", rf"\b\d{{{count}}}\b"
    return Form(rf"(?<!\d\.)\b(?:{of or body})\b(?!\.\d)", score, validator, gate, ignore_case=False)


def _is_checked(form: Form, label: str) -> bool:
    return label == "ID_NUMBER" and isinstance(form.validator, Necessary)


def identifier(
    kind: str, context: Iterable[str], *forms: Form, label: str = "ID_NUMBER"
) -> tuple[Pattern, ...]:
    """The rows of one kind of number, which all have its context words."""
    words = tuple(context)
    return tuple(
        Pattern(
            label,
            form.expression,
            max(form.score, _CHECKED) if _is_checked(form, label) else form.score,
            kind,
            form.validator,
            words,
            form.gate,
            form.ignore_case,
            form.prefix,
        )
        for form in forms
    )
