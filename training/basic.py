"""Train the small tagger of the model `basic`, on sentences that people marked and on texts that teachers mark.

    python -m training.basic DATA OUT
    python -m training.basic DATA OUT --teacher MODEL --teacher MODEL --silver FOLDER

DATA has the folders `train` and `dev`, and may have `bench`. OUT gets the model's folder `model`, `recipe.json`
(hashes of all inputs, options, versions, scores on `dev`) and, while it lasts, a checkpoint: started again, an
interrupted training goes on.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nerproc import __version__
from nerproc.detection.tagger import load
from nerproc.train.export import export, strict_f1
from nerproc.train.extra import onnx, torch
from nerproc.train.fit import Options, Progress, fit
from nerproc.train.target import Material
from training import gold, silver

# Its rules differ from those of the others: common nouns and whole clauses are marked.
LEFT_OUT = "gum_free"
LABELS = sorted(gold.LABELS.values())


def main(arguments: list[str] | None = None) -> int:
    """Train, export, try; the exit code."""
    given = _parser().parse_args(arguments)
    train, dev = _files(given.data, "train"), _files(given.data, "dev")
    texts = silver.files(given.silver) if given.silver else []
    options = Options(epochs=given.epochs, seed=given.seed, threads=given.threads, dropout=given.dropout)
    materials = [Material(gold.read(train))]
    if texts:
        seen = silver.Seen(sample.text for sample in gold.read([*dev, *_files(given.data, "bench")]))
        unmarked = silver.read(texts, seen, most=given.silver_characters)
        teacher = silver.ensemble(given.teacher, LABELS, threads=given.threads)
        materials.append(Material(unmarked, annotated=(), teacher=teacher))
    held = gold.read(dev)
    given.out.mkdir(parents=True, exist_ok=True)
    checkpoint, folder = given.out / "checkpoint.pt", given.out / "model"
    fitted = fit(materials, held, LABELS, options, checkpoint=checkpoint, progress=_show)
    export(
        fitted,
        folder,
        held,
        name="basic",
        version=__version__,
        description="Names, places and organisations in English text, by a small network.",
    )
    tagger = load(folder)
    recipe: dict[str, Any] = {
        "inputs": gold.digests([*train, *dev, *texts, *(model / "model.json" for model in given.teacher)]),
        "options": asdict(options) | {"silver_characters": given.silver_characters if texts else 0},
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
    add("--threads", type=int, default=1)
    add("--epochs", type=int, default=10)
    add("--dropout", type=float, default=0.2)
    add("--silver", type=Path, help="folder of folders of *.txt, for the teachers to mark")
    add("--silver-characters", type=int, default=3_000_000, help="of each of these folders")
    add("--teacher", type=Path, action="append", default=[], help="folder of a model; of several, the mean")
    return parser


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
