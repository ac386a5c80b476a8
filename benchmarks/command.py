"""Runs nerproc as a user would, in a home of its own, and watches how much memory its processes take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAMPLE_SECONDS = 0.05


@dataclass(frozen=True)
class Run:
    """A finished command."""

    report: dict[str, Any]  # what it printed with --json
    seconds: float  # wall clock, from start to exit
    peak_bytes: int  # most resident memory that one process had at any time


def nerproc(*arguments: str, home: Path, **environment: str) -> Run:
    """Run `nerproc ARGUMENTS --json` on `home`; fails loudly when the command does."""
    return _run([sys.executable, "-m", "nerproc", *arguments, "--json"], home, environment)


def licensed_scan(path: Path, *, workers: int, home: Path) -> Run:
    """Scan more than the free licence covers (`benchmarks.licensed`)."""
    command = [sys.executable, "-m", "benchmarks.licensed", str(path), "--workers", str(workers)]
    return _run(command, home, {})


def _run(command: list[str], home: Path, environment: dict[str, str]) -> Run:
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        env={**os.environ, "NERPROC_HOME": str(home), **environment},
        text=True,
    )
    peaks: dict[int, int] = {}
    watcher = threading.Thread(target=_watch, args=(process, peaks), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - began
    watcher.join()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Run(json.loads(output), seconds, max(peaks.values(), default=0))


def _watch(process: subprocess.Popen[str], peaks: dict[int, int]) -> None:
    while process.poll() is None:
        for pid in _family(process.pid):
            peaks[pid] = max(peaks.get(pid, 0), peak_resident(pid))
        time.sleep(SAMPLE_SECONDS)


def _family(pid: int) -> list[int]:
    """The process and everything below it."""
    children: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += [int(child) for child in (task / "children").read_text().split()]
    except OSError:
        return [pid]
    return [pid, *(member for child in children for member in _family(child))]


def peak_resident(pid: int) -> int:
    """VmHWM, the most resident memory so far, in bytes; 0 when the process is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
    return int(line.split()[1]) * 1024


def folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for one benchmark, under benchmarks/work."""
    work = Path(__file__).parent / "work"
    work.mkdir(exist_ok=True)
    return tempfile.TemporaryDirectory(dir=work)
