"""A PostgreSQL server of the tests' own on a loopback port, to be stopped, killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import sql
from tests.broker import free_port

from nerproc.db.embedded import server_programs
from nerproc.db.guardian import INITDB_OPTIONS, Privileges


class PostgresServer:
    """A server with one empty database; `url` names it."""

    def __init__(self, folder: Path) -> None:
        """Make the data folder; `start` is to be called."""
        self.folder = folder
        self.port = free_port()
        self.url = f"postgresql://nerproc@127.0.0.1:{self.port}/postgres"
        self._privileges = Privileges.needed(folder)
        self._privileges.own(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", "data", *INITDB_OPTIONS).wait(60)

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        self._process = self._run(
            "postgres",
            *("-D", "data", "-p", str(self.port), "-c", "listen_addresses=127.0.0.1"),
            *("-c", "unix_socket_directories=", "-c", "dynamic_shared_memory_type=mmap"),
        )
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)

    def create(self, name: str) -> None:
        """Make an empty database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Stop it as an administrator does: connections are cut, everything is written."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Stop it as a power cut does; the next start recovers."""
        self._end(signal.SIGQUIT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*self._privileges.prefix, str(server_programs() / program), *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._privileges.user,
                group=self._privileges.user,
                extra_groups=None if self._privileges.user is None else [],
                env={**os.environ, "TZ": "UTC"},
            )
