"""How fast patterns are found, in this process on one core, against Presidio's pattern recognizers.

    python -m benchmarks.patterns [--prose DIR] [--peer-python PYTHON] [--bytes N] [--objects N]

All built-in patterns and validators are on, entities are made whole. Three texts: prose with about two planted
values per KB, the same in documents of 9 KB, and the prose alone; each after one pass that fills caches of
compiled expressions, as in a worker. The peer reads a sample of the first text under its own Python. Prints one
JSON line with the mix; rates are medians, MB are millions of bytes of UTF-8.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import time
from pathlib import Path

from benchmarks.corpus import corpus, paragraphs
from nerproc.detection.scan import Scanner
from nerproc.extraction.text import TextSegment
from nerproc.model.scanner import build

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
    plain, _ = corpus(prose, size=options.bytes, per_kb=0, seed=2)
    began = time.perf_counter()
    scanner = build(model="patterns")
    ready = time.perf_counter() - began
    documents = [dense[first : first + DOCUMENT] for first in range(0, len(dense), DOCUMENT)]
    rate, found = _measure(scanner, [dense], options.runs)
    result = {
        "benchmark": "patterns",
        "mb": round(len(dense.encode()) / 1e6, 1),
        "planted": mix,
        "entities": found,
        "ready_s": round(ready, 2),
        "mb_s": round(rate, 1),
        "documents_s": round(
            _measure(scanner, documents, options.runs)[0] * len(documents) * 1e6 / len(dense.encode())
        ),
        "prose_mb_s": round(_measure(scanner, [plain], options.runs)[0], 1),
    }
    if options.peer_python:
        peer = _peer(options.peer_python, dense[:SAMPLE])
        sample, _ = _measure(scanner, [dense[:SAMPLE]], options.runs)
        result |= {
            "sample_mb_s": round(sample, 1),
            "presidio": peer,
            "times_presidio": round(sample / peer["mb_s"]),
        }
    print(json.dumps(result))


def _measure(scanner: Scanner, texts: list[str], runs: int) -> tuple[float, int]:
    """MB per second, and how many entities there are."""
    size = sum(len(text.encode()) for text in texts) / 1e6
    seconds, found = [], 0
    for run in range(runs + 1):
        began = time.perf_counter()
        found = sum(1 for text in texts for _ in scanner.scan([TextSegment(text)], "x"))
        if run:
            seconds.append(time.perf_counter() - began)
    return size / statistics.median(seconds), found


def _peer(python: str, sample: str) -> dict[str, float]:
    script = Path(__file__).with_name("peer_presidio.py")
    run = subprocess.run(
        [python, script], input=sample, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    answer: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return answer


if __name__ == "__main__":
    main()
