"""The options that say what stands where entities were, and the key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nerproc.cli.request import pair
from nerproc.errors import InvalidRequest, NotFound

if TYPE_CHECKING:
    from nerproc.redaction.operator import Operators

Chosen = Annotated[
    list[str] | None,
    typer.Option(
        "--operator",
        metavar="OP|LABEL=OP",
        help="For all labels, or for one: replace (the default), mask, mask:4, hash, pseudonym, encrypt, keep. "
        "May be repeated.",
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", metavar="FILE", help="The key of hash, pseudonym, encrypt. Or NERPROC_REDACTION_KEY."
    ),
]


def specs(chosen: list[str] | None) -> tuple[dict[str, str], str]:
    """The operator of each label that has one of its own, and that of all others, as `--operator` was given."""
    from nerproc.redaction.operator import DEFAULT

    of_all = [text for text in chosen or [] if "=" not in text]
    of_one = dict(pair("--operator", text) for text in chosen or [] if "=" in text)
    return {label.upper(): operator for label, operator in of_one.items()}, (of_all or [DEFAULT])[-1]


def operators(chosen: list[str] | None, key_file: Path | None) -> Operators:
    """The operators that `--operator` and `--key-file` name.

    Raises:
        InvalidRequest: one of them is none, or its key is missing.
        NotFound: there is no such file.
    """
    from nerproc.redaction.operator import needs_key, parse

    of_label, default = specs(chosen)
    wanted = key_file is not None or needs_key(of_label, default)
    return parse(of_label, default=default, key=key(key_file) if wanted else None)


def key(key_file: Path | None) -> bytes:
    """The key in a file, or else in the environment.

    Raises:
        InvalidRequest: there is none.
        NotFound: there is no such file.
    """
    from nerproc.redaction.key import HINT, VARIABLE, decode

    if key_file is not None:
        try:
            return decode(key_file.read_bytes())
        except OSError as error:
            raise NotFound(f"The key file {key_file} cannot be read: {error.strerror}.", hint=HINT) from None
    given = os.environ.get(VARIABLE)
    if not given:
        raise InvalidRequest("There is no key.", hint=f"Name it with --key-file. {HINT}")
    return decode(given)
