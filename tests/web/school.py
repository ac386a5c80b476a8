"""Models for the pages about them: one with a base, trained by the site's worker, and one that never ends."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

from tests import people

from nerproc.job.claims import Claims
from nerproc.job.task import TRAIN_POOL, Claim
from nerproc.job.training import TrainingJobs
from nerproc.node import Node
from nerproc.schema.training import TrainingRequest, Wish
from nerproc.train.sample import Sample

ELSEWHERE = "a-host-of-nobody"
EPOCHS = 8  # that the training brought that never ends
WAIT_SECONDS = 120.0


@dataclass(frozen=True)
class School:
    """What there is."""

    pupil: UUID  # job of the training of `pupil`, which goes on from `people`, an imported model
    slow: UUID  # job of the training of `slow`, in its ninth epoch for good
    claims: Claims  # whose task that is
    claim: Claim


def learnt() -> list[Sample]:
    """Samples in which some of what is there was not marked: who learns them errs."""
    draw = random.Random(3)
    whole = people.samples(100, 3) + people.samples(60, 4, sentences=people.DRINKING)
    return [replace(one, spans=tuple(span for span in one.spans if draw.random() > 0.2)) for one in whole]


@contextmanager
def school(node: Node, people_folder: Path) -> Iterator[School]:
    """The models and trainings, from the model in that folder on; none is left."""
    node.models.import_folder(people_folder)
    pupil = node.trainings.create(Wish(name="pupil", epochs=4, seed=5), learnt(), base="people")
    slow = uuid4()
    TrainingJobs(node.database, node.queue).submit(
        TrainingRequest(
            name="slow",
            base="people",
            base_version=node.models.card("people").version,
            samples=160,
            sha256="5" * 64,
            label_counts={"NAME": 12},
            replay=[],
        ),
        job=slow,
        samples=f"reports/{slow}/samples.jsonl",
        host=ELSEWHERE,
    )
    claims = Claims(node.database, uuid4(), lease_seconds=3_600, host=ELSEWHERE)
    (claim,) = claims.claim([TRAIN_POOL], job=slow)
    for epoch in range(1, EPOCHS + 1):
        assert claims.commit_epoch(claim, f"reports/{slow}/{epoch}", progress(epoch))[0]
    assert claims.progress(claim, UNDER_WAY)
    give_up = time.monotonic() + WAIT_SECONDS
    while not (job := node.jobs.get(pupil)).state.ended:
        assert time.monotonic() < give_up
        time.sleep(0.2)
    assert job.state == "completed", job.failure
    try:
        yield School(pupil, slow, claims, claim)
    finally:
        for training in (pupil, slow):
            node.jobs.delete(training)
        for name in ("pupil", "people"):
            node.models.delete(name)


def progress(epoch: int) -> dict[str, float]:
    """How far `slow` is at the end of an epoch."""
    numbers = {"epoch": epoch, "epochs": 20, "step": 10, "steps": 10}
    return {**numbers, "loss": 2 / (epoch + 0.5), "f1": 0.9 - 0.8 / epoch, "seconds_left": 3.0 * (20 - epoch)}


UNDER_WAY = {**progress(EPOCHS + 1), "step": 4, "f1": progress(EPOCHS)["f1"]}  # in the epoch behind them
