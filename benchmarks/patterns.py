"""How fast patterns are found, in this process on one core, against Presidio's pattern recognizers.

    python -m benchmarks.patterns [--prose DIR] [--peer-python PYTHON] [--bytes N] [--objects N]

All built-in patterns and validators are on, entities are made whole. Three texts: prose with about two planted
values per KB, the same in documents of 9 KB that are scanned as a worker does, and the prose alone. Each run
has a text of its own, so that no number is known from before; one more run comes first, because expressions
are compiled when they are needed. The peer reads a sample of the first text under its own Python. Prints one
JSON line with the mix; rates are medians, by the time of the processor, as all of it is one thread; MB are
millions of bytes of UTF-8.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.corpus import corpus, paragraphs
from nerproc.extraction.text import TextSegment
from nerproc.model.registry import load
from nerproc.model.scanner import build
from nerproc.worker.infer import BATCH_OBJECTS

SAMPLE = 2_000_000  # characters that the peer reads
DOCUMENT = 9_000  # characters


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prose", type=Path, default=Path("examples/documents"))
    parser.add_argument("--peer-python", help="a Python that has presidio-analyzer and spacy")
    parser.add_argument("--bytes", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    prose = paragraphs(options.prose)
    dense, mix = corpus(prose, size=options.bytes)
    began = time.process_time()
    scanner = build(model=load("patterns"))
    ready = time.process_time() - began

    def measure(
        work: Callable[[str], int], *, size: int = options.bytes, per_kb: float = 2.0
    ) -> tuple[float, int]:
        """MB per second, and how many entities there are."""
        rates, found = [], 0
        for run in range(options.runs + 1):
            text, _ = corpus(prose, size=size, per_kb=per_kb, seed=run + 1)
            began = time.process_time()
            found = work(text)
            rates.append(len(text.encode()) / 1e6 / (time.process_time() - began))
        return statistics.median(rates[1:]), found

    def whole(text: str) -> int:
        return sum(1 for _ in scanner.scan([TextSegment(text)], "x"))

    def documents(text: str) -> int:
        pieces = [
            ([TextSegment(text[first : first + DOCUMENT])], "x") for first in range(0, len(text), DOCUMENT)
        ]
        batches = [pieces[first : first + BATCH_OBJECTS] for first in range(0, len(pieces), BATCH_OBJECTS)]
        return sum(len(entities) for batch in batches for entities in scanner.scan_all(batch))

    rate, found = measure(whole)
    result = {
        "benchmark": "patterns",
        "mb": round(len(dense.encode()) / 1e6, 1),
        "planted": mix,
        "entities": found,
        "ready_s": round(ready, 2),
        "mb_s": round(rate, 1),
        "documents_s": round(measure(documents)[0] * 1e6 / (len(dense.encode()) / len(dense) * DOCUMENT)),
        "prose_mb_s": round(measure(whole, per_kb=0)[0], 1),
    }
    if options.peer_python:
        peer = _peer(options.peer_python, dense[:SAMPLE])
        sample, _ = measure(whole, size=SAMPLE)
        result |= {
            "sample_mb_s": round(sample, 1),
            "presidio": peer,
            "times_presidio": round(sample / peer["mb_s"]),
        }
    print(json.dumps(result))


def _peer(python: str, sample: str) -> dict[str, float]:
    script = Path(__file__).with_name("peer_presidio.py")
    run = subprocess.run(
        [python, script], input=sample, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    answer: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return answer


if __name__ == "__main__":
    main()
