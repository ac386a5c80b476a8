from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from nerproc.db.database import Database
from nerproc.db.migration import check, load, migrate
from nerproc.errors import SchemaMismatch, SchemaOutdated


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE a (n int); INSERT INTO a VALUES (1);")
    (tmp_path / "0002_second.sql").write_text("ALTER TABLE a ADD COLUMN text text DEFAULT '100 %';")
    return tmp_path


def test_files_are_applied_in_order_and_once(database: Database, folder: Path):
    assert [migration.name for migration in migrate(database, folder)] == ["first", "second"]
    assert migrate(database, folder) == []
    (folder / "0010_third.sql").write_text("INSERT INTO a VALUES (2, 'é');")
    assert [migration.number for migration in migrate(database, folder)] == [10]
    assert database.fetch_all("SELECT * FROM a ORDER BY n") == [
        {"n": 1, "text": "100 %"},
        {"n": 2, "text": "é"},
    ]
    check(database, folder)


def test_a_file_that_fails_leaves_nothing_of_itself(database: Database, folder: Path):
    (folder / "0003_broken.sql").write_text("CREATE TABLE b (n int); INSERT INTO nowhere VALUES (1);")
    with pytest.raises(psycopg.errors.UndefinedTable):
        migrate(database, folder)
    assert database.fetch_one("SELECT to_regclass('b') AS b, to_regclass('a')::text AS a") == {
        "b": None,
        "a": "a",
    }
    (folder / "0003_broken.sql").write_text("CREATE TABLE b (n int);")
    assert [migration.number for migration in migrate(database, folder)] == [3]


def test_many_nodes_migrate_at_once_and_each_file_runs_once(database: Database, folder: Path):
    (folder / "0003_slow.sql").write_text("SELECT pg_sleep(0.1); INSERT INTO a VALUES (2);")
    applied = []
    threads = [threading.Thread(target=lambda: applied.extend(migrate(database, folder))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(migration.number for migration in applied) == [1, 2, 3]
    assert database.fetch_one("SELECT count(*) FROM a") == {"count": 2}


def test_what_a_deleted_row_is_looked_for_in_has_an_index(database: Database):
    migrate(database)
    without = database.fetch_all(
        "SELECT conrelid::regclass::text AS table FROM pg_constraint WHERE contype = 'f' AND NOT EXISTS ("
        "SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1])"
    )
    assert without == [{"table": "session"}], "tokens are never deleted"


def test_a_worker_refuses_an_empty_or_older_database(database: Database, folder: Path):
    with pytest.raises(SchemaOutdated, match="0001 is missing"):
        check(database, folder)
    migrate(database, folder)
    (folder / "0003_third.sql").write_text("SELECT 1")
    with pytest.raises(SchemaOutdated, match="0003 is missing"):
        check(database, folder)


@pytest.mark.parametrize("act", [migrate, check])
def test_a_database_newer_than_the_code_is_refused(
    database: Database, folder: Path, act: Callable[[Database, Path], object]
):
    migrate(database, folder)
    (folder / "0002_second.sql").unlink()
    with pytest.raises(SchemaMismatch, match=r"newer .* 0002 \(second\)") as caught:
        act(database, folder)
    assert not isinstance(caught.value, SchemaOutdated)  # which would be waited for
    assert "upgrade" in (caught.value.hint or "")


@pytest.mark.parametrize("act", [migrate, check])
def test_an_applied_file_that_differs_is_refused(
    database: Database, folder: Path, act: Callable[[Database, Path], object]
):
    migrate(database, folder)
    (folder / "0001_first.sql").write_text("CREATE TABLE a (n bigint);")
    with pytest.raises(SchemaMismatch, match=r"0001 \(first\)"):
        act(database, folder)


def test_the_statement_timeout_of_other_work_is_kept(database: Database, folder: Path):
    migrate(database, folder)
    assert database.fetch_one("SHOW statement_timeout") == {"statement_timeout": "1min"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("3_short.sql", "not named NNNN_name.sql"),
        ("0003-dash.sql", "not named NNNN_name.sql"),
        ("0002_again.sql", "number 0002"),
    ],
)
def test_files_that_are_misnamed_or_share_a_number_are_refused(folder: Path, name: str, reason: str):
    (folder / name).touch()
    with pytest.raises(ValueError, match=reason):
        load(folder)


def test_the_migrations_of_this_version_apply(database: Database):
    assert migrate(database)
    check(database)
