"""The most memory that a scan of a very large text file takes, whatever its lines look like.

    python -m benchmarks.memory --prose DIR [--bytes N]

Scans one file with lines of 1 to 200 characters and one that is a single line; prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.command import folder, licensed_scan

MIB = 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bytes", type=int, default=2 << 30)
    parser.add_argument("--prose", required=True)
    options = parser.parse_args()
    size = options.bytes
    result: dict[str, object] = {"benchmark": "memory", "bytes": size}
    for shape in ("short", "one"):
        with folder() as work:
            files = Path(work) / "files"
            make = [sys.executable, "-m", "benchmarks.make_files", "--bytes", str(size), "--out", str(files)]
            made = [*make, "--lines", shape, "--prose", options.prose]
            subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
            run = licensed_scan(files, workers=1, home=Path(work) / "home")
            if run.report["state"] != "completed":
                raise SystemExit(f"the scan of {files} ended as {run.report['state']}")
            result[f"{shape}_peak_mib"] = round(run.peak_bytes / MIB)
            result[f"{shape}_mb_s"] = round(size / 1e6 / run.report["seconds"], 1)
            result[f"{shape}_entities"] = run.report["entities"]
    print(json.dumps(result))


if __name__ == "__main__":
    main()
