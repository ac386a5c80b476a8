"""`nerproc model train`: samples in, a model out; by a head's workers, or here where there is no head."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from nerproc.cli import command
from nerproc.cli.output import data, paint, show_one, words
from nerproc.cli.samples import Mapping, read_files
from nerproc.cli.submit import Timeout
from nerproc.errors import ExitCode, NerprocError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from nerproc.cli.backend import Backend
    from nerproc.client import Client
    from nerproc.schema.report import Job
    from nerproc.schema.training import Wish
    from nerproc.settings import Settings
    from nerproc.train.sample import Sample

_POOL = "train"


Samples = Annotated[
    list[str] | None,
    typer.Argument(metavar="SAMPLES", help="Files of samples, or folders of brat; - is standard input."),
]
Base = Annotated[
    str | None,
    typer.Option("--base", metavar="MODEL", help="Model to go on from; none: from nothing. Default: basic."),
]
Labels = Annotated[
    list[str] | None,
    typer.Option("--label", metavar="LABEL", help="Learn this label. Default: all of the samples."),
]
Epochs = Annotated[
    int | None,
    typer.Option("--epochs", metavar="N", help="At most; it ends earlier when nothing gets better."),
]
Seed = Annotated[
    int, typer.Option("--seed", metavar="N", help="The same samples and seed give the same model.")
]
Wait = Annotated[
    bool, typer.Option("--wait", help="Wait until a head has made the model; without a head, always so.")
]


def train_model(
    samples: Samples = None,
    *,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What to call the new model.")],
    base: Base = None,
    feedback: Annotated[
        bool, typer.Option("--feedback", help="Learn the feedback on the base too, or alone.")
    ] = False,
    mapping: Mapping = None,
    label: Labels = None,
    epochs: Epochs = None,
    seed: Seed = 1,
    wait: Wait = False,
    timeout: Timeout = None,
    as_json: command.Json = False,
) -> ExitCode:
    """Train a model on samples: texts in which all that is to be found is marked.

    What the base knows is kept. A part of the samples is held back, and tells how good the model is.
    """
    from nerproc.client.address import find_head
    from nerproc.schema.name import BASIC, FROM_NOTHING
    from nerproc.schema.training import wish
    from nerproc.settings import Settings

    if not samples and not feedback:
        raise UsageError("There is nothing to learn.", hint="Name files of samples, or give --feedback.")
    if feedback and base == FROM_NOTHING:
        raise UsageError(
            "--feedback is that on the base, and --base none has none.",
            hint="Write it with nerproc model feedback export MODEL -o FILE, and train on FILE.",
        )
    labels = _written(label) if label else None
    wished = wish({"name": name, "labels": labels, "epochs": epochs, "seed": seed})
    found = read_files(samples or [], mapping)
    corrected = (base or BASIC) if feedback else None
    settings = Settings.load()
    url = settings.api_url or find_head(settings)
    if url is None:
        if timeout is not None:
            raise UsageError(
                "--timeout is for trainings by a head, and there is none.", hint="nerproc serve runs one."
            )
        return _train_here(settings, wished, found, base, corrected, as_json=as_json)
    from nerproc.client import Client

    with Client(url) as client:
        job = _queue(client, wished, _with_feedback(client, found, corrected), base)
        if not as_json:  # stderr is for the problem alone then
            _warn_without_workers(client)
        if not wait:
            _show_started(job, name, as_json=as_json)
            return ExitCode.OK
        return _wait(client, job, timeout, as_json=as_json)


def _written(labels: list[str]) -> list[str]:
    """Labels as they are in samples once those are read."""
    from nerproc.train.flaw import Flaw
    from nerproc.train.label import Relabel

    relabel = Relabel()
    try:
        return [relabel(label) or label for label in labels]
    except Flaw as flaw:
        raise UsageError(f"--label: {flaw}", hint="Labels have letters from A to Z, digits and _.") from None


def _with_feedback(backend: Backend, samples: Iterator[Sample], model: str | None) -> Iterator[Sample]:
    """`samples`, and behind them the feedback on `model`, if one is named."""
    from nerproc.train.feedback import latest

    given = 0
    for given, sample in enumerate(samples, 1):  # noqa: B007 - it is used behind the loop
        yield sample
    if model is None:
        return
    found = list(latest(backend.feedback(model)))
    if not given and not found:
        raise UsageError(
            f"There is no feedback on {model}.",
            hint=f"nerproc model feedback add {model} FILE gives some; or name files of samples.",
        )
    yield from found


def _train_here(
    settings: Settings,
    wished: Wish,
    samples: Iterator[Sample],
    base: str | None,
    corrected: str | None,
    *,
    as_json: bool,
) -> ExitCode:
    """Train in this home, to the end."""
    from nerproc.train import available

    available.check()
    from nerproc.cli.home import Home
    from nerproc.cli.scan import MOST_DRAIN_SECONDS
    from nerproc.cli.work import work
    from nerproc.worker.supervisor import Supervisor

    drain = min(settings.drain_seconds, MOST_DRAIN_SECONDS)
    settings = settings.model_copy(update={"drain_seconds": drain})
    with Home(settings) as home:
        here = settings.storage_url is None
        learnt = _with_feedback(home, samples, corrected)
        job = home.node.trainings.create(wished, learnt, base=base, here=here)
        with closing(Supervisor(settings, 1)) as supervisor:
            interrupted = work(supervisor, home.node, job, silent=as_json)
        code = _show_ended(home, home.job(job), as_json=as_json)
    if interrupted:
        words(f"Stopped. nerproc retry {str(job)[:8]} queues the rest, for workers of nerproc serve.")
        return ExitCode.INTERRUPTED
    return code


def _queue(client: Client, wished: Wish, samples: Iterator[Sample], base: str | None) -> UUID:
    """Check the samples here, and hand them to a head."""
    from nerproc.train.gather import gather

    with TemporaryDirectory(prefix="nerproc-") as folder:
        path = Path(folder) / "samples.jsonl"
        with path.open("wb") as file:
            gather(samples, file, labels=wished.labels)
        return client.train(path, base=base, **wished.model_dump())


def _warn_without_workers(client: Client) -> None:
    try:
        workers = client.workers()
    except NerprocError:  # the token does not show them
        return
    if not any(worker.alive and not worker.draining and _POOL in worker.pools for worker in workers):
        words(
            f"{paint('no worker trains models:', 'yellow', sys.stderr)} the job waits for one. "
            "pip install 'nerproc[train]' where workers run."
        )


def _show_started(job: UUID, name: str, *, as_json: bool) -> None:
    if as_json:
        show_one({"id": str(job)})
        return
    data(str(job))
    words(paint(f"nerproc status {str(job)[:8]} --watch\nnerproc model show {name}", "dim", sys.stderr))


def _wait(client: Client, job: UUID, timeout: float | None, *, as_json: bool) -> ExitCode:
    """Wait for the end; what it is decides the exit code. Ctrl-C only detaches."""
    from nerproc.cli.progress import Progress

    try:
        with Progress(silent=as_json) as progress:
            ended = client.wait_job(job, timeout, progress=progress.update)
    except KeyboardInterrupt:
        words(f"Detached; training {job} goes on. nerproc status {str(job)[:8]} --watch follows it again.")
        return ExitCode.INTERRUPTED
    return _show_ended(client, ended, as_json=as_json)


def _show_ended(backend: Backend, job: Job, *, as_json: bool) -> ExitCode:
    from nerproc.cli.training import show_evaluation, show_training

    if as_json:
        show_one(job)
    else:
        show_training(job)
        if job.state == "completed":
            show_evaluation(backend.evaluation(job.name))
    return ExitCode.OK if job.state == "completed" else ExitCode.FAILED
