"""The process that owns the embedded PostgreSQL of one folder: `python -m nerproc.db.guardian FOLDER BIN FD`.

It makes the data folder if there is none, runs `postgres` as its child, starts it again when it dies, and stops
it when the last user has gone. Locks (flock: the kernel frees them, whatever killed the holder):

    use.lock    shared by every user for its life; the guardian, once it holds it alone, is the last one out
    guard.lock  held by the guardian (it inherits it as FD) and by every server process that it starts; so who
                gets it knows that no server of this folder is alive, and that its pid files are stale

It imports the standard library alone: its start is part of every first start of nerproc. Users are in
`nerproc.db.embedded`.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import BinaryIO

LOG_BYTES = 1 << 20  # size at which postgres.log becomes postgres.log.1
STOP_SECONDS = 10  # a fast shutdown that takes longer becomes an immediate one (the next start recovers)
FAILED_STARTS = 4  # in a row; then the guardian gives up, and its log says why
SYNC_SECONDS = 3.0  # after initdb, which does not wait for the disk; a first start should not either
NOBODY = 65534
PR_SET_PDEATHSIG = 1

# No TCP, socket in the data folder, no use of /dev/shm (small or missing in containers), small memory.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "dynamic_shared_memory_type": "mmap",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "io_method": "sync",
    "max_parallel_workers_per_gather": "0",
    "shared_buffers": "64MB",
}
INITDB_OPTIONS = (
    *("-U", "nerproc", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-instructions", "--no-sync"),
    *("-c", "dynamic_shared_memory_type=mmap"),
)

_prctl = ctypes.CDLL(None).prctl


class Guardian:
    """Runs the server of one folder until nobody uses it."""

    def __init__(self, folder: Path, binaries: Path, guard: int) -> None:
        """`binaries` is the folder of `postgres` and `initdb`; `guard` a descriptor that holds guard.lock."""
        self.folder = folder
        self.data = folder / "data"
        self.binaries = binaries
        self.guard = guard
        self.use = os.open(folder / "use.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.log = Log(folder / "postgres.log")
        self.privileges = Privileges.needed(folder)
        self.sync = threading.Timer(SYNC_SECONDS, os.sync)
        self.server: subprocess.Popen[bytes] | None = None
        self.stopping = False

    def run(self) -> int:
        """Make the data folder, then keep the server alive; the exit status."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGALRM, self.stop_at_once)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.privileges.own(self.folder)
        if not self.data.exists() and not self.initialize():
            return 1
        threading.Thread(target=self.wait_for_last_user, daemon=True).start()
        return self.keep_alive()

    def initialize(self) -> bool:
        """Make the data folder under another name first: one that is killed leaves nothing that looks ready."""
        new = self.folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        initdb = self.start("initdb", "-D", "data.new", *INITDB_OPTIONS)
        self.log.copy(initdb)
        if initdb.wait() != 0:
            self.log.write(f"initdb ended with {initdb.returncode}\n".encode())
            return False
        new.rename(self.data)
        self.sync.daemon = True
        self.sync.start()
        return True

    def wait_for_last_user(self) -> None:
        """Ask the main thread to stop once no user holds use.lock; new users then wait until we have gone."""
        fcntl.flock(self.use, fcntl.LOCK_EX)
        os.kill(os.getpid(), signal.SIGTERM)

    def keep_alive(self) -> int:
        """Run the server, again and again if it dies, until `stop`; the exit status."""
        failed_starts = 0
        options = [f"-c{name}={value}" for name, value in SERVER_SETTINGS.items()]
        while not self.stopping:
            self.remove_stale_locks()
            self.server = self.start("postgres", "-D", "data", *options)
            if self.stopping:  # asked between the test above and the start
                self.stop()
            self.log.copy(self.server)
            status = self.server.wait()
            if self.stopping:
                break
            self.log.write(f"the server ended with {status}; it is started again\n".encode())
            failed_starts = failed_starts + 1 if status > 0 else 0  # below 0: a signal, not its own decision
            if failed_starts >= FAILED_STARTS:
                return 1
            time.sleep(0.1 * 2**failed_starts)
        return 0

    def remove_stale_locks(self) -> None:
        """Remove what a killed server left: its pid may be another process's by now, or a zombie's."""
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (self.data / name).unlink(missing_ok=True)

    def start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a program of PostgreSQL that gets SIGQUIT when we die, whatever kills us: immediate shutdown.

        (A fast one can hang: PostgreSQL 18.4 waits for ever when SIGINT comes while it recovers from a crash of
        one of its processes, and nobody would be there to notice.)

        Our only other threads sleep inside system calls, so forking is safe here; and it is the main thread
        that forks, for the signal follows the thread.
        """
        guardian = os.getpid()

        def die_with_guardian() -> None:
            _prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
            if os.getppid() != guardian:
                os._exit(1)

        return subprocess.Popen(
            [*self.privileges.prefix, str(self.binaries / program), *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[self.guard],
            preexec_fn=die_with_guardian,  # noqa: PLW1509
            user=self.privileges.user,
            group=self.privileges.user,
            extra_groups=None if self.privileges.user is None else [],
            umask=0o077,
        )

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Fast shutdown: connections are ended, everything is written."""
        self.stopping = True
        if self.server is not None:
            self.server.send_signal(signal.SIGINT)
            signal.alarm(STOP_SECONDS)

    def release(self) -> None:
        """Free the locks for the next user; only then see to it that a young data folder is on the disk."""
        os.close(self.guard)
        os.close(self.use)
        if self.sync.is_alive():
            self.sync.cancel()
            os.sync()

    def stop_at_once(self, _signal: int, _frame: FrameType | None) -> None:
        """Immediate shutdown, for a fast one that does not end; the next start recovers."""
        if self.server is not None:
            self.server.send_signal(signal.SIGQUIT)


