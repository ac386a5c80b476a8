"""Texts that nobody marked, for a teacher to mark; gold alone is too little for a small network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nerproc.detection.tagger.word import split
from nerproc.train.sample import Sample
from training import gold

_PARAGRAPHS = re.compile(r"\n\s*\n")
_SENTENCES = re.compile(r"(?<=[a-z)\"”][.!?])\s+(?=[A-Z\"“])")  # where one ends, more or less
_LONGEST = 900  # characters of a paragraph; of a longer one each sentence stands alone, or else each line
_RUN = 8  # words in a row that a text may not have in common with one that models are tried on


class Seen:
    """Texts that models are tried on, and that must not be learned."""

    def __init__(self, texts: Iterable[str]) -> None:
        """A text of fewer words than a run counts as a whole."""
        self._runs = {run for text in texts for run in _runs(text)}

    def has(self, text: str) -> bool:
        """Whether one of them shares a run of words with `text`."""
        return not self._runs.isdisjoint(_runs(text))


def seen(data: Path) -> Seen:
    """What models are tried on: the folders `dev` and `bench` of `data`."""
    files = (file for part in ("dev", "bench") for file in sorted((data / part).glob("*.jsonl")))
    return Seen(sample.text for sample in gold.read(files))


class Kind(NamedTuple):
    """Texts of one kind."""

    folder: str
    corpus: int  # under whose rules the teacher reads them; see `accurate.CORPORA`
    most: int  # characters, spread evenly over the files


# Most of what tells names from other words is in texts that are dense with them.
KINDS = (
    Kind("wikipedia", 1, 3_000_000),
    Kind("wikitext", 1, 6_000_000),
    Kind("social_raw", 3, 7_500_000),
    Kind("tweets", 3, 1_500_000),
    Kind("news", 2, 1_500_000),
    Kind("reviews", 2, 2_000_000),
    Kind("report", 2, 1_500_000),
    Kind("glosses", 1, 1_200_000),
    Kind("world_factbook", 1, 1_200_000),
    Kind("state_union", 2, 1_200_000),
    Kind("politics", 2, 3_000_000),
    Kind("fortunes", 2, 1_600_000),
    Kind("litbank_novels", 2, 2_500_000),
)


def files(folder: Path, kind: Kind) -> list[Path]:
    """The text files of a kind."""
    return sorted((folder / kind.folder).glob("*.txt"))


def read(files: Sequence[Path], seen: Seen, *, most: int) -> list[Sample]:
    """The paragraphs of `files`, without spans.

    Args:
        files: of one kind.
        seen: texts to leave out.
        most: characters, spread evenly over the files; what short ones leave goes to the longer ones.
    """
    texts = sorted(
        ((file.read_text("utf-8", "replace"), file.name) for file in files), key=lambda each: len(each[0])
    )
    found = []
    for place, (text, name) in enumerate(texts):
        share = text[: most // (len(texts) - place)]
        most -= len(share)
        found += [Sample(paragraph, (), document=name) for paragraph in _paragraphs(share)]
    return [sample for sample in found if not seen.has(sample.text)]


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in _PARAGRAPHS.split(text):
        stripped = paragraph.strip()
        if 0 < len(stripped) <= _LONGEST:
            yield stripped
        elif stripped:
            for part in _SENTENCES.split(stripped):
                yield from [part] if len(part) <= _LONGEST else filter(None, map(str.strip, part.splitlines()))


def _runs(text: str) -> Iterator[int]:
    """A hash of each run of words in `text`, whatever their case and the spaces between them."""
    words = [word for word in split(text.lower()).texts if word[0].isalnum()]
    return (hash(tuple(words[first : first + _RUN])) for first in range(max(len(words) - _RUN, 0) + 1))
