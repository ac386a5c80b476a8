"""A model that learns the labels of other documents: how long that takes, how good it is, what it forgets.

All by the commands that users have, in a home of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import marked
from benchmarks.command import folder, nerproc

OLD = "uner_ewt.test"  # on which the old labels are found before and after
NEW = "finetuned"


def finetuning(model: str, data: Path, raw: Path) -> dict[str, Any]:
    """What comes of `model` by the documents in `raw`, a corpus in the format of brat."""
    train, test = (raw / "corpus" / part / "brat" for part in ("train", "test"))
    name, _, place = model.partition("=")
    with folder() as work:
        home = Path(work) / "home"
        if place:
            nerproc("model", "import", place, "--name", name, home=home)
        before = _old(name, data, home)
        seconds = nerproc(
            "model", "train", str(train), "--name", NEW, "--base", name, "--wait", home=home
        ).seconds
        learnt, after = nerproc("model", "evaluate", NEW, str(test), home=home).report, _old(NEW, data, home)
    return {
        "figure": "finetuning",
        "model": name,
        "documents": len(list(train.glob("*.ann"))),
        "seconds": round(seconds, 1),
        "f1": _f1(learnt["micro"]),
        "f1_by_label": {label["label"]: _f1(label) for label in learnt["labels"]},
        "old_f1_before": _f1(before["micro"]),
        "old_f1_after": _f1(after["micro"]),
    }


def _old(model: str, data: Path, home: Path) -> dict[str, Any]:
    maps = [f"--map={theirs}={ours}" for theirs, ours in {**marked.NAMES, "*": "O"}.items()]
    file = str(data / "bench" / f"{OLD}.jsonl")
    return nerproc("model", "evaluate", model, file, *maps, home=home).report


def _f1(score: dict[str, Any]) -> list[float | None]:
    return [score["f1"][end] for end in ("value", "low", "high")]
