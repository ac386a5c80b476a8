"""`nerproc model synthesize`: samples made offline, of what is known about labels."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nerproc.cli.output import check_writable, data_bytes, words, write_file
from nerproc.errors import InvalidRequest, NotFound, UsageError

if TYPE_CHECKING:
    from nerproc.schema.sample import Topic


def synthesize_samples(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="JSON list of labels, each with description, examples and contexts; - is standard input.",
        ),
    ],
    *,
    count: Annotated[
        int, typer.Option("--count", metavar="N", min=1, max=1_000_000, help="Samples for each label.")
    ] = 100,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="The same seed makes the same samples.")
    ] = 0,
    locale: Annotated[
        str, typer.Option("--locale", metavar="NAME", help="Whose names and addresses, such as de_DE.")
    ] = "en_US",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write them to a file.")
    ] = None,
) -> None:
    """Make samples of labels, by their examples and contexts: JSON lines of text and spans."""
    if output is not None:
        check_writable(output)
    from nerproc.train.format.spans import line
    from nerproc.train.synthetic import synthesize

    made = synthesize(_topics(file), count=count, seed=seed, locale=locale)
    lines: Iterator[bytes] = (line(sample).encode() for sample in made)
    if output is None:
        data_bytes(lines)
        return
    write_file(output, lines)
    words(f"Samples: {output}")


def _topics(file: str) -> list[Topic]:
    from pydantic import TypeAdapter, ValidationError

    from nerproc.schema.sample import Topic

    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except FileNotFoundError:
        raise NotFound(f"There is no file {file}.") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
    try:
        topics = TypeAdapter(list[Topic]).validate_json(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = "/".join(map(str, first["loc"]))
        raise InvalidRequest(
            f"{file}: {place}{': ' if place else ''}{first['msg']}",
            hint='Write [{"label": "BADGE", "examples": ["A-123"], "contexts": ["Show {BADGE} here."]}].',
        ) from None
    if not topics:
        raise InvalidRequest(f"{file}: there is no label in it")
    return topics
