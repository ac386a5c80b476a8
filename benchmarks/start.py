"""How long a first command takes: `nerproc --help`, and a scan of ten small files in a new home.

    python -m benchmarks.start [--runs N]

Prints one JSON line; seconds are medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.command import folder, nerproc

CONSOLE_SCRIPT = str(Path(sys.executable).with_name("nerproc"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    helps, bare, scans, again = [], [], [], []
    for _ in range(runs):
        helps.append(_seconds(CONSOLE_SCRIPT, "--help"))
        bare.append(_seconds(sys.executable, "-c", "pass"))
        with folder() as work:
            files = Path(work) / "files"
            files.mkdir()
            for number in range(10):
                (files / f"{number}.txt").write_text(f"Write to ann{number}@example.org by 3 May 2024.\n")
            scans.append(nerproc("scan", str(files), home=Path(work) / "home").seconds)
            again.append(nerproc("scan", str(files), home=Path(work) / "home").seconds)
    figures = {"help_s": helps, "python_s": bare, "cold_scan_s": scans, "second_scan_s": again}
    medians = {name: round(statistics.median(values), 3) for name, values in figures.items()}
    print(json.dumps({"benchmark": "start", "runs": runs, **medians}))


def _seconds(*command: str) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
