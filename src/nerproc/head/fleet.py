"""The workers of a head's own machine: one `nerproc worker` process, started again whenever it dies.

It is a process of its own so that no load on the API can hold up the leases of tasks.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

from nerproc.observe import log
from nerproc.settings import Settings
from nerproc.worker.serve import order

FIRST_PAUSE_SECONDS = 0.5  # before it is started again; doubled each time, up to
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0  # a worker that lived so long begins with the first pause again


class Fleet(threading.Thread):
    """Keeps the worker process alive. The thread lives as long as the process: it dies with the thread."""

    def __init__(self, settings: Settings, concurrency: int) -> None:
        super().__init__(name="fleet", daemon=True)
        self._order = order(settings, concurrency)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()

    def run(self) -> None:
        """Start the worker, wait for its end, start it again; until `drain`."""
        pause = FIRST_PAUSE_SECONDS
        while not self._ending.is_set():
            begin = time.monotonic()
            reason = self._live()
            if self._ending.is_set():
                return
            if time.monotonic() - begin > STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            log().warning("worker_restarts", reason=reason, in_seconds=pause)
            self._ending.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _live(self) -> str:
        """One life of the worker; how it ended."""
        try:
            process = self._start()
        except OSError as error:  # no memory, too many processes
            return f"it could not be started: {error.strerror}"
        return f"it ended with code {process.wait()}" if process is not None else "it was not wanted any more"

    def drain(self) -> None:
        """Let the worker finish what it has in hand and end; a second call ends it at once."""
        with self._lock:
            self._ending.set()
            self._signal(signal.SIGTERM)

    def end(self, timeout: float) -> None:
        """Wait for the worker's end up to `timeout` seconds, then kill it."""
        self.join(timeout)
        if self.is_alive():
            with self._lock:
                self._signal(signal.SIGKILL)
            self.join()

    def _start(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._ending.is_set():
                return None
            self._process = subprocess.Popen(
                [sys.executable, "-m", "nerproc.worker.serve", str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                process_group=0,  # Ctrl-C in a terminal is the head's to pass on
            )
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError), self._process.stdin as stdin:
            stdin.write(self._order)  # if it died at once, `run` sees that
        return self._process

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
