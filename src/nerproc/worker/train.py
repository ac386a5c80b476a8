"""The task `train`: learn the samples of a job, from a base if there is one, and hand in a model.

After each epoch the training as it is then goes to the artifact store, and becomes what the next attempt goes
on from, on any host, by a fenced commit. The model's files are stored under an id of this attempt's own; they
are a model once the commit that ends the task has added its row.
"""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from nerproc.errors import NotFound
from nerproc.failpoint import failpoint
from nerproc.job.task import artifacts
from nerproc.model.folder import built_in
from nerproc.model.store import evaluation_of, put_folder, samples_of
from nerproc.schema.report import TrainingProgress
from nerproc.schema.training import TrainingRequest
from nerproc.train import gather
from nerproc.worker.workplace import Workplace

if TYPE_CHECKING:
    from nerproc.train.finetune import Made, Source
    from nerproc.train.fit import Progress

TELL_SECONDS = 1.0  # between two words about how far it is


def run(message: dict[str, Any], place: Workplace) -> None:
    """Train, and send progress, epochs, and at the end the model; or `yield`.

    Raises:
        nerproc.errors.NotFound: the base was deleted.
        nerproc.errors.InvalidRequest: the samples cannot be learnt.
        nerproc.errors.StorageUnreachable: something cannot be read or stored.
        nerproc.errors.SettingsError: the disk is full.
    """
    started = time.monotonic()
    with TemporaryDirectory(prefix="training-", dir=place.storage.scratch()) as scratch:
        training = _Training(message, place, Path(scratch))
        try:
            made = training.run()
        except _Asked:
            place.channel.send({"op": "yield", "reason": "its worker is shutting down"})
            return
        training.hand_in(made, seconds=time.monotonic() - started)


class _Asked(Exception):
    """The supervisor wants the task back."""


class _Training:
    """One attempt at a training."""

    def __init__(self, message: dict[str, Any], place: Workplace, scratch: Path) -> None:
        self._message = message
        self._place = place
        self._request = TrainingRequest.model_validate(message["request"])
        self._scratch = scratch
        self._checkpoint = scratch / "checkpoint"
        self._told = 0.0
        self._progress: TrainingProgress | None = None

    def run(self) -> Made:
        """Train, from the last checkpoint on."""
        from nerproc.train.finetune import Hooks, finetune

        place, key = self._place, self._message["checkpoint"]
        if key is not None:
            with suppress(NotFound), place.storage.open(key) as source, self._checkpoint.open("wb") as target:
                shutil.copyfileobj(source, target)
        with place.storage.open(self._message["manifest"]) as stream:
            samples = gather.load(stream)
        return finetune(
            self._request,
            samples,
            self._scratch / "model",
            Hooks(progress=self._step, saved=self._saved, alive=self._alive),
            base=self._base(),
            replay=list(self._replay()),
            checkpoint=self._checkpoint,
        )

    def hand_in(self, made: Made, *, seconds: float) -> None:
        """Store the model, and say what its row is to be."""
        from nerproc.train.finetune import sign

        message, storage, model = self._message, self._place.storage, uuid4()
        description = sign(
            self._scratch / "model",
            self._request,
            made,
            base_id=message["model"],
            job=message["job"],
            seconds=round(seconds, 1),
        )
        with storage.open(message["manifest"]) as stream:
            storage.put(samples_of(model), stream)
        storage.put(evaluation_of(model), io.BytesIO(made.evaluation.model_dump_json().encode()))
        files = put_folder(storage, model, self._scratch / "model", description)
        failpoint("model_stored")
        row = {"id": str(model), "description": description.model_dump(mode="json"), "files": files}
        self._place.channel.send({"op": "model", **row})

    def _base(self) -> Path | None:
        name, model = self._request.base, self._message["model"]
        if name is None:
            return None
        folder = built_in(name) if model is None else self._place.models.fetch(model)
        if folder is None:
            raise NotFound(f"The model {name!r} was deleted.")
        return folder

    def _replay(self) -> Iterator[Source]:
        from nerproc.train.finetune import Source

        for replay in self._request.replay:
            with suppress(NotFound), self._place.storage.open(replay.artifact) as stream:  # else: deleted
                yield Source(f"the samples of {replay.model}", gather.load(stream), tuple(replay.labels))

    def _alive(self) -> None:
        self._place.beacon.tick()
        if self._place.channel.waiting():
            raise _Asked

    def _step(self, now: Progress) -> None:
        self._alive()
        failpoint("training_step", str(now.epoch))
        f1 = now.f1
        if f1 is None and self._progress is not None:
            f1 = self._progress.f1
        self._progress = TrainingProgress(
            epoch=now.epoch,
            epochs=now.epochs,
            step=now.step,
            steps=now.steps,
            loss=round(now.loss, 5),
            f1=None if f1 is None else round(f1, 4),
            seconds_left=round(now.seconds_left, 1),
        )
        # The end of an epoch is told by `_saved`.
        if now.f1 is None and time.monotonic() - self._told > TELL_SECONDS:
            self._told = time.monotonic()
            self._place.channel.send({"op": "progress", "progress": self._progress.model_dump()})

    def _saved(self, epoch: int) -> None:
        assert self._progress is not None
        job, task, attempt = (self._message[name] for name in ("job", "number", "attempt"))
        key = f"{artifacts(UUID(job))}/task-{task}/attempt-{attempt}/epoch-{epoch}"
        self._place.storage.put_file(key, self._checkpoint)
        failpoint("epoch_stored", str(epoch))
        self._place.channel.send({"op": "epoch", "checkpoint": key, "progress": self._progress.model_dump()})
        self._told = time.monotonic()
