"""Texts that nobody marked, for a teacher to mark; gold alone is too little for a small network."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from nerproc.detection.tagger import load
from nerproc.detection.tagger.word import split
from nerproc.train.sample import Sample
from nerproc.train.target import Teacher, teach

_PARAGRAPHS = re.compile(r"\n\s*\n")
_LONGEST = 4_000  # characters of a paragraph; longer ones are lists, or have no paragraphs
_RUN = 8  # words in a row that a text may not have in common with one that models are tried on


class Seen:
    """Texts that models are tried on, and that must not be learned."""

    def __init__(self, texts: Iterable[str]) -> None:
        """A text of fewer words than a run counts as a whole."""
        self._runs = {run for text in texts for run in _runs(text)}

    def has(self, text: str) -> bool:
        """Whether one of them shares a run of words with `text`."""
        return not self._runs.isdisjoint(_runs(text))


def files(folder: Path) -> list[Path]:
    """The text files of each kind, which has a folder of its own in `folder`."""
    return sorted(folder.glob("*/*.txt"))


def read(files: Sequence[Path], seen: Seen, *, most: int) -> list[Sample]:
    """The paragraphs of `files`, without spans.

    Args:
        files: files of one kind are in one folder.
        seen: texts to leave out.
        most: characters of each kind, spread evenly over its files.
    """
    of_kind = Counter(file.parent for file in files)
    found = []
    for file in files:
        text = file.read_text("utf-8", "replace")[: most // of_kind[file.parent]]
        found += [Sample(paragraph, (), document=file.name) for paragraph in _paragraphs(text)]
    return [sample for sample in found if not seen.has(sample.text)]


def ensemble(folders: Sequence[Path], labels: Sequence[str], *, threads: int) -> Teacher:
    """The models in `folders` as one teacher, who says the mean of what they say."""
    teachers = [teach(load(folder, threads=threads), labels) for folder in folders]

    def teacher(texts: Sequence[str]) -> list[np.ndarray]:
        said = [each(texts) for each in teachers]
        return [np.mean(chances, axis=0) for chances in zip(*said, strict=True)]

    return teacher


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in _PARAGRAPHS.split(text):
        stripped = paragraph.strip()
        if 0 < len(stripped) <= _LONGEST:
            yield stripped
        elif stripped:
            yield from filter(None, map(str.strip, stripped.splitlines()))


def _runs(text: str) -> Iterator[int]:
    """A hash of each run of words in `text`, whatever their case and the spaces between them."""
    words = [word for word in split(text.lower()).texts if word[0].isalnum()]
    return (hash(tuple(words[first : first + _RUN])) for first in range(max(len(words) - _RUN, 0) + 1))
