"""Training: from samples, or from samples and a base model, to a network that does best on others.

Everything random is drawn from the seed and the number of the epoch, so the same samples and options give the
same network on the same number of threads, and a training that goes on from a checkpoint ends as if it had not
stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nerproc.detection.network.calibration import Calibration
from nerproc.detection.tagger.feature import Features, features
from nerproc.detection.tagger.stream import BLOCK
from nerproc.errors import InvalidRequest
from nerproc.train.base import Base
from nerproc.train.checkpoint import Checkpoint
from nerproc.train.corpus import Batch, Corpus
from nerproc.train.extra import torch
from nerproc.train.network import Network, subset, with_pad
from nerproc.train.table import packed, unpacked
from nerproc.train.target import Material, digest, width
from nerproc.train.trial import Trial

_STEPS = 40  # in an epoch, at least where the samples are few: smaller batches then
_WARM = 0.1  # share of the steps in which the rate rises
_TILTS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)  # log-odds
_CLIP = 1.0  # longest step of the gradient
_LAYERS = 0.5  # share of the rate at which the layers of a base learn; its last, with new labels, at all of it


@dataclass(frozen=True, slots=True)
class Options:
    """How to train."""

    epochs: int = 12  # at most
    patience: int = 3  # epochs without a better F1 after which it ends
    rate: float = 3e-3  # of learning, at its highest
    decay: float = 0.01  # of weights
    dropout: float = 0.2
    blocks: int = 16  # in a batch, at most; a block is 128 words
    bits: int = 15  # of the table of a network from scratch; a base keeps its own
    seed: int = 1
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is."""

    epoch: int  # from 1
    epochs: int  # at most
    step: int  # of the epoch, from 1
    steps: int  # of the epoch, about
    loss: float  # mean of the epoch so far
    f1: float | None  # strict micro F1 on the held samples, at the end of an epoch
    seconds_left: float  # if no epoch is saved


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained network."""

    network: Network  # of the best epoch
    labels: tuple[str, ...]
    bits: int
    f1: float  # strict micro F1 on the held samples, mean of their parts
    calibration: Calibration
    epoch: int  # the best one, from 1


def fit(
    materials: Sequence[Material],
    held: Sequence[Material],
    labels: Sequence[str],
    options: Options | None = None,
    *,
    base: Base | None = None,
    checkpoint: Path | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    saved: Callable[[int], None] = lambda _: None,
) -> Fitted:
    """A network that learned `materials`, of the epoch that did best on `held`.

    Args:
        materials: what to learn.
        held: samples of other documents, to choose the epoch and to calibrate scores by. Of each part only the
            labels count that it annotates, and each part weighs as much as another.
        labels: what it is to find; spans of `materials` and `held` have no others.
        options: how to train.
        base: go on from this network, made for `labels` (`base.load_base`).
        checkpoint: file in which each epoch is kept, and from which an interrupted training goes on.
        progress: called after each step; what it raises ends the training.
        saved: called with the number of an epoch once that is in the checkpoint.

    Raises:
        InvalidRequest: there is nothing to learn, or nothing to see it by.
        SettingsError: the checkpoint cannot be written.
    """
    options = options or Options()
    held = [part for part in held if part.samples]
    if not held or not any(material.samples for material in materials):
        raise InvalidRequest(
            "there are too few samples to learn from some and try it on others", hint="give more samples"
        )
    run = _Run(Corpus(materials, labels), Trial(held, labels), labels, options, base)
    identity = {"labels": list(labels), "learnt": digest(materials), "base": base and base.digest}
    kept = Checkpoint(checkpoint, asdict(options) | identity)
    run.restore(kept.load())
    started, first = time.monotonic(), run.epoch

    def report(step: int, loss: float, f1: float | None) -> None:
        done = run.epoch - first + step / run.steps
        left = (time.monotonic() - started) / done * max(options.epochs - first - done, 0)
        progress(Progress(run.epoch + 1, options.epochs, step, run.steps, loss, f1, left))

    while run.epoch < options.epochs and run.epoch - run.best_epoch < options.patience:
        run.advance(report)
        kept.save(run.state())
        saved(run.epoch)
    return run.result()


class _Run:
    """A training between two epochs."""

    def __init__(
        self, corpus: Corpus, trial: Trial, labels: Sequence[str], options: Options, base: Base | None
    ) -> None:
        torch.set_num_threads(options.threads)
        torch.use_deterministic_algorithms(mode=True)
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # never read
        torch.manual_seed(options.seed)
        self.corpus = corpus
        self._trial = trial
        self._labels = tuple(labels)
        self._new = [number for number, label in enumerate(labels) if base is None or label not in base.labels]
        self._options = options
        self._bits = base.bits if base else options.bits
        self._network = base.network if base else Network(width(labels), self._bits)
        self._network.dropout.p = options.dropout
        self._features = features(corpus.vocabulary[1:], self._bits)
        self._trial_features = features(trial.vocabulary[1:], self._bits)
        blocks = -(-corpus.size // BLOCK)
        self._batch = max(1, min(options.blocks, blocks // _STEPS))
        self.steps = -(-blocks // self._batch)  # about: the samples are joined in another way each time
        self._optimizer = torch.optim.AdamW(
            _groups(self._network, goes_on=base is not None),
            options.rate,
            weight_decay=options.decay,
            fused=True,
        )
        self.epoch = 0  # how many are done
        self.best_epoch = 0
        self._best: dict[str, Any] = {}
        self._best_f1 = -1.0
        self._calibration = Calibration()

    def advance(self, report: Callable[[int, float, float | None], None]) -> None:
        """Learn everything once more, and see what it brought."""
        rng = np.random.default_rng((self._options.seed, self.epoch))
        torch.manual_seed(int(rng.integers(1 << 62)))
        self._network.train()
        total, step = 0.0, 0
        for batch in self.corpus.epoch(rng, batch=self._batch):
            if step:
                report(min(step, self.steps), total / step, None)
            self._set_rate(step)
            total += self._learn(batch)
            step += 1
        f1, calibration = self._try()
        report(self.steps, total / step, f1)
        self.epoch += 1
        if f1 > self._best_f1:
            self._best_f1, self._calibration, self.best_epoch = f1, calibration, self.epoch
            self._best = {name: value.clone() for name, value in self._network.state_dict().items()}

    def result(self) -> Fitted:
        """The network of the best epoch, tilted towards what is most often right."""
        self._network.load_state_dict(self._best)
        self._tilt()
        return Fitted(
            network=self._network,
            labels=self._labels,
            bits=self._bits,
            f1=self._best_f1,
            calibration=self._calibration,
            epoch=self.best_epoch,
        )

    def _tilt(self) -> None:
        """Make new labels as much likelier as is best for F1.

        A network that learned by likelihood misses more entities than it makes up.
        """
        bias = self._network.head.bias
        moves = [first + number for number in self._new for first in (1, 1 + len(self._labels))]
        learnt = bias.detach()[moves].clone()
        chosen = 0.0
        for step in _TILTS if moves else ():
            with torch.no_grad():
                bias[moves] = learnt + step
            f1, calibration = self._try()
            if f1 > self._best_f1:
                self._best_f1, self._calibration, chosen = f1, calibration, step
        with torch.no_grad():
            bias[moves] = learnt + chosen

    def state(self) -> dict[str, Any]:
        """All that is needed to go on."""
        return {
            "epoch": self.epoch,
            "best_epoch": self.best_epoch,
            "best_f1": self._best_f1,
            "calibration": [self._calibration.slope, self._calibration.offset],
            "network": self._network.state_dict(),
            "best": self._best,
            "optimizer": self._optimizer.state_dict(),
        }

    def restore(self, state: dict[str, Any] | None) -> None:
        """Go on from what `state` said."""
        if state is None:
            return
        self.epoch, self.best_epoch, self._best_f1 = state["epoch"], state["best_epoch"], state["best_f1"]
        self._calibration = Calibration(*state["calibration"])
        self._network.load_state_dict(state["network"])
        self._best = state["best"]
        self._optimizer.load_state_dict(state["optimizer"])

    def _learn(self, batch: Batch) -> float:
        """One step; its loss."""
        distinct, places = np.unique(batch.words, return_inverse=True)
        if distinct[0] != 0:
            distinct, places = np.append(0, distinct), places + 1
        vectors = with_pad(self._network.vectors(subset(self._features, distinct[1:] - 1)))
        scores = self._network.scores(places.reshape(batch.words.shape), vectors)
        counts = torch.from_numpy(batch.counts)
        loss = torch.nn.functional.cross_entropy(scores[counts], torch.from_numpy(batch.targets)[counts])
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), _CLIP)
        self._optimizer.step()
        return float(loss.detach())

    def _set_rate(self, step: int) -> None:
        """A short rise, and a straight way down to nothing at the end of the last epoch."""
        done = (self.epoch + min(step / self.steps, 1)) / self._options.epochs
        factor = min((done + 1e-3) / _WARM, (1 - done) / (1 - _WARM))
        for group in self._optimizer.param_groups:
            group["lr"] = self._options.rate * group["share"] * max(factor, 1e-3)

    def _try(self) -> tuple[float, Calibration]:
        """What the network is worth with its weights as they are stored."""
        self._network.eval()
        table = self._network.table
        learnt = table.data
        table.data = torch.from_numpy(unpacked(*packed(learnt.numpy())))
        with torch.inference_mode():
            result = self._trial.run(*runner(self._network, self._trial_features))
        table.data = learnt
        return result


def _groups(network: Network, *, goes_on: bool) -> list[dict[str, Any]]:
    """What learns, with the share of the rate that it learns at.

    The table of a base stays as it is. Words of new samples share its rows with words that are in none of them,
    and would take these along: that, more than anything, is what made networks forget.
    """
    if not goes_on:
        return [{"params": list(network.parameters()), "share": 1.0}]
    network.table.requires_grad = False
    layers = [network.hidden, network.word, *network.layers]
    return [
        {"params": [value for layer in layers for value in layer.parameters()], "share": _LAYERS},
        {"params": list(network.head.parameters()), "share": 1.0},
    ]


def runner(
    network: Network, found: Features
) -> tuple[
    Callable[[NDArray[np.int64]], NDArray[np.float32]], Callable[[NDArray[np.float32]], NDArray[np.float32]]
]:
    """`network` as `stream.moves` takes it: vectors of words by number, and scores of blocks of them."""
    vectors = with_pad(network.vectors(found)).numpy(force=True)

    def scores(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return network(torch.from_numpy(blocks)).numpy()  # type: ignore[no-any-return]

    return (lambda numbers: vectors[numbers]), scores
