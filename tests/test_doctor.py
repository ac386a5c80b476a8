"""What the doctor finds, with each part broken in turn; and how `nerproc doctor` says it."""

from __future__ import annotations

import json
import shutil
import time
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from nerproc.cli.main import run
from nerproc.db.database import Database
from nerproc.db.migration import load, migrate
from nerproc.doctor import examine
from nerproc.errors import ExitCode
from nerproc.node import Node
from nerproc.queue import postgres
from nerproc.schema.report import LocalSource, ReportRequest
from nerproc.schema.service import Checkup
from nerproc.settings import Settings
from nerproc.storage.local import LocalStorage

NOBODY = "postgresql://me:s3cret@127.0.0.1:1/none"


def found(settings: Settings) -> dict[str, Checkup]:
    return {checkup.check: checkup for checkup in examine(settings)}


@pytest.fixture
def by_url(home: Path, server: Path, database: Database) -> Settings:
    """Settings that name the test's empty database by its URL."""
    url = f"postgresql://nerproc@/test?host={server / 'postgres' / 'data'}"
    return Settings.load(database_url=url)


def test_a_healthy_home(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json"]) == ExitCode.OK
    checkups = json.loads(capfd.readouterr().out)
    assert [(checkup["check"], checkup["status"]) for checkup in checkups] == [
        (name, "ok")
        for name in ("database", "schema", "license", "workers", "clock", "queue", "storage", "disk")
    ]
    assert all(0 <= checkup["seconds"] < 5 for checkup in checkups)
    assert "PostgreSQL 18" in checkups[0]["detail"]
    assert run(["status", "--json"]) == ExitCode.OK  # it left a home like any other
    assert [path for path in (home / "artifacts").rglob("*") if path.is_file()] == []


def test_a_licence_that_is_not_valid(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(Settings.load())["license"].detail == "free, 0 of 1,073,741,824 bytes used"
    monkeypatch.setenv("NERPROC_LICENSE_KEY", "local:key/x")
    license = found(Settings.load())["license"]
    assert license.status == "failed"
    assert "not genuine" in license.detail
    assert "NERPROC_LICENSE_KEY" in (license.remedy or "")


def test_a_database_that_does_not_answer(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NERPROC_DATABASE_URL", NOBODY)
    monkeypatch.setattr("nerproc.db.database.RETRY_SECONDS", 0.1)
    assert run(["doctor", "--json"]) == ExitCode.FAILED
    answer = capfd.readouterr()
    assert "s3cret" not in answer.out + answer.err
    checkups = {checkup["check"]: checkup for checkup in json.loads(answer.out)}
    assert {name: checkup["status"] for name, checkup in checkups.items()} == {
        "database": "failed",
        "schema": "skipped",
        "license": "skipped",
        "workers": "skipped",
        "clock": "skipped",
        "queue": "failed",
        "storage": "ok",
        "disk": "ok",
    }
    assert "NERPROC_DATABASE_URL" in checkups["database"]["remedy"]

    assert run(["doctor"]) == ExitCode.FAILED
    answer = capfd.readouterr()
    assert answer.out.splitlines()[0].split() == ["CHECK", "STATUS", "SECONDS", "DETAIL"]
    assert "hint: check NERPROC_DATABASE_URL" in answer.err


def test_a_database_by_url_is_looked_at_and_not_changed(by_url: Settings, database: Database) -> None:
    checkups = found(by_url)
    assert checkups["database"].status == "ok"
    assert (checkups["schema"].status, checkups["workers"].status) == ("failed", "skipped")
    assert "0001 is missing" in checkups["schema"].detail
    assert "nerproc serve" in (checkups["schema"].remedy or "")
    assert database.fetch_one("SELECT to_regclass('job') AS job") == {"job": None}

    migrate(database)
    checkups = found(by_url)
    assert {checkup.status for checkup in checkups.values()} == {"ok"}
    assert f"{load()[-1].number:04}" in checkups["schema"].detail

    database.execute("INSERT INTO migration (number, name, sha256) VALUES (9999, 'of_tomorrow', '')")
    newer = found(by_url)["schema"]
    assert newer.status == "failed"
    assert "upgrade" in (newer.remedy or "")


def test_tasks_that_nobody_takes(home: Path, tmp_path: Path) -> None:
    settings = Settings.load()
    with Node.open(settings) as node:
        node.reports.create(ReportRequest(source=LocalSource(paths=[str(tmp_path)])), roots=[tmp_path])
    workers = found(settings)["workers"]
    assert workers.status == "warning"
    assert workers.detail.endswith("1 ready in the pool infer, which nobody serves")
    assert "nerproc worker" in (workers.remedy or "")
    assert run(["doctor"]) == ExitCode.OK  # warnings are no failures


def test_a_clock_that_is_off(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nerproc.doctor.time.time", lambda now=time.time: now() - 60)
    clock = found(Settings.load())["clock"]
    assert clock.status == "warning"
    assert clock.detail.endswith("ms behind the database")
    assert 59_000 < int(clock.detail.split()[0].replace(",", "")) < 61_000


def test_notifications_that_do_not_arrive(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "TRIAL_SECONDS", 0.2)
    monkeypatch.setattr(postgres.PostgresQueue, "_listen", lambda queue: None)
    queue = found(Settings.load())["queue"]
    assert queue.status == "failed"
    assert "pooler" in (queue.remedy or "")


def test_permits_are_held_against_ready_tasks(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        postgres.PostgresQueue, "depth", lambda queue, pool: {"infer": 5, "train": 0, "redact": 0}[pool]
    )
    assert found(Settings.load())["queue"].detail == (
        "notifications of PostgreSQL; infer: 5 permits for 0 ready tasks; train: 0 permits for 0 ready tasks; "
        "redact: 0 permits for 0 ready tasks"
    )


def test_a_store_that_cannot_be_written(home: Path) -> None:
    (home / "artifacts").write_text("a file, where the store should be")
    storage = found(Settings.load())["storage"]
    assert storage.status == "failed"
    assert "disk" in (storage.remedy or "")


@pytest.mark.parametrize("lie", ["other bytes", "keeps"])
def test_a_store_that_lies(home: Path, monkeypatch: pytest.MonkeyPatch, lie: str) -> None:
    if lie == "keeps":
        monkeypatch.setattr(LocalStorage, "delete", lambda store, key: None)
    else:
        monkeypatch.setattr(LocalStorage, "open", lambda store, key: BytesIO(b"stale"))
    storage = found(Settings.load())["storage"]
    assert storage.status == "failed"
    assert "consistent" in (storage.remedy or "")


@pytest.mark.parametrize(("total", "free"), [(100 << 30, 1 << 30), (10_000 << 30, 100 << 30)])
def test_a_disk_that_is_nearly_full(home: Path, monkeypatch: pytest.MonkeyPatch, total: int, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(total=total, free=free))
    disk = found(Settings.load())["disk"]
    assert disk.status == "warning"
    assert "NERPROC_HOME" in (disk.remedy or "")


def test_a_home_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("nerproc.db.database.RETRY_SECONDS", 0.1)
    settings = Settings(home=tmp_path / "file" / "home", database_url=NOBODY)
    checkups = found(settings)
    assert (checkups["disk"].status, checkups["storage"].status) == ("failed", "failed")
    assert "NERPROC_HOME" in (checkups["disk"].remedy or "")
