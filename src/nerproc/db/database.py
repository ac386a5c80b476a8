"""Connections to PostgreSQL, embedded or by URL; what is asked of it is its users' business.

The pool is small and its own: a connection is made in the thread that needs it, so an error reaches the caller
at once and with its reason, an embedded server that died is started again on the way, and opening starts no
threads. Connections commit every statement by itself, so that no lock outlives a round trip, unless a
`transaction` is asked for. Rows are dicts, or instances of the class given as `into`.
"""

from __future__ import annotations

import random
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, overload

import psycopg
from psycopg import conninfo
from psycopg.abc import Params
from psycopg.abc import QueryNoTemplate as Query
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow, class_row

from nerproc.db.embedded import EmbeddedServer
from nerproc.errors import DatabaseUnreachable, SchemaMismatch, SettingsError
from nerproc.observe import log
from nerproc.observe.meter import DEPENDENCY_ERRORS

Row = TypeVar("Row")
Result = TypeVar("Result")
Connection = psycopg.Connection[TupleRow]

OLDEST_SERVER = 150000  # PostgreSQL 15
POOL_SIZE = 8  # connections of one process, those from `connect` not counted
FREE_CONNECTION_SECONDS = 30.0  # how long a thread waits for one of them
RETRY_SECONDS = 10.0  # how long a lost connection is retried, where the caller allows it

# A client frozen in a transaction would hide its rows from others for ever; a dead peer is noticed in a minute.
SESSION_OPTIONS = "-c idle_in_transaction_session_timeout=10s -c statement_timeout=60s"
CONNECTION_PARAMETERS = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "20",
    "keepalives_interval": "5",
    "keepalives_count": "4",
    "tcp_user_timeout": "40000",
}
HINT = "check NERPROC_DATABASE_URL, and that the server runs and accepts connections from this host"

# SQLSTATEs, and classes of them, that say nothing about the statement: the server takes no writes (it gave its
# place to another), chose it to end a deadlock, has no room, was busy or frozen for too long, has a bad disk.
_PASSING = ("25006", "40", "53", "55P03", "57", "58")


