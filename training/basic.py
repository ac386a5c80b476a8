"""Train the small tagger of `basic`, on sentences that people marked and on texts that a teacher marks.

    python -m training.basic DATA OUT
    python -m training.basic DATA OUT --teacher ACCURATE --silver FOLDER

DATA has the folders `train` and `dev`, and may have `bench`. ACCURATE is the folder of the model that
`training.accurate` wrote, FOLDER what `training.collect` gathered. OUT gets the model's folder `model`,
`recipe.json` (hashes of all inputs, options, versions, scores on `dev`), what the teacher said and, while it
lasts, a checkpoint: started again, an interrupted training goes on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from nerproc import __version__
from nerproc.detection.network.folder import CARD, digests
from nerproc.detection.tagger import load
from nerproc.model.folder import REPLAY
from nerproc.train.export import amend, export, strict_f1
from nerproc.train.extra import onnx, torch
from nerproc.train.fit import Options, Progress, fit
from nerproc.train.format.spans import line
from nerproc.train.sample import Sample
from nerproc.train.target import Material
from training import gold, silver
from training.accurate import LABELS
from training.dated import with_dates
from training.record import Records
from training.said import kept
from training.swapped import Swaps, named
from training.teacher import Reader

# Its rules differ from those of the others: common nouns and whole clauses are marked.
LEFT_OUT = "gum"
MARKED = sorted(gold.LABELS.values())  # what people marked; dates and addresses come from patterns and records
COPIED = 1  # in so many texts that nobody marked, one is learnt with other names too
REPLAYED = 900_000  # characters that go with the model, so that what is trained on top of it forgets little


def main(arguments: list[str] | None = None) -> int:
    """Train, export, try; the exit code."""
    given = _parser().parse_args(arguments)
    train, dev = _files(given.data, "train"), _files(given.data, "dev")
    options = Options(
        epochs=given.epochs,
        patience=given.epochs,
        seed=given.seed,
        threads=given.threads,
        dropout=given.dropout,
        blocks=given.blocks,
    )
    marked = with_dates(gold.read(train))
    records = Records(given.seed).samples(given.records)
    swaps = Swaps(given.seed)
    materials = [Material(marked), Material(swaps.samples(marked)), Material(records)]
    texts = []
    if given.silver:
        seen = silver.seen(given.data)
        for kind in silver.KINDS:
            texts += silver.files(given.silver, kind)
            materials += _silver(given, kind, seen, swaps)
    held = [Material(gold.read(dev), MARKED)]
    given.out.mkdir(parents=True, exist_ok=True)
    checkpoint, folder = given.out / "checkpoint.pt", given.out / "model"
    fitted = fit(materials, held, LABELS, options, checkpoint=checkpoint, progress=_show)
    export(
        fitted,
        folder,
        held,
        name="basic",
        version=__version__,
        description="What patterns find, and names, places, organisations and addresses in English text.",
    )
    lines = "".join(map(line, replayed(marked, records, given.seed)))
    (folder / REPLAY).write_bytes(gzip.compress(lines.encode(), mtime=0))
    files = json.loads((folder / CARD).read_bytes())["files"] | digests(folder, [REPLAY])
    amend(folder, files=files, replay_labels=MARKED, patterns=True)
    tagger = load(folder, labels=MARKED)
    recipe: dict[str, Any] = {
        "inputs": gold.digests([*train, *dev, *texts, *([given.teacher / CARD] if given.teacher else [])]),
        "options": asdict(options)
        | {"records": given.records, "silver": [kind._asdict() for kind in silver.KINDS] if texts else []},
        "versions": {"nerproc": __version__, "torch": torch.__version__, "onnx": onnx.__version__},
        "best_epoch": fitted.epoch,
        "f1": {file.stem: round(strict_f1(tagger, gold.read([file])), 4) for file in dev},
    }
    (given.out / "recipe.json").write_text(json.dumps(recipe, indent=1) + "\n", "utf-8")
    checkpoint.unlink(missing_ok=True)
    print(json.dumps(recipe["f1"]))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.basic", description="Train the tagger of basic.")
    add = parser.add_argument
    add("data", type=Path, help="folder with train/*.jsonl and dev/*.jsonl")
    add("out", type=Path, help="folder for the model, made if need be")
    add("--seed", type=int, default=1)
    add("--threads", type=int, default=2)
    add("--epochs", type=int, default=18)
    add("--dropout", type=float, default=0.1)
    add("--blocks", type=int, default=24, help="of 128 words, in a batch")
    add("--records", type=int, default=9_000, help="how many are made up")
    add("--silver", type=Path, help="folder of folders of *.txt, for the teacher to mark")
    add("--teacher", type=Path, help="folder of the encoder's model")
    add("--readers", type=int, default=2, help="texts that the teacher reads at once")
    return parser


def _silver(
    given: argparse.Namespace, kind: silver.Kind, seen: silver.Seen, swaps: Swaps
) -> Iterator[Material]:
    """The texts of a kind, and copies of some with other names in them, with what the teacher says of them."""
    texts = silver.read(silver.files(given.silver, kind), seen, most=kind.most)
    reader = Reader(given.teacher, kind.corpus, threads=given.readers)
    teacher = kept(reader, given.out / "said" / kind.folder)
    copies = swaps.samples(list(named(texts[::COPIED], teacher, LABELS)))
    print(f"{kind.folder}: {len(texts)} texts, {len(copies)} copies", file=sys.stderr, flush=True)
    for samples in (texts, [Sample(copy.text, (), document=copy.document) for copy in copies]):
        yield Material(samples, annotated=(), teacher=teacher)


def replayed(marked: Sequence[Sample], records: Sequence[Sample], seed: int) -> list[Sample]:
    """Some samples of each sort: a quarter of the text is of records."""
    random = Random(seed)  # noqa: S311 - nothing is to be kept secret
    return [
        sample
        for samples, share in ((marked, 0.75), (records, 0.25))
        for sample in _some(samples, REPLAYED * share, random)
    ]


def _some(samples: Sequence[Sample], size: float, random: Random) -> Iterator[Sample]:
    """Some of the samples, of about `size` characters together."""
    for sample in random.sample(samples, len(samples)):
        if size <= 0:
            break
        size -= len(sample.text)
        yield sample


def _files(data: Path, part: str) -> list[Path]:
    return [file for file in sorted((data / part).glob("*.jsonl")) if not file.name.startswith(LEFT_OUT)]


def _show(progress: Progress) -> None:
    if progress.f1 is not None:
        print(
            f"epoch {progress.epoch}/{progress.epochs}: loss {progress.loss:.4f}, F1 {progress.f1:.4f}, "
            f"at most {progress.seconds_left:.0f} s left",
            file=sys.stderr,
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
