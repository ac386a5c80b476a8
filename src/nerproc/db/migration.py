"""The schema, as numbered SQL files that are applied in order, each once.

    NNNN_name.sql    one transaction; never changed after a release, only followed by the next number.
                     It leaves the statements of the version before working: upgrades roll

The table `migration` remembers what was applied and the file's checksum, so that a node never works on a schema
that it does not know. What the tables are for stands in the files.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from nerproc.db.database import Connection, Database
from nerproc.errors import SchemaMismatch, SchemaOutdated

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x6E657270726F63  # advisory lock of all who migrate: "nerproc" in ASCII

_FILE_NAME = re.compile(r"(\d{4})_(\w+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Checksum of the file's text, hexadecimal."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def load(folder: Path = FOLDER) -> list[Migration]:
    """The migrations in `folder`, in order.

    Raises:
        ValueError: two files of one number, or a file whose name is not `NNNN_name.sql`.
    """
    migrations: dict[int, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            raise ValueError(f"{path.name} is not named NNNN_name.sql")
        number = int(match[1])
        if number in migrations:
            raise ValueError(f"two migrations have the number {number:04}")
        migrations[number] = Migration(number, match[2], path.read_text(encoding="utf-8"))
    return [migrations[number] for number in sorted(migrations)]


def migrate(database: Database, folder: Path = FOLDER) -> list[Migration]:
    """Bring the database to the schema of this version; what was applied now.

    Raises:
        SchemaMismatch: the database is newer than this version, or an applied file was another one.
    """
    wanted = load(folder)
    with database.connection() as connection:
        # Held by the session: each file below has a transaction of its own.
        connection.execute("SELECT set_config('statement_timeout', '0', false), pg_advisory_lock(%s)", [LOCK])
        try:
            missing = _missing(_applied(connection), wanted)
            for migration in missing:
                _apply(connection, migration)
        finally:
            if not connection.closed:
                connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
                connection.execute("RESET statement_timeout")
    return missing


def check(database: Database, folder: Path = FOLDER) -> None:
    """See that the database has exactly the schema of this version.

    Raises:
        SchemaOutdated: it is older, which the next head of this version changes.
        SchemaMismatch: it is newer, or an applied file was another one.
    """
    with database.connection() as connection:
        missing = _missing(_applied(connection), load(folder))
    if missing:
        raise SchemaOutdated(
            f"the database is older than this version of nerproc: migration {missing[0].number:04} is missing",
            hint="start `nerproc serve` of this version first; it migrates the database",
        )


def _applied(connection: Connection) -> dict[int, tuple[str, str]]:
    """Name and checksum of every applied migration by its number; nothing for an empty database."""
    exists = connection.execute("SELECT to_regclass('migration') IS NOT NULL").fetchone()
    if exists == (False,):
        return {}
    rows = connection.execute("SELECT number, name, sha256 FROM migration")
    return {number: (name, sha256) for number, name, sha256 in rows}


def _missing(applied: dict[int, tuple[str, str]], wanted: list[Migration]) -> list[Migration]:
    known = {migration.number: migration for migration in wanted}
    if newer := sorted(applied.keys() - known.keys()):
        raise SchemaMismatch(
            f"the database is newer than this version of nerproc: it has migration {newer[-1]:04} "
            f"({applied[newer[-1]][0]}), which is unknown here",
            hint="upgrade nerproc on this node to the version of the others",
        )
    for number, (name, sha256) in applied.items():
        if known[number].sha256 != sha256:
            raise SchemaMismatch(
                f"migration {number:04} ({name}) of the database is another one than this version's",
                hint="run the version of nerproc that made the database, or use another database",
            )
    return [migration for migration in wanted if migration.number not in applied]


def _apply(connection: Connection, migration: Migration) -> None:
    with connection.transaction():
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migration (number int PRIMARY KEY, name text NOT NULL, "
            "sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        connection.execute(migration.sql.encode())
        connection.execute(
            "INSERT INTO migration (number, name, sha256) VALUES (%s, %s, %s)",
            [migration.number, migration.name, migration.sha256],
        )