class Database:
    """One database: a pool, single statements, transactions, dedicated connections. Thread-safe.

    Whatever loses or refuses a connection, and whatever would not befall the same statement a moment later,
    raises `nerproc.errors.DatabaseUnreachable`; errors of the statement itself are psycopg's.
    """

    def __init__(
        self, parameters: dict[str, Any], *, server: EmbeddedServer | None = None, size: int = POOL_SIZE
    ) -> None:
        """`parameters` are libpq's; with a `server`, it knows host and user. See `at` and `embedded`."""
        self._server = server
        self._parameters = {**CONNECTION_PARAMETERS, **parameters}
        self._parameters["options"] = f"{SESSION_OPTIONS} {parameters.get('options', '')}".strip()
        self._idle: list[Connection] = []
        self._slots = threading.BoundedSemaphore(size)
        self._closed = False
        self._opened = False  # it answered once: that it does not any more is news
        self._lost = False

    @classmethod
    def at(cls, url: str, *, size: int = POOL_SIZE) -> Self:
        """A database by its URL (`postgresql://user:password@host:port/name?sslmode=…`)."""
        try:
            parameters = conninfo.conninfo_to_dict(url)
            ports_are_numbers = all(port.isdigit() for port in str(parameters.get("port", 5432)).split(","))
        except psycopg.Error:  # its text may repeat the password
            ports_are_numbers, parameters = False, {}
        if not ports_are_numbers or not url.startswith(("postgresql://", "postgres://")):
            raise SettingsError(
                "NERPROC_DATABASE_URL is not a PostgreSQL URL",
                hint="write postgresql://user:password@host:5432/name, with special characters percent-encoded",
            )
        return cls(parameters, size=size)

    @classmethod
    def embedded(cls, home: Path, *, name: str = "postgres", size: int = POOL_SIZE) -> Self:
        """The database `name` of the server in `<home>/postgres`, which is made and started when needed."""
        return cls({"dbname": name}, server=EmbeddedServer(home / "postgres"), size=size)

    def open(self) -> Self:
        """Connect once, so that whatever is wrong shows now.

        Raises:
            DatabaseUnreachable: it does not answer.
            SchemaMismatch: the server is older than PostgreSQL 15.
        """
        self._closed = False
        with self.connection():
            self._opened = True
            return self

    def close(self) -> None:
        """Close the pool; the last process to close an embedded database stops its server."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
        if self._server is not None:
            self._server.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def address(self) -> str:
        """Where the database is, for messages: no password."""
        if self._server is not None:
            return str(self._server.folder)
        host = self._parameters.get("host") or "localhost"
        return f"{host}:{self._parameters.get('port', 5432)}/{self._parameters.get('dbname', '')}"

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection from the pool, in autocommit mode; not to be kept."""
        if not self._slots.acquire(timeout=FREE_CONNECTION_SECONDS):
            raise DatabaseUnreachable(f"no connection became free within {FREE_CONNECTION_SECONDS:.0f} s")
        try:
            connection = self._take()
            try:
                yield connection
            except psycopg.Error as error:
                if connection.closed or (error.sqlstate or "").startswith(_PASSING):
                    connection.close()  # whether it has passed, a new one will tell
                    raise self._unreachable(error) from error
                raise
            finally:
                self._give_back(connection)
        finally:
            self._slots.release()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection inside a transaction that commits at the end of the block, or rolls back on an error."""
        with self.connection() as connection, connection.transaction():
            yield connection

    def connect(self, purpose: str = "") -> Connection:
        """A connection of the caller's own (to listen, to renew leases); `purpose` shows in pg_stat_activity.

        The caller closes it, and sees psycopg's errors from it.
        """
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            if self._closed:
                raise DatabaseUnreachable(f"the database at {self.address} was closed by this process")
            parameters = {**self._parameters, "application_name": f"nerproc {purpose}".strip()}
            if self._server is not None:
                parameters |= self._server.ensure()
            try:
                connection: Connection = psycopg.connect(**parameters, autocommit=True)
            except psycopg.OperationalError as error:
                if self._server is None or time.monotonic() > deadline:
                    raise self._unreachable(error) from error
                time.sleep(0.05)  # it died since `ensure`
                continue
            self._check_version(connection)
            if self._lost:
                self._lost = False
                log().info("database_found_again", address=self.address)
            return connection

    def execute(self, query: Query, params: Params | None = None, *, retry: bool = False) -> int:
        """Run one statement, committed on return; the number of rows it touched.

        With `retry` it is run again while the database is unreachable: for statements that may run twice.
        """
        return self._run(lambda connection: connection.execute(query, params).rowcount, retry=retry)

    @overload
    def fetch_one(
        self, query: Query, params: Params | None = None, *, retry: bool = False
    ) -> dict[str, Any] | None: ...
    @overload
    def fetch_one(
        self, query: Query, params: Params | None = None, *, into: type[Row], retry: bool = False
    ) -> Row | None: ...
    def fetch_one(
        self,
        query: Query,
        params: Params | None = None,
        *,
        into: type[Any] = dict,
        retry: bool = False,
    ) -> Any:
        """The first row of a statement, committed on return; None if there is none. `retry` as in `execute`."""

        def fetch(connection: Connection) -> Any:
            with connection.cursor(row_factory=class_row(into)) as cursor:
                return cursor.execute(query, params).fetchone()

        return self._run(fetch, retry=retry)

    @overload
    def fetch_all(
        self, query: Query, params: Params | None = None, *, retry: bool = False
    ) -> list[dict[str, Any]]: ...
    @overload
    def fetch_all(
        self, query: Query, params: Params | None = None, *, into: type[Row], retry: bool = False
    ) -> list[Row]: ...
    def fetch_all(
        self,
        query: Query,
        params: Params | None = None,
        *,
        into: type[Any] = dict,
        retry: bool = False,
    ) -> list[Any]:
        """Every row of a statement, committed on return. `retry` as in `execute`."""

        def fetch(connection: Connection) -> list[Any]:
            with connection.cursor(row_factory=class_row(into)) as cursor:
                return cursor.execute(query, params).fetchall()

        return self._run(fetch, retry=retry)

    def _run(self, call: Callable[[Connection], Result], *, retry: bool) -> Result:
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            try:
                with self.connection() as connection:
                    return call(connection)
            except DatabaseUnreachable:
                if not retry or self._closed or time.monotonic() > deadline:
                    raise
                time.sleep(random.uniform(0.05, 0.5))  # noqa: S311 spreads clients, hides nothing

    def _take(self) -> Connection:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self.connect()
            if not _has_something_to_say(connection):
                return connection
            connection.close()

    def _give_back(self, connection: Connection) -> None:
        if self._closed or connection.info.transaction_status != TransactionStatus.IDLE:
            connection.close()
        else:
            self._idle.append(connection)

    def _unreachable(self, error: psycopg.Error) -> DatabaseUnreachable:
        reason = " ".join(str(error).split())
        DEPENDENCY_ERRORS.add("database")
        if self._opened and not self._lost:
            self._lost = True
            log().warning("database_lost", address=self.address, reason=reason)
        hint = HINT if self._server is None else f"see {self._server.folder / 'postgres.log'}"
        return DatabaseUnreachable(f"the database at {self.address} does not answer: {reason}", hint=hint)

    def _check_version(self, connection: Connection) -> None:
        version = connection.info.server_version
        if version < OLDEST_SERVER:
            connection.close()
            raise SchemaMismatch(
                f"the database at {self.address} is PostgreSQL {version // 10000}; nerproc needs 15 or newer",
                hint="upgrade the server, or unset NERPROC_DATABASE_URL to use the embedded one",
            )


def _has_something_to_say(connection: Connection) -> bool:
    """An idle connection has nothing to read, unless the server closed it or says that it is about to."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
