"""The trained peer, seen from here: `peer_spacy.py` under its own Python, trained once for the same inputs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nerproc.train.format.spans import line
from nerproc.train.sample import Sample, Span

SCRIPT = Path(__file__).with_name("peer_spacy.py")
RESULT = "result.json"  # what the training said, beside the pipeline
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Peer:
    """spaCy under a Python that has it."""

    python: str

    def trained(self, train: Sequence[Sample], dev: Sequence[Sample], *, epochs: int, work: Path) -> Path:
        """The folder in `work` of the pipeline that was trained so, now or in an earlier run."""
        files = {"train": "".join(map(line, train)), "dev": "".join(map(line, dev))}
        inputs = [SCRIPT.read_text(), self._version(), str(epochs), *files.values()]
        key = hashlib.sha256("\0".join(inputs).encode()).hexdigest()[:16]
        folder, aside = work / f"spacy-{key}", work / f"spacy-{key}.new"
        if not folder.exists():
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
            for name, text in files.items():
                (aside / f"{name}.jsonl").write_text(text, "utf-8")
            paths = [str(aside / name) for name in ("train.jsonl", "dev.jsonl", "pipeline")]
            result = self._run("train", *paths, "--epochs", str(epochs))
            (aside / RESULT).write_text(json.dumps(result), "utf-8")
            aside.rename(folder)
        return folder

    def find(self, trained: Path, texts: Sequence[str]) -> dict[str, list[Span]]:
        """What it finds in each of `texts`."""
        found = self._run("find", str(trained / "pipeline"), texts=texts)
        return {text: [Span(*span) for span in spans] for text, spans in zip(texts, found, strict=True)}

    def times(self, trained: Path, texts: Sequence[str]) -> list[list[float]]:
        """Bytes, processor seconds, wall seconds and entities of each of `texts`, one after the other."""
        times: list[list[float]] = self._run("speed", str(trained / "pipeline"), texts=texts)["times"]
        return times

    def tokens(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Where the tokens of each of `texts` start and end."""
        tokens: list[list[tuple[int, int]]] = self._run("tokens", texts=texts)
        return tokens

    def _version(self) -> str:
        command = [self.python, "-c", "from importlib.metadata import version; print(version('spacy'))"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise SystemExit(f"{self.python} has no spaCy: name one that has with --peer-python")
        return run.stdout

    def _run(self, *arguments: str, texts: Sequence[str] = ()) -> Any:
        run = subprocess.run(
            [self.python, str(SCRIPT), *arguments],
            input=json.dumps(list(texts)),
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD},
            text=True,
            check=True,
        )
        return json.loads(run.stdout.splitlines()[-1])
