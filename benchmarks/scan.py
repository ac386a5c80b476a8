"""How fast a whole scan is: from the first claim to the end of the report.

    python -m benchmarks.scan --prose DIR [--bytes N] [--files N] [--runs N]

The same text in one file and in many, with one worker and with two, against detection alone in one process.
Runs of a kind share a home, so that only the first one compiles patterns, which the median leaves out
(`benchmarks.start` has it). The model is `patterns`, beside which most is to be seen of the rest. Prints one
JSON line; rates are medians over the runs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.command import folder, licensed_scan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prose", required=True)
    parser.add_argument("--bytes", type=int, default=50_000_000)
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with folder() as work:
        one, many = Path(work) / "one", Path(work) / "many"
        for out, files in ((one, 1), (many, options.files)):
            make = [sys.executable, "-m", "benchmarks.make_files", "--bytes", str(options.bytes)]
            made = [*make, "--files", str(files), "--out", str(out), "--prose", options.prose]
            subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        text = next(path for path in one.rglob("*") if path.is_file()).read_text()
        alone = statistics.median(_in_process(text) for _ in range(options.runs))
        rates = {
            (source, workers): statistics.median(
                _scan(source, workers, Path(work) / f"home-{source.name}-{workers}")
                for _ in range(options.runs)
            )
            for source in (one, many)
            for workers in (1, 2)
        }
    size = len(text.encode()) / 1e6
    print(
        json.dumps(
            {
                "benchmark": "scan",
                "mb": round(size, 1),
                "in_process_mb_s": round(size / alone, 1),
                "one_file_mb_s": round(size / rates[one, 1], 1),
                "one_file_of_in_process": round(alone / rates[one, 1], 2),
                "many_files_objects_s": round(options.files / rates[many, 1]),
                "many_files_mb_s": round(size / rates[many, 1], 1),
                "two_workers_one_file": round(rates[one, 1] / rates[one, 2], 2),
                "two_workers_many_files": round(rates[many, 1] / rates[many, 2], 2),
            }
        )
    )


def _in_process(text: str) -> float:
    """Seconds of detection alone, in this process, on one core."""
    from nerproc import detect

    detect("warm up", model="patterns")
    began = time.perf_counter()
    detect(text, model="patterns")
    return time.perf_counter() - began


def _scan(source: Path, workers: int, home: Path) -> float:
    """Seconds of a scan, as the report counts them."""
    report = licensed_scan(source, workers=workers, home=home).report
    if report["state"] != "completed":
        raise SystemExit(f"the scan of {source} ended as {report['state']}")
    return float(report["seconds"])


if __name__ == "__main__":
    main()
