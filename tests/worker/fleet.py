"""A home, files to scan, and real worker processes to torment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from tests.homes import furnish

from nerproc.node import Node
from nerproc.schema.entity import Entity
from nerproc.schema.name import PATTERNS
from nerproc.schema.report import GroupRequest, LocalSource, Report, ReportRequest
from nerproc.settings import Settings

SMALL_STEPS = {  # many small tasks and parts, quick faults
    "NERPROC_TASK_OBJECTS": "24",
    "NERPROC_PART_OBJECTS": "6",
    "NERPROC_LEASE_SECONDS": "2",
    "NERPROC_POLL_SECONDS": "0.2",
}
OBJECTS = 120


def write_files(folder: Path, count: int = OBJECTS) -> Path:
    """`count` small files with a few entities each."""
    folder.mkdir()
    for number in range(count):
        lines = [f"Line {line}: ann{number}.{line}@example.org, 203.0.113.{number % 250}" for line in range(5)]
        (folder / f"{number:04}.txt").write_text("\n".join(lines))
    return folder


class Fleet:
    """One home; its own node submits and looks, workers are processes."""

    def __init__(self, home: Path, files: Path, **environment: str) -> None:
        """`environment` is that of the workers; the node itself goes by the home's settings."""
        furnish(home)
        self.home = home
        self.files = files
        self.environment = {**SMALL_STEPS, **environment}
        self.node = Node.open(Settings.load(home=home, compact_parts=1_000))
        self.workers: list[subprocess.Popen[bytes]] = []

    def submit(self) -> UUID:
        request = ReportRequest(
            source=LocalSource(paths=[str(self.files)]),
            model=PATTERNS,
            groups=[GroupRequest(name="many", query="COUNT(EMAIL) >= 5")],
        )
        return self.node.reports.create(request, roots=[self.files])

    def worker(
        self, *arguments: str, slots: int = 2, stderr: BinaryIO | None = None, **environment: str
    ) -> subprocess.Popen[bytes]:
        """Start `nerproc worker`; in a session of its own, so that it can be signalled as a whole."""
        worker = subprocess.Popen(
            [sys.executable, "-m", "nerproc", "worker", "--concurrency", str(slots), *arguments],
            env={**os.environ, **self.environment, "NERPROC_HOME": str(self.home), **environment},
            start_new_session=True,
            stderr=stderr,
        )
        self.workers.append(worker)
        return worker

    def until(self, condition: Callable[[], object], what: str, seconds: float = 60) -> None:
        """Wait for `condition`."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
            time.sleep(0.05)

    def finish(self, job: UUID, seconds: float = 60) -> Report:
        """Wait for the end of a job, starting a new worker whenever the last one died."""

        def ended() -> bool:
            if not any(worker.poll() is None for worker in self.workers):
                self.worker()
            return self.node.jobs.get(job).state.ended

        self.until(ended, "the job ends", seconds)
        return self.node.reports.get(job)

    def stop_workers(self) -> None:
        """Kill every worker."""
        for worker in self.workers:
            worker.kill()
            worker.wait()

    def kinds(self, job: UUID) -> list[str]:
        """The kinds of the job's events."""
        return [event.kind for event in self.node.jobs.events(job, limit=100_000)]

    def entities(self, job: UUID) -> list[Entity]:
        return list(self.node.reports.iterate(job))

    def committed(self, job: UUID) -> int:
        """Objects committed so far."""
        record = self.node.jobs.get(job)
        return record.succeeded + record.failed + record.skipped

    def close(self) -> None:
        for worker in self.workers:
            with_children = family(worker.pid)
            worker.kill()
            worker.send_signal(signal.SIGCONT)
            worker.wait()
            for pid in with_children:
                self.until(lambda pid=pid: not alive(pid), f"process {pid} of a dead worker ends", 10)
        self.node.close()


def family(pid: int) -> list[int]:
    """The processes below `pid`."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        text = " ".join((task / "children").read_text() for task in tasks)
    except OSError:
        return []
    return [member for child in map(int, text.split()) for member in (child, *family(child))]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def fleet(home: Path, files: Path) -> Iterator[Fleet]:
    made = Fleet(home, files)
    try:
        yield made
    finally:
        made.close()
