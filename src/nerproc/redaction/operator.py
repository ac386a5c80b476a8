"""Operators: what stands in a copy where an entity was."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from typing import Literal, get_args

from nerproc.errors import InvalidRequest
from nerproc.redaction import cipher
from nerproc.redaction import key as keys
from nerproc.redaction.pseudonym import Pseudonyms
from nerproc.schema.name import LABEL_NAME

Operator = Literal["replace", "mask", "hash", "pseudonym", "encrypt", "keep"]
OPERATORS: tuple[str, ...] = get_args(Operator)
DEFAULT = "replace"
KEYED = frozenset({"hash", "pseudonym", "encrypt"})  # operators that need a key

_LABEL = re.compile(LABEL_NAME)
_DIGITS = 16  # hexadecimal digits of a hash
_MOST_KEPT = 1_000  # characters that `mask` may keep

Apply = Callable[[str, str], str]


class Operators:
    """An operator for each label. The same for equal arguments of `parse`; safe in several threads."""

    def __init__(self, of_label: Mapping[str, Apply | None], default: Apply | None) -> None:
        """None stands for `keep`. Made by `parse`."""
        self._of_label = dict(of_label)
        self._default = default

    def keeps(self, label: str) -> bool:
        """Whether entities of `label` stay as they are."""
        return self._of_label.get(label, self._default) is None

    def apply(self, label: str, text: str) -> str:
        """What stands in the place of `text`, an entity of `label`."""
        operator = self._of_label.get(label, self._default)
        return text if operator is None else operator(label, text)


def parse(specs: Mapping[str, str], *, default: str = DEFAULT, key: bytes | None = None) -> Operators:
    """The operators that `specs` name.

    Args:
        specs: label to operator: `replace`, `mask` or `mask:N` (keep the last N characters, never more than
            half), `hash`, `pseudonym`, `encrypt` or `keep`.
        default: the operator of all other labels.
        key: of `hash`, `pseudonym` and `encrypt`: 32 bytes or more (see `nerproc.redaction.key.decode`).

    Raises:
        InvalidRequest: a label or an operator is not one, or a key is missing or too short.
    """
    for label in specs:
        if not _LABEL.fullmatch(label):
            raise InvalidRequest(
                f"{label!r} is not a label", hint="A label is of capital letters, digits and _, a letter first."
            )
    return Operators({label: _operator(spec, key) for label, spec in specs.items()}, _operator(default, key))


def needs_key(specs: Mapping[str, str], default: str = DEFAULT) -> bool:
    """Whether one of the operators needs a key."""
    return any(spec in KEYED for spec in (*specs.values(), default))


def _operator(spec: str, key: bytes | None) -> Apply | None:
    name, colon, argument = spec.partition(":")
    if name not in OPERATORS or (colon and name != "mask"):
        raise InvalidRequest(
            f"{spec!r} is not an operator", hint=f"Operators: {', '.join(OPERATORS)}; mask:4 keeps the last 4."
        )
    if name in KEYED:
        return _keyed(name, keys.checked(key))
    if name == "mask":
        return _mask(argument, given=bool(colon))
    return _replace if name == "replace" else None


def _keyed(name: str, key: bytes) -> Apply:
    if name == "hash":
        secret = keys.derived(key, "hash")
        return lambda label, text: _hash(secret, label, text)
    if name == "pseudonym":
        return Pseudonyms(key).of
    return lambda label, text: cipher.encrypt(key, label, text)


def _replace(label: str, _text: str) -> str:
    return f"<{label}>"


def _mask(argument: str, *, given: bool) -> Apply:
    if given and not (argument.isascii() and argument.isdigit() and int(argument) <= _MOST_KEPT):
        raise InvalidRequest(
            f"mask:{argument} does not say how many characters to keep", hint="For example: mask:4"
        )
    most = int(argument or 0)

    def mask(_label: str, text: str) -> str:
        kept = min(most, len(text) // 2)
        return "*" * (len(text) - kept) + text[len(text) - kept :]

    return mask


def _hash(secret: bytes, label: str, text: str) -> str:
    digest = hmac.digest(secret, f"{label}\0{text}".encode("utf-8", "surrogatepass"), "sha256")
    return f"<{label}#{digest.hex()[:_DIGITS]}>"
