"""Starts heads and workers, and sees that none is left."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.head.processes import HEAD, Running, children, wait_for
from tests.homes import furnish

from nerproc.client.address import find_head
from nerproc.settings import Settings


@pytest.fixture
def run(home: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Starts a program on the test's home; what still runs at the end is killed."""
    furnish(home)
    started: list[subprocess.Popen[bytes]] = []

    def start(program: str) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-c", program], env=dict(os.environ)))
        return started[-1]

    yield start
    for process in started:
        left = [*children(process.pid), process.pid] if process.poll() is None else []
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def start_head(run: Callable[[str], subprocess.Popen[bytes]], home: Path) -> Callable[[int], Running]:
    def start(workers: int) -> Running:
        process = run(HEAD.format(workers))
        settings = Settings(home=home)

        def ready() -> str | None:
            assert process.poll() is None, "the head has ended"
            url = find_head(settings)
            return url if url is not None and str(process.pid) in (home / "head.json").read_text() else None

        wait_for(ready)
        url = ready()
        assert url is not None
        return Running(process, url)

    return start
