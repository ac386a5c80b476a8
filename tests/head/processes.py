"""Heads and workers as processes of their own, and looks at what runs."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nerproc.client import Client

HEAD = """
from nerproc.head.serve import serve
from nerproc.settings import Settings
serve(Settings.load(port=0), workers={})
"""
WORKER = """
from nerproc.settings import Settings
from nerproc.worker.serve import work
work(Settings.load(), concurrency=1)
"""


def wait_for(what: Callable[[], object], seconds: float = 30) -> None:
    give_up = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.05)


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


def children(pid: int) -> list[int]:
    """Process ids of the children, of all threads."""
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def lives(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@dataclass
class Running:
    """A head that answers."""

    process: subprocess.Popen[bytes]
    url: str

    @property
    def client(self) -> Client:
        return Client(self.url)

    @property
    def worker(self) -> int | None:
        """Process id of its worker."""
        for child in children(self.process.pid):
            with contextlib.suppress(OSError):
                if b"nerproc.worker.serve" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return child
        return None

    def ends(self, number: signal.Signals, seconds: float = 30) -> int:
        """Send a signal; the exit code, within `seconds`."""
        self.process.send_signal(number)
        return self.process.wait(seconds)
