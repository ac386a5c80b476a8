"""What models find, how fast, and in how much memory, against a spaCy pipeline trained on the same sentences.

    python -m benchmarks.models [--data DIR] [--prose PATH] [--social PATH] [--raw CORPUS]
                                [--model NAME[=FOLDER]]... [--figure NAME]...

A model is built in, or lies in a folder, which need not be imported. DIR has marked sentences
(`benchmarks.marked`); PATH is a text, or a folder of texts. Prints one JSON line for each figure and model:

- accuracy: for each set of DIR, strict F1 (start, end and label are right) over names, places and
  organisations, as users get them: by the scanner, at the default threshold. A rate is [value, low, high],
  the ends of its 95 % interval, by the bootstrap over documents.
- personal_data: F2 over all labels of made-up records, of strict spans, and of tokens: a token is found if it
  is in a span of the right label; for pii_f2, of any label, as Presidio's own evaluation counts and publishes.
- speed: MB of UTF-8 a second on one core and one thread, from text to entities, of what was learnt alone
  and of the whole model, by the processor's time and by the clock; cold is the first text of a process.
- parallel: how much more two processes read than one, each on a core of its own.
- memory: the most resident memory of a process that has read `--memory-bytes`.
- finetuning: of the first model, by the documents of CORPUS (`corpus/train/brat`, `corpus/test/brat`): how
  long it takes, F1 of the new labels, and of the old ones before and after.

The peer is `spacy.blank("en")` with `ner`, trained on all of `train`, its best epoch chosen by `dev`; it is
kept in `--work` for the next run with the same inputs. Without DIR there is no peer, and no accuracy.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import marked, model_accuracy, model_finetuning, model_speed
from benchmarks.candidate import named
from benchmarks.peer import Peer

FIGURES = ("accuracy", "personal_data", "speed", "parallel", "memory", "finetuning")
MODELS = ["basic", "accurate"]


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    for figure in _figures(options):
        print(json.dumps({"benchmark": "models", **figure}), flush=True)


def _figures(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    wanted = options.figure or FIGURES
    names = options.model or MODELS
    models = [named(name) for name in names]
    texts = [path for path in (options.prose, options.social) if path is not None]
    peer, trained = Peer(options.peer_python), _trained(options, wanted)
    if "accuracy" in wanted and trained:
        yield from model_accuracy.accuracy(models, peer, trained, options.data, options.limit)
    if "personal_data" in wanted and options.data:
        yield from model_accuracy.personal(models, peer, options.data, options.limit)
    size = {"pieces": options.pieces, "bytes": options.bytes}
    for text in texts if "speed" in wanted else ():
        yield from _speeds(names, text, peer, trained, size)
    for name in names if texts and "parallel" in wanted else ():
        yield model_speed.parallel(name, texts[0], **size)
    for name in names if texts and "memory" in wanted else ():
        yield model_speed.memory(name, texts[0], options.memory_bytes)
    if "finetuning" in wanted and options.data and options.raw:
        yield model_finetuning.finetuning(names[0], options.data, options.raw)


def _trained(options: argparse.Namespace, wanted: list[str]) -> Path | None:
    """The peer, if a figure needs it and there is something to train it on."""
    if options.data is None or not {"accuracy", "speed"} & set(wanted):
        return None
    with model_speed.pinned(min(os.sched_getaffinity(0))):
        return Peer(options.peer_python).trained(
            marked.part(options.data, "train", options.limit),
            marked.part(options.data, "dev", options.limit),
            epochs=options.peer_epochs,
            work=options.work,
        )


def _speeds(
    names: list[str], text: Path, peer: Peer, trained: Path | None, size: dict[str, int]
) -> Iterator[dict[str, Any]]:
    spacy = None
    if trained is not None:
        with model_speed.pinned(min(os.sched_getaffinity(0))):
            spacy = model_speed.peer_speed(peer, trained, text, **size)
        yield spacy
    for name in names:
        figure = model_speed.speed(name, text, **size)
        if spacy is not None:
            figure["times_spacy"] = {
                part: round(figure[part]["warm_mb_s"] / spacy["whole"]["warm_mb_s"], 2)
                for part in ("learnt", "whole")
            }
        yield figure


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.models",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path)
    add("--prose", type=Path)
    add("--social", type=Path)
    add("--raw", type=Path)
    add("--model", action="append", metavar="NAME[=FOLDER]", help=f"default: {', '.join(MODELS)}")
    add("--figure", action="append", choices=FIGURES, help="default: all")
    add("--limit", type=int, help="of each set only so many sentences, to try things")
    add("--peer-python", default=sys.executable, help="a Python that has spaCy")
    add("--peer-epochs", type=int, default=6, help="at most")
    add("--pieces", type=int, default=4, help="of a text; the first one is read cold")
    add("--bytes", type=int, default=500_000, help="characters of a piece, at most")
    add("--memory-bytes", type=int, default=5_000_000)
    add("--work", type=Path, default=Path(__file__).parent / "work", help="where the trained peer is kept")
    return parser


if __name__ == "__main__":
    main()
