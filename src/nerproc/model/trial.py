"""Loads a model for the first time, in a process of its own (`apart`)."""

from __future__ import annotations

import sys
from pathlib import Path

from nerproc.model import apart

SECONDS = 300.0
_TEXT = "Dr. Ada Lovelace of Acme Corp. lives at 12 High Street, London."


def try_out(folder: Path, kind: str) -> None:
    """Load the model in `folder`, and let it read a sentence.

    Raises:
        InvalidRequest: it cannot.
    """
    apart.ask(
        "nerproc.model.trial",
        {"folder": str(folder), "kind": kind},
        seconds=SECONDS,
        late=f"the model in {folder} could not be loaded in {SECONDS:.0f} s",
        ended=lambda code: f"the model in {folder} cannot be loaded: the process that tried ended with {code}",
        hint="Its files are damaged, or made for another version of ONNX.",
    )


def _load(question: dict[str, str]) -> None:
    from nerproc.model.folder import detector

    detector(Path(question["folder"]), question["kind"]).detect_all([(_TEXT, None)])


if __name__ == "__main__":
    sys.exit(apart.answer(_load))
