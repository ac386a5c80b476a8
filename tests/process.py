"""Processes of nerproc itself, for tests that want real ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.homes import furnish

START_SECONDS = 60.0


@dataclass(frozen=True)
class RunningHead:
    """A head in a process of its own."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]


def clean_environment(home: Path) -> dict[str, str]:
    """This process's environment with that home, and no setting of the developer's own."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("NERPROC_", "LICENSE_KEY"))
    }
    return {**kept, "NERPROC_HOME": str(home)}


@contextmanager
def running_head(home: Path, *, workers: int = 1, **settings: str) -> Iterator[RunningHead]:
    """`nerproc serve` on a free port, from the moment it answers until it has ended in order."""
    furnish(home)
    process = subprocess.Popen(
        [sys.executable, "-m", "nerproc", "serve", "--port", "0", "--workers", str(workers)],
        env={**clean_environment(home), **settings},
        cwd=home,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield RunningHead(_address(home, process), home, process)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def _address(home: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while not (home / "head.json").exists():
        assert process.poll() is None, "the head ended"
        assert time.monotonic() < deadline, "the head does not start"
        time.sleep(0.05)
    return str(json.loads((home / "head.json").read_bytes())["url"])
