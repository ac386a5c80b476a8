"""What a trained model does wrong in samples that it did not learn, found by a process of its own (`apart`).

A training quotes no sample in what it leaves behind. Its samples lie beside the model, so whoever may see texts
can have the mistakes when they ask for them; they stay nowhere.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from nerproc.errors import InvalidRequest, NotFound, TooManyRequests
from nerproc.model import apart
from nerproc.model.store import samples_of
from nerproc.schema.evaluation import Mistake
from nerproc.storage.base import Storage
from nerproc.train.sample import Sample

SECONDS = 120.0
WAIT_SECONDS = 30.0  # for somebody else's to be found
MOST_BYTES = 32 << 20  # of the samples of a training
MOST_CHARACTERS = 500_000  # about, of samples that are looked at
MOST_MISTAKES = 50

_turn = BoundedSemaphore(1)  # it takes a core, and the memory of a model and its samples


@dataclass(frozen=True, slots=True)
class Mistakes:
    """The mistakes that were made most often, and what they were looked for in."""

    mistakes: list[Mistake]
    looked_at: int  # samples that the training held back
    held: int  # of so many


def find_mistakes(storage: Storage, model: UUID, name: str, folder: Path) -> Mistakes:
    """What the trained model of that id does wrong in the samples that its training held back.

    Args:
        storage: has the samples.
        model: its id.
        name: what it is called.
        folder: where its files lie.

    Raises:
        NotFound: the samples are not there any more.
        InvalidRequest: there are too many samples, or the model takes too long.
        TooManyRequests: those of another model are being looked for.
    """
    hint = f"nerproc model evaluate {name} FILE finds the mistakes in samples of yours."
    try:
        with storage.open(samples_of(model)) as stream:
            samples = stream.read(MOST_BYTES + 1)
    except NotFound:
        raise NotFound("The samples of the training are not there any more.", hint=hint) from None
    if len(samples) > MOST_BYTES:
        raise InvalidRequest(f"The samples of the training have more than {MOST_BYTES >> 20} MiB.", hint=hint)
    if not _turn.acquire(timeout=WAIT_SECONDS):
        raise TooManyRequests(
            "The mistakes of another model are being looked for.", hint="Try again in a moment.", seconds=5
        )
    try:
        found = apart.ask(
            "nerproc.train.mistakes",
            {"name": name, "folder": str(folder), "samples": samples.decode()},
            seconds=SECONDS,
            late=f"The model did not read its samples within {SECONDS:.0f} s.",
            ended=lambda code: f"The model {name!r} cannot be used: its process ended with {code}.",
        )
    finally:
        _turn.release()
    return Mistakes(**found | {"mistakes": [Mistake(**one) for one in found["mistakes"]]})


def _answer(question: dict[str, str]) -> dict[str, Any]:
    from nerproc.model.detect import entities
    from nerproc.model.registry import in_folder
    from nerproc.model.scanner import build
    from nerproc.train import gather
    from nerproc.train.evaluate import evaluate
    from nerproc.train.split import HELD, split

    _, held = split(gather.load(io.BytesIO(question["samples"].encode())), share=HELD)
    chosen = list(_some(held))
    scanner = build(model=in_folder(Path(question["folder"]), question["name"], version="", origin="trained"))
    found: list[Mistake] = []
    if any(sample.spans for sample in chosen):
        found = evaluate(
            lambda text: entities(scanner, text),
            chosen,
            model=question["name"],
            worst=MOST_MISTAKES,
            rounds=1,  # nobody asks for intervals
        ).mistakes
    return {
        "mistakes": [mistake.model_dump() for mistake in found],
        "looked_at": len(chosen),
        "held": len(held),
    }


def _some(samples: Sequence[Sample]) -> Iterator[Sample]:
    """The first of them, one at least, until there are characters enough."""
    characters = 0
    for sample in samples:
        yield sample
        characters += len(sample.text)
        if characters > MOST_CHARACTERS:
            return


if __name__ == "__main__":
    sys.exit(apart.answer(_answer))
