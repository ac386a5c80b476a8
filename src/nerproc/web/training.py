"""A training as the pages of models show it: how far it is, and the curves of its epochs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from nerproc.errors import NotFound
from nerproc.job.training import epochs, latest_training
from nerproc.schema.training import TrainingRequest
from nerproc.show.curve import Lines, Series

if TYPE_CHECKING:
    from nerproc.job.jobs import JobRecord
    from nerproc.node import Node
    from nerproc.schema.report import ModelCard, TrainingProgress


@dataclass(frozen=True, slots=True)
class Training:
    """A training, and what its epochs brought."""

    job: JobRecord
    request: TrainingRequest
    epochs: list[TrainingProgress]

    @property
    def loss(self) -> Lines:
        """The mean loss of each epoch."""
        return Lines("Loss", [Series("loss", [(one.epoch, one.loss) for one in self.epochs])], "epoch", "loss")

    @property
    def f1(self) -> Lines:
        """The F1 on held samples at the end of each epoch."""
        points = [(one.epoch, one.f1) for one in self.epochs if one.f1 is not None]
        return Lines("F1 on held samples", [Series("F1", points)], "epoch", "F1", y_range=(0, 1))

    @property
    def best(self) -> TrainingProgress | None:
        """The first of the epochs that did best."""
        known = [one for one in self.epochs if one.f1 is not None]
        return max(known, key=lambda one: one.f1 or 0.0, default=None)


def training_of(node: Node, card: ModelCard) -> Training | None:
    """The training that made a model; None if it was not trained here, or its job was deleted."""
    job = card.lineage.get("job") if card.origin == "trained" else None
    try:
        return None if job is None else _training(node, UUID(job))
    except NotFound:
        return None


def training_called(node: Node, name: str) -> Training | None:
    """The last training that was to make a model of that name."""
    job = latest_training(node.database, name)
    return None if job is None else _training(node, job)


def _training(node: Node, identity: UUID) -> Training:
    job = node.jobs.get(identity)
    assert isinstance(job.request, TrainingRequest)
    return Training(job, job.request, epochs(node.database, identity))
