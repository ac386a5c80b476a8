"""How fast texts are redacted, against how fast they are scanned: the same text, in turns.

    python -m benchmarks.redaction [--mib N] [--files N] [--per-kb N] [--model NAME] [--rounds N]

In one process, `redact` scans and writes the copy as `nerproc scan - --redact` does; `copy` writes the copy of
what is known already. `job` is `nerproc redact` of a report on the text in so many files, which writes the
copies and scans them again, against the `nerproc scan` that made it; both with one worker. Speeds are those of
the best round. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import corpus
from benchmarks.command import folder, nerproc
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


def jobs(data: bytes, files: int, model: str, rounds: int) -> dict[str, float]:
    """Seconds of a scan and of a redaction as jobs count them."""
    times = {"scan": float("inf"), "redact": float("inf")}
    with folder() as work:
        source, home = Path(work) / "source", Path(work) / "home"
        source.mkdir()
        step = -(-len(data) // files)
        for number in range(files):
            (source / f"{number}.txt").write_bytes(data[number * step : (number + 1) * step])
        for number in range(rounds):
            scan = nerproc("scan", str(source), "--model", model, "--workers", "1", home=home).report
            copies = ("--output", f"{work}/copies-{number}", "--workers", "1")
            redaction = nerproc("redact", scan["id"], *copies, home=home).report
            if redaction["objects"]["copied"] != files:
                raise SystemExit(f"{redaction['objects']} of {files} files were copied")
            for name, job in (("scan", scan), ("redact", redaction)):
                times[name] = min(times[name], float(job["seconds"]))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=float, default=8)
    parser.add_argument("--files", type=int, default=64)
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
    job = jobs(data, options.files, options.model, options.rounds)
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
                **{f"job_{name}_mb_s": round(len(data) / 1e6 / took, 1) for name, took in job.items()},
                "job_redact_of_scan": round(job["scan"] / job["redact"], 3),
            }
        )
    )


if __name__ == "__main__":
    main()