class Privileges:
    """How to run programs that refuse to run as root, without a new account and without opening any folder."""

    def __init__(self, prefix: tuple[str, ...] = (), user: int | None = None) -> None:
        self.prefix = prefix
        self.user = user

    @classmethod
    def needed(cls, folder: Path) -> Privileges:
        """What this process needs to run a server in `folder`: nothing, unless it is root.

        As root: a user namespace in which we are nobody, so that files stay root's; where the system denies
        those, as Docker's default profile does, the account nobody, who must be able to reach `folder`.
        """
        if os.geteuid() != 0:
            return cls()
        prefix = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
        data = folder / "data"
        owned_by_nobody = data.exists() and data.stat().st_uid == NOBODY
        if not owned_by_nobody and cls._works(prefix):
            return cls(prefix)
        return cls(user=NOBODY)

    @staticmethod
    def _works(prefix: tuple[str, ...]) -> bool:
        try:
            return subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode == 0
        except OSError:
            return False

    def own(self, folder: Path) -> None:
        """Give `folder` and what is in it to the account that will write to it."""
        if self.user is None:
            return
        os.chown(folder, self.user, self.user)
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                os.chown(Path(parent, name), self.user, self.user, follow_symlinks=False)


class Log:
    """A log file of bounded size; a full disk loses lines, never the server."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def copy(self, process: subprocess.Popen[bytes]) -> None:
        """Write what `process` and its children say, until the last of them has ended."""
        pipe: BinaryIO = process.stdout  # type: ignore[assignment]
        with pipe:
            while chunk := os.read(pipe.fileno(), 1 << 16):
                self.write(chunk)

    def write(self, chunk: bytes) -> None:
        """Append to the file; a full one makes room first."""
        try:
            if self.path.exists() and self.path.stat().st_size > LOG_BYTES:
                self.path.replace(self.path.with_name(f"{self.path.name}.1"))
            with self.path.open("ab") as file:
                file.write(chunk)
        except OSError:
            pass


def main() -> int:
    """Guard the folder given on the command line until its last user has gone; the exit status."""
    folder, binaries, guard = sys.argv[1:]
    os.umask(0o077)
    guardian = Guardian(Path(folder), Path(binaries), int(guard))
    try:
        return guardian.run()
    except OSError as error:
        guardian.log.write(f"{error}\n".encode())
        return 1
    finally:
        guardian.release()


if __name__ == "__main__":
    sys.exit(main())
