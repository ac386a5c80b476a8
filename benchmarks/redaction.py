"""How fast texts are redacted, against how fast they are scanned: the same text, in one process, in turns.

    python -m benchmarks.redaction [--mib N] [--per-kb N] [--model NAME] [--rounds N]

`redact` scans and writes the copy as `nerproc scan - --redact` does; `copy` writes the copy of what is known
already, as a worker does after a report. Speeds are those of the best round. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import time
from collections.abc import Callable
from functools import partial

from benchmarks import corpus
from nerproc.model.registry import load
from nerproc.model.scanner import build
from nerproc.redaction.document import redact
from nerproc.redaction.operator import parse
from nerproc.redaction.stream import redact_stream
from nerproc.schema.entity import Entity

WORDS = """
the of and to in is that for it as was with be by on not he his but at are this have from or had an
they which one you were all her she there would their we him been has when who will no more if out
so up said what
""".split()  # noqa: SIM905 - shorter than a list


def text(size: int, per_kb: float) -> str:
    """Sentences of common words, with about `per_kb` values that are found in 1,000 characters."""
    rng = random.Random(7)
    made: list[str] = []
    length = 0
    while length < size:
        words = rng.choices(WORDS, k=rng.randrange(6, 20))
        if rng.random() < per_kb * 0.06:
            words.insert(rng.randrange(len(words)), corpus.email(rng))
        made.append(" ".join(words).capitalize() + ".\n")
        length += len(made[-1])
    return "".join(made)


def seconds(call: Callable[[], object], rounds: int) -> float:
    """Of the best round."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=float, default=8)
    parser.add_argument("--per-kb", type=float, default=2)
    parser.add_argument("--model", default="patterns")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    data = text(int(options.mib * (1 << 20)), options.per_kb).encode()
    scanner = build(model=load(options.model))
    find = partial(scanner.stretches, object_name="")
    operators = parse({})
    found: list[Entity] = []

    def scan() -> None:
        from nerproc.extraction.extract import open_document

        found[:] = scanner.scan(open_document(io.BytesIO(data), "").segments(), "")

    def redacted() -> None:
        redact_stream(io.BytesIO(data), "", find, operators, io.BytesIO().write)

    def copy() -> None:
        redact(io.BytesIO(data), "", found, operators, io.BytesIO())

    times = {
        name: seconds(call, options.rounds)
        for name, call in (("scan", scan), ("redact", redacted), ("copy", copy))
    }
    print(
        json.dumps(
            {
                "benchmark": "redaction",
                "model": options.model,
                "bytes": len(data),
                "entities": len(found),
                **{f"{name}_mb_s": round(len(data) / 1e6 / took, 1) for name, took in times.items()},
                "redact_of_scan": round(times["scan"] / times["redact"], 3),
                "copy_of_scan": round(times["scan"] / times["copy"], 3),
                # What a worker does once a report is there: it writes the copy and scans it again.
                "copy_and_scan_of_scan": round(times["scan"] / (times["copy"] + times["scan"]), 3),
            }
        )
    )


if __name__ == "__main__":
    main()
