"""`nerproc model synthesize`: samples made of what is known about labels, offline or by a language model."""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nerproc.cli.output import check_writable, data_bytes, words, write_file
from nerproc.errors import InvalidRequest, NerprocError, NotFound, SettingsError, TooFewSamples, UsageError

if TYPE_CHECKING:
    from nerproc.schema.sample import Topic
    from nerproc.train.llm.chat import Chat


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
        int,
        typer.Option("--seed", metavar="N", min=0, help="The same seed makes the same samples, or questions."),
    ] = 0,
    locale: Annotated[
        str,
        typer.Option(
            "--locale",
            metavar="NAME",
            help="Whose names and addresses, such as de_DE; with --llm, the language.",
        ),
    ] = "en_US",
    llm: Annotated[
        bool,
        typer.Option(
            "--llm", help="Let a language model write them (NERPROC_LLM_URL), which sends FILE's texts to it."
        ),
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write them to a file.")
    ] = None,
) -> None:
    """Make samples of labels, by their examples and contexts: JSON lines of text and spans.

    With --llm each is verified before it is written; if there are fewer than asked for, the exit code is 1.
    """
    if output is not None:
        check_writable(output)
    topics = _topics(file)
    if llm:
        _write_by_model(topics, count=count, seed=seed, locale=locale, output=output)
        return
    from nerproc.train.format.spans import line
    from nerproc.train.synthetic import synthesize

    made = synthesize(topics, count=count, seed=seed, locale=locale)
    _write((line(sample).encode() for sample in made), output)


def _write_by_model(topics: list[Topic], *, count: int, seed: int, locale: str, output: Path | None) -> None:
    """Write what the model makes; what there is when something fails in the middle is written too."""
    from nerproc.train.format.spans import line
    from nerproc.train.llm.write import write_samples

    failures: list[NerprocError | KeyboardInterrupt] = []

    def lines(chat: Chat) -> Iterator[bytes]:
        try:
            for sample in write_samples(chat, topics, count=count, seed=seed, locale=locale):
                yield line(sample).encode()
        except (NerprocError, KeyboardInterrupt) as failure:
            failures.append(failure)

    with _open_chat() as chat:
        made = lines(chat)
        first = next(made, None)
        if first is not None:
            _write(itertools.chain([first], made), output)
    for said in chat.tally.lines():
        words(said)
    for failure in failures:
        raise failure
    missing = [f"{label} ({kept:,})" for label, kept in chat.tally.kept.items() if kept < count]
    if missing:
        raise TooFewSamples(
            f"There are fewer than {count:,} samples of {', '.join(missing)}.",
            hint="See above what was dropped. Describe the label better, give examples and contexts, or use "
            "another model.",
        )


def _open_chat() -> Chat:
    """The language model of the settings.

    Raises:
        SettingsError: they name none.
    """
    from nerproc.settings import Settings
    from nerproc.train.llm.chat import Chat
    from nerproc.train.llm.tally import Tally

    settings = Settings.load()
    if settings.llm_url is None or settings.llm_model is None:
        raise SettingsError(
            "The settings name no language model.",
            hint="NERPROC_LLM_URL is the address of its API, NERPROC_LLM_MODEL its name there, NERPROC_LLM_KEY "
            "the key, if it asks for one.",
        )
    key = settings.llm_key.get_secret_value() if settings.llm_key is not None else None
    return Chat(settings.llm_url, settings.llm_model, key, Tally())


def _write(lines: Iterator[bytes], output: Path | None) -> None:
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
        raise InvalidRequest(
            f"{file}: there is no label in it", hint='Write [{"label": "BADGE", "examples": ["A-123"]}].'
        )
    for label, count in Counter(topic.label for topic in topics).items():
        if count > 1:
            raise InvalidRequest(
                f"{file}: the label {label} is described {count} times", hint="Put all there is of it together."
            )
    return topics
