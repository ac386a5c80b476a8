"""Train the small tagger of the model `basic` on sentences that people marked.

    python -m training.basic DATA OUT [--seed N] [--threads N] [--epochs N]

DATA has the folders `train` and `dev`. OUT gets the model's folder `model`, `recipe.json` (hashes of all
inputs, options, versions, scores) and, while it lasts, a checkpoint: started again, an interrupted training
goes on.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from nerproc import __version__
from nerproc.detection.tagger import load
from nerproc.train.export import export, strict_f1
from nerproc.train.extra import onnx, torch
from nerproc.train.fit import Options, Progress, fit
from nerproc.train.target import Material
from training import gold

# Its rules differ from those of the others: common nouns and whole clauses are marked.
LEFT_OUT = "gum_free"


def main(arguments: list[str] | None = None) -> int:
    """Train, export, try; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.basic", description="Train the tagger of basic.")
    parser.add_argument("data", type=Path, help="folder with train/*.jsonl and dev/*.jsonl")
    parser.add_argument("out", type=Path, help="folder for the model, made if need be")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--name", default="basic")
    given = parser.parse_args(arguments)
    train, dev = (
        [file for file in sorted((given.data / part).glob("*.jsonl")) if not file.name.startswith(LEFT_OUT)]
        for part in ("train", "dev")
    )
    options = Options(epochs=given.epochs, seed=given.seed, threads=given.threads)
    held = gold.read(dev)
    given.out.mkdir(parents=True, exist_ok=True)
    checkpoint = given.out / "checkpoint.pt"
    started = time.monotonic()
    labels = sorted(gold.LABELS.values())
    fitted = fit([Material(gold.read(train))], held, labels, options, checkpoint=checkpoint, progress=_show)
    folder = given.out / "model"
    export(
        fitted,
        folder,
        held,
        name=given.name,
        version=__version__,
        description="Names, places and organisations in English text, by a small network.",
    )
    tagger = load(folder)
    recipe = {
        "inputs": gold.digests([*train, *dev]),
        "options": asdict(options),
        "versions": {"nerproc": __version__, "torch": torch.__version__, "onnx": onnx.__version__},
        "seconds": round(time.monotonic() - started),  # of this run; less than in all where it went on
        "best_epoch": fitted.epoch,
        "f1": {file.stem: round(strict_f1(tagger, gold.read([file])), 4) for file in dev},
    }
    (given.out / "recipe.json").write_text(json.dumps(recipe, indent=1) + "\n", "utf-8")
    checkpoint.unlink(missing_ok=True)
    print(json.dumps(recipe["f1"]))
    return 0


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
