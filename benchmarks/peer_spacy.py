"""A spaCy pipeline with nothing but `ner`, trained from scratch. Runs under the peer's own Python.

    python peer_spacy.py train TRAIN DEV OUT --epochs N    texts with spans, one JSON object a line
    python peer_spacy.py find MODEL < texts                texts are a JSON list; prints the spans of each
    python peer_spacy.py speed MODEL < texts               prints bytes, processor and wall seconds of each
    python peer_spacy.py tokens < texts                    prints the tokens of each

Batches, dropout and optimizer are those of spaCy's own default for training. After each epoch the F1 on DEV is
taken; the best epoch is kept, and two without a better one end the training.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import filter_spans, fix_random_seed

DOCUMENT = 10_000  # characters, at most, of a text whose speed is measured
DROPOUT = 0.1
BATCH_WORDS = (100, 1_000)  # of the first batches and of the last
GROWTH = 1.001
PATIENCE = 2
SEED = 1
Spans = list[tuple[int, int, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train")
    for name in ("train", "dev", "out"):
        training.add_argument(name, type=Path)
    training.add_argument("--epochs", type=int, required=True)
    for name in ("find", "speed"):
        commands.add_parser(name).add_argument("model", type=Path)
    commands.add_parser("tokens")
    options = parser.parse_args()
    if options.command == "train":
        answer: Any = train(options.train, options.dev, options.out, options.epochs)
    else:
        texts = json.load(sys.stdin)
        nlp = spacy.blank("en") if options.command == "tokens" else spacy.load(options.model)
        answer = {"find": find, "speed": speed, "tokens": tokens}[options.command](nlp, texts)
    print(json.dumps(answer))


def train(train: Path, dev: Path, out: Path, epochs: int) -> dict[str, Any]:
    """Train, write the best epoch to `out`; what came of it."""
    fix_random_seed(SEED)
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    examples = [_example(nlp, row) for row in _rows(train)]
    held = [(row["text"], _spans(row)) for row in _rows(dev)]
    optimizer = nlp.initialize(lambda: examples)
    began, scores, step = time.monotonic(), [], 0
    while len(scores) < epochs and len(scores) - _best(scores) < PATIENCE:
        random.Random(f"{SEED}/{len(scores)}").shuffle(examples)
        for batch in _batches(examples, step):
            nlp.update(batch, sgd=optimizer, drop=DROPOUT)
            step += 1
        found = find(nlp, [text for text, _ in held])
        scores.append(_f1(found, [spans for _, spans in held]))
        if _best(scores) == len(scores):
            nlp.to_disk(out)
        print(f"spaCy, epoch {len(scores)}: F1 {scores[-1]:.4f}", file=sys.stderr, flush=True)
    return {
        "version": spacy.__version__,
        "samples": len(examples),
        "epochs": len(scores),
        "best_epoch": _best(scores),
        "dev_f1": round(max(scores), 4),
        "train_s": round(time.monotonic() - began, 1),
    }


def find(nlp: Language, texts: list[str]) -> list[Spans]:
    """The spans of each text."""
    return [[(e.start_char, e.end_char, e.label_) for e in doc.ents] for doc in nlp.pipe(texts)]


def speed(nlp: Language, texts: list[str]) -> dict[str, Any]:
    """How long each text takes, cut into documents."""
    times = []
    for text in texts:
        documents = list(_documents(text))
        wall, cpu = time.perf_counter(), time.process_time()
        entities = sum(len(doc.ents) for doc in nlp.pipe(documents))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        times.append([len(text.encode()), cpu, wall, entities])
    return {"times": times}


def tokens(nlp: Language, texts: list[str]) -> list[list[tuple[int, int]]]:
    """Start and end of each token that is not only space."""
    docs = (nlp.make_doc(text) for text in texts)
    return [[(t.idx, t.idx + len(t)) for t in doc if not t.is_space] for doc in docs]


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _spans(row: dict[str, Any]) -> Spans:
    return [(span["start"], span["end"], span["label"]) for span in row["spans"]]


def _example(nlp: Language, row: dict[str, Any]) -> Example:
    """A sample as spaCy learns it; a span that ends within a token has all of it."""
    doc = nlp.make_doc(row["text"])
    marked = Doc(nlp.vocab, words=[t.text for t in doc], spaces=[bool(t.whitespace_) for t in doc])
    spans = [marked.char_span(*span, alignment_mode="expand") for span in _spans(row)]
    marked.set_ents(filter_spans([span for span in spans if span is not None]), default="outside")
    return Example(doc, marked)


def _batches(examples: list[Example], step: int) -> Iterator[list[Example]]:
    """Batches of so many words as is their turn after `step` ones."""
    batch: list[Example] = []
    words = 0
    for example in examples:
        if batch and words + len(example.predicted) > min(BATCH_WORDS[0] * GROWTH**step, BATCH_WORDS[1]):
            yield batch
            step, batch, words = step + 1, [], 0
        batch.append(example)
        words += len(example.predicted)
    if batch:
        yield batch


def _best(scores: list[float]) -> int:
    """The number of the best epoch, from 1; 0 before the first."""
    return scores.index(max(scores)) + 1 if scores else 0


def _f1(found: Iterable[Spans], expected: Iterable[Spans]) -> float:
    correct = total = 0
    for ours, theirs in zip(found, expected, strict=True):
        correct += len(set(ours) & set(theirs))
        total += len(ours) + len(theirs)
    return 2 * correct / total if total else 0.0


def _documents(text: str) -> Iterator[str]:
    """`text` in documents that end with a line, or at least with a word."""
    first = 0
    while first < len(text):
        last = first + DOCUMENT
        if last < len(text):
            cut = max(text.rfind("\n", first, last), first) or first
            cut = cut if cut > first else text.rfind(" ", first, last)
            last = cut + 1 if cut > first else last
        yield text[first:last]
        first = last


if __name__ == "__main__":
    main()
