"""Trainings as users ask for them: check the request and the samples, queue the job; look at what came of it.

What a worker does then is `finetune.py`'s.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from uuid import UUID, uuid4

from nerproc.errors import DatabaseUnreachable, InvalidRequest, NotFound
from nerproc.job.task import artifacts
from nerproc.job.training import TrainingJobs
from nerproc.model.folder import built_in
from nerproc.model.models import Models
from nerproc.model.store import evaluation_of, samples_of
from nerproc.schema.name import BASIC, FROM_NOTHING
from nerproc.schema.report import ModelCard
from nerproc.schema.training import (
    FinetuneRequest,
    Replay,
    TrainingEvaluation,
    TrainingRequest,
    Wish,
)
from nerproc.settings import Settings
from nerproc.source.base import Unreadable
from nerproc.source.upload import UploadSource
from nerproc.storage.base import Storage
from nerproc.train.gather import gather
from nerproc.train.label import Relabel
from nerproc.train.read import read_stream
from nerproc.train.sample import Sample

SMALL = "small"  # the kind of detector that can be trained
_SPOOL = 8 << 20  # bytes of samples kept in memory; more go to a temporary file


def default_base() -> str:
    """What a training begins with that names no base."""
    return FROM_NOTHING if built_in(BASIC) is None else BASIC


@dataclass(frozen=True, slots=True)
class _Base:
    """The model to go on from; nothing, as it is."""

    name: str | None = None
    version: str | None = None
    id: UUID | None = None  # of a stored model
    replay: list[Replay] = field(default_factory=list)


class Trainings:
    """The trainings of one node."""

    def __init__(self, jobs: TrainingJobs, models: Models, storage: Storage, settings: Settings) -> None:
        self._jobs = jobs
        self._models = models
        self._storage = storage
        self._settings = settings

    def create(
        self, wish: Wish, samples: Iterable[Sample], *, base: str | None = None, here: bool = False
    ) -> UUID:
        """Check samples and store them, and queue the training; its id.

        Args:
            wish: what is to be made.
            samples: what is to be learnt, of all sources.
            base: name or id of the model to go on from, or `none`; None: `default_base`.
            here: leave it to workers of this host, should others share the database.

        Raises:
            SampleError: the samples are not valid, or too few.
            InvalidRequest: the base cannot be trained.
            NotFound: there is no such base.
            Conflict: there is a model of that name, or a training that makes one.
        """
        self._models.check_free(wish.name)
        found = self._base(default_base() if base is None else base)
        job = uuid4()
        key = f"{artifacts(job)}/samples.jsonl"
        with SpooledTemporaryFile(max_size=_SPOOL) as spool:
            gathered = gather(samples, spool, labels=wish.labels)
            spool.seek(0)
            self._storage.put(key, cast("BinaryIO", spool))
        request = TrainingRequest(
            name=wish.name,
            base=found.name,
            base_version=found.version,
            samples=gathered.samples,
            sha256=gathered.sha256,
            label_counts=gathered.label_counts,
            replay=found.replay,
            epochs=wish.epochs,
            seed=wish.seed,
        )
        host = socket.gethostname() if here and self._settings.database_url is not None else None
        try:
            self._jobs.submit(request, job=job, samples=key, base_id=found.id, host=host)
        except DatabaseUnreachable:
            raise  # the job may be there, and needs its samples; else those are collected
        except BaseException:
            self._storage.delete(artifacts(job))
            raise
        return job

    def finetune(self, base: str, request: FinetuneRequest) -> UUID:
        """Queue a training on files that were uploaded; see `create`.

        Raises:
            NotFound: there is no such upload, or base.
            SampleError, InvalidRequest, Conflict: as `create`.
        """
        return self.create(request, self._uploaded(request), base=base)

    def evaluation(self, name: str) -> TrainingEvaluation:
        """How good a model that was trained here is.

        Raises:
            NotFound: there is no such model, or it was not trained here.
        """
        card = self._models.card(name)
        if card.origin != "trained" or card.id is None:
            raise NotFound(
                f"There is no evaluation of the model {card.name!r}: it was not trained here.",
                hint=f"nerproc model evaluate {card.name} FILE measures it.",
            )
        with self._storage.open(evaluation_of(card.id)) as stream:
            return TrainingEvaluation.model_validate(json.load(stream), extra="ignore")

    def _uploaded(self, request: FinetuneRequest) -> Iterator[Sample]:
        relabel = Relabel(request.map)
        for upload in request.upload_ids:
            source = UploadSource(self._storage, upload)
            for ref in source.list():
                try:
                    opened = source.open(ref)
                except Unreadable as error:
                    raise NotFound(f"{ref.name} of the upload cannot be read: {error}.") from None
                with opened:
                    yield from read_stream(opened.file, ref.name, relabel)

    def _base(self, name: str) -> _Base:
        if name == FROM_NOTHING:
            return _Base()
        card = self._models.card(name)
        if SMALL not in card.detectors or (card.id is None and built_in(card.name) is None):
            raise InvalidRequest(
                f"The model {card.name!r} cannot be trained: it is no small tagger.",
                hint=f"Go on from one that was trained here, or from nothing (--base {FROM_NOTHING}).",
            )
        return _Base(card.name, card.version, card.id, list(self._learnt(card)))

    def _learnt(self, card: ModelCard) -> Iterator[Replay]:
        """The samples that a model, and those it goes back to, learnt here; of deleted ones there are none."""
        ids: set[UUID] = set()
        while card.origin == "trained" and card.id is not None and card.id not in ids:
            ids.add(card.id)
            labels = sorted(card.lineage["samples"]["labels"])
            yield Replay(model=card.name, artifact=samples_of(card.id), labels=labels)
            if card.lineage["base_id"] is None:
                return
            try:
                card = self._models.card(card.lineage["base_id"])
            except NotFound:
                return
