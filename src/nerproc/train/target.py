"""What the network is to say of each word: by the spans of a sample, by a teacher where they say nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from nerproc.detection.tagger.tagger import Tagger
from nerproc.detection.tagger.word import Words
from nerproc.train.sample import Sample

Targets = NDArray[np.float16]  # a row of each word, a column of each move; rows add up to 1
# Texts -> for each the chances of its words' moves, as Targets are.
Teacher = Callable[[Sequence[str]], Sequence[NDArray[np.floating]]]


@dataclass(frozen=True, slots=True)
class Material:
    """Samples of one kind to learn from."""

    samples: Sequence[Sample]
    annotated: Collection[str] | None = None  # labels that their spans say all of; None: all labels
    teacher: Teacher | None = None  # says of words outside the spans whether they are of other labels


def digest(materials: Sequence[Material]) -> str:
    """A hash of what is learnt; of a teacher, that there is one: what it says may differ by a bit elsewhere."""
    state = sha256()
    for material in materials:
        annotated = None if material.annotated is None else sorted(material.annotated)
        state.update(repr((annotated, material.teacher is not None)).encode())
        for sample in material.samples:
            state.update(repr((sample.text, sample.spans)).encode("utf-8", "surrogatepass"))
    return state.hexdigest()


def width(labels: Sequence[str]) -> int:
    """How many moves there are."""
    return 1 + 2 * len(labels)


def moves(sample: Sample, words: Words, labels: Sequence[str]) -> NDArray[np.int64]:
    """The move of each word of `sample`; a word of which a span has a part is in it."""
    tags = np.zeros(len(words.texts), np.int64)
    firsts = np.searchsorted(words.ends, [span.start for span in sample.spans], side="right")
    lasts = np.searchsorted(words.starts, [span.end for span in sample.spans])
    for span, first, last in zip(sample.spans, firsts.tolist(), lasts.tolist(), strict=True):
        if first < last:
            label = labels.index(span.label)
            tags[first:last] = 1 + len(labels) + label
            tags[first] = 1 + label
    return tags


def targets(material: Material, words: Sequence[Words], labels: Sequence[str]) -> list[Targets]:
    """The targets of the samples of `material`, whose words are `words`."""
    tags = [moves(sample, each, labels) for sample, each in zip(material.samples, words, strict=True)]
    hard = np.eye(width(labels), dtype=np.float16)
    if material.teacher is None:
        return [hard[each] for each in tags]
    known = [
        0,
        *(
            move
            for number, label in enumerate(labels)
            if material.annotated is None or label in material.annotated
            for move in (1 + number, 1 + len(labels) + number)
        ),
    ]
    found = []
    taught = material.teacher([sample.text for sample in material.samples])
    for each, chances in zip(tags, taught, strict=True):
        soft = np.array(chances, np.float32)
        outside = soft[:, known].sum(axis=1)  # what is annotated is not here: all of that is chance of O
        soft[:, known] = 0
        soft[:, 0] = outside
        found.append(np.where((each > 0)[:, None], hard[each], soft.astype(np.float16)))
    return found


def teach(tagger: Tagger, labels: Sequence[str]) -> Teacher:
    """`tagger` as the teacher of a network with `labels`, among which are all of the tagger's own."""
    numbers = [labels.index(label) for label in tagger.labels]
    columns = [0, *(1 + number for number in numbers), *(1 + len(labels) + number for number in numbers)]

    def teacher(texts: Sequence[str]) -> list[NDArray[np.floating]]:
        found: list[NDArray[np.floating]] = []
        for logits in tagger.scores(texts):
            chances = np.zeros((len(logits), width(labels)), np.float32)
            powers = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
            chances[:, columns] = powers / powers.sum(axis=1, keepdims=True)
            found.append(chances)
        return found

    return teacher
