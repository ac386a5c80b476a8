"""The supervisor's handle on one child process: start, watch, kill."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from uuid import UUID

from nerproc.settings import PREFIX, Settings
from nerproc.worker.beacon import Beacon
from nerproc.worker.channel import Channel

LOAD_SECONDS = 300.0  # a child may take so long to load a model, before its first sign of progress
SECRETS = (
    "database_url",
    "queue_url",
    "api_token",
    "license_key",
    "llm_key",
)  # settings that children do not get
# The key of redactions comes to them with their other settings: it may be another one than the environment's.
_SECRET_VARIABLES = {f"{PREFIX}{name.upper()}" for name in (*SECRETS, "redaction_key")} | {"LICENSE_KEY"}
_PAGE = resource.getpagesize()


class ChildProcess:
    """A child in a process group of its own. It dies with the thread that made it."""

    def __init__(self, settings: Settings, worker: UUID, *, warm: bool = False) -> None:
        """`warm`: it makes ready for the commonest scan before it is asked for one.

        Raises:
            OSError: the system has no room for it.
        """
        with contextlib.ExitStack() as undo:
            self.beacon = Beacon.create()
            undo.callback(self.beacon.close)
            ours, theirs = socket.socketpair()
            undo.callback(ours.close)
            with theirs:
                self._popen = _start(theirs.fileno(), self.beacon.descriptor)
            undo.pop_all()
        self.channel = Channel(Connection(ours.detach()))
        start = {"settings": settings.revealed(*SECRETS), "identity": {"role": "child", "worker": str(worker)}}
        with contextlib.suppress(OSError):  # it died at once: whoever gives it a task sees that
            self.channel.send({"op": "start", "warm": warm, **start})
        self._memory_limit = settings.child_memory_bytes
        self._stall_seconds = settings.stall_seconds
        self.used = False  # it has begun a task
        self.verdict: str | None = None  # why we killed it
        self.cause = "crashed"  # or the class of that
        self.begin()

    def begin(self) -> None:
        """It is given a task: it loads what that needs, and from the first progress on must not stall."""
        self._patience = max(LOAD_SECONDS, self._stall_seconds)
        self._last_move = time.monotonic()
        self._last_ticks = self.beacon.read()[1]

    def watch(self) -> None:
        """Kill the child when it does not move or takes too much memory; `verdict` says so."""
        now, ticks = time.monotonic(), self.beacon.read()[1]
        if ticks != self._last_ticks:
            self._last_move, self._last_ticks, self._patience = now, ticks, self._stall_seconds
        elif now - self._last_move > self._patience:
            self.kill(f"it made no progress for {self._patience:g} s", "stalled")
        if self._resident() > self._memory_limit:
            self.kill(f"it needed more than {self._memory_limit >> 20} MiB of memory", "memory")

    def _resident(self) -> int:
        """Bytes; RLIMIT_DATA in the child does not see all memory that libraries map."""
        try:
            with open(f"/proc/{self._popen.pid}/statm", "rb") as statm:  # noqa: PTH123 - 10 times a second
                return int(statm.read().split()[1]) * _PAGE
        except (OSError, IndexError):
            return 0

    def kill(self, verdict: str | None = None, cause: str = "crashed") -> None:
        """End the child and whatever it started, at once; the first verdict counts, and its class."""
        if self.verdict is None and verdict is not None:
            self.verdict, self.cause = verdict, cause
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)

    @property
    def alive(self) -> bool:
        """Whether it can be given a task."""
        return self._popen.poll() is None

    def reap(self) -> str:
        """Wait for the end of a child that is ending, free what it held, and say how it ended."""
        self.channel.close()
        try:
            code = self._popen.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._popen.wait()
        self.beacon.close()
        if self.verdict is not None:
            return self.verdict
        return f"it was ended by {signal.Signals(-code).name}" if code < 0 else f"it ended with code {code}"


def _start(descriptor: int, beacon: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "nerproc.worker.child", str(descriptor), str(beacon), str(os.getpid())],
        pass_fds=(descriptor, beacon),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=_environment(),
        process_group=0,
    )


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _SECRET_VARIABLES}
