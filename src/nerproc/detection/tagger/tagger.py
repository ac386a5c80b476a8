"""The detector: texts -> words -> vectors -> moves -> entities."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nerproc.detection.network.calibration import calibrated
from nerproc.detection.network.decode import Found, decode
from nerproc.detection.network.session import Session
from nerproc.detection.network.tidy import tidied
from nerproc.detection.span import Hint, Span
from nerproc.detection.tagger.folder import NETWORK, Settings, read
from nerproc.detection.tagger.stream import BATCH, BLOCK, HALO, join, moves
from nerproc.detection.tagger.vector import BLANK_ID, BREAK_ID, PAD, TAB_ID, Vectors
from nerproc.detection.tagger.word import Words, split
from nerproc.errors import InvalidRequest
from nerproc.schema.entity import MAX_ENTITY_LENGTH


def load(folder: Path, *, threads: int = 1, labels: Collection[str] | None = None) -> Tagger:
    """The tagger in `folder`.

    Args:
        folder: a model of kind "small".
        threads: how many threads the network runs on.
        labels: labels to report; all of the model if None.

    Raises:
        InvalidRequest: the folder is not a whole model of that kind.
    """
    return Tagger(read(folder), folder, threads=threads, labels=labels)


class Tagger:
    """Finds what a small network learned to find."""

    is_light = True

    def __init__(
        self, settings: Settings, folder: Path, *, threads: int, labels: Collection[str] | None
    ) -> None:
        """See `load`."""
        self.warnings: list[str] = []
        self.labels = tuple(settings.labels)
        self._wanted = np.array([labels is None or label in labels for label in self.labels])
        self._calibration = settings.calibration
        self._vectors = Vectors(folder, settings.bits, threads=threads)
        shape = (BATCH, BLOCK + 2 * HALO, self._vectors.width)
        self._network = Session(folder / NETWORK, threads=threads, shape=shape)
        if self._network.width != 1 + 2 * len(self.labels):
            raise InvalidRequest(f"{NETWORK} in {folder} does not fit the labels", hint="train the model anew")

    def detect(self, text: str, hint: Hint | None = None) -> list[Span]:
        """The entities in `text`, in order; none overlap."""
        return self.detect_all([(text, hint)])[0]

    def detect_all(self, texts: Sequence[tuple[str, Hint | None]]) -> list[list[Span]]:
        """What `detect` finds in each of `texts`; a small text takes less time than by itself."""
        found = self.decoded([text for text, _ in texts])
        return [tidied(text, each) for (text, _), each in zip(texts, found, strict=True)]

    def decoded(self, texts: Sequence[str]) -> list[list[Span]]:
        """What the network alone finds in each of `texts`, whatever stands beside it."""
        words = [split(text) for text in texts]
        scores, stream, starts = self._moves(words)
        is_open = (stream != PAD) & (stream != BLANK_ID) & (stream != TAB_ID)
        found = decode(scores, ~is_open, stream == BREAK_ID)
        lasts = np.searchsorted(found.starts, starts + [len(each.texts) for each in words])
        firsts = np.searchsorted(found.starts, starts)
        spans = []
        for each, start, first, last in zip(words, starts, firsts, lasts, strict=True):
            part = Found._make(column[first:last] for column in found)
            spans.append(self._spans(each, part, start))
        return spans

    def scores(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """What the network says of the words of each of `texts`: a row a word, a column a move; logits."""
        words = [split(text) for text in texts]
        scores, _, starts = self._moves(words)
        return [
            scores[start : start + len(each.texts)] for each, start in zip(words, starts.tolist(), strict=True)
        ]

    def _moves(self, words: list[Words]) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
        """Scores, the stream of words that they belong to, and where each text begins in it."""
        vectors = self._vectors
        vectors.make_room()
        stream, starts = join([vectors.numbers(each.texts) for each in words], PAD)
        return moves(stream, PAD, vectors.of, self._network.run), stream, starts

    def _spans(self, words: Words, found: Found, first: np.int64) -> list[Span]:
        """Entities of one text, whose words begin at `first` of the stream."""
        starts, ends = words.starts[found.starts - first], words.ends[found.ends - first - 1]
        kept = self._wanted[found.labels] & (ends - starts <= MAX_ENTITY_LENGTH)
        scores = calibrated(found.chances, self._calibration)
        names = [self.labels[label] for label in found.labels[kept].tolist()]
        columns = (starts[kept].tolist(), ends[kept].tolist(), names, scores[kept].tolist())
        return [
            Span(start, end, label, None, score, "tagger", validated=False)
            for start, end, label, score in zip(*columns, strict=True)
        ]
