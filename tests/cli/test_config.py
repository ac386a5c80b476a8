"""`nerproc config show`: values, where they came from, and no secrets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nerproc.cli.main import run
from nerproc.errors import ExitCode
from nerproc.settings import Settings


def test_where_settings_came_from(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nerproc.toml").write_text('port = 9001\nhost = "127.0.0.2"\n')
    (tmp_path / ".env").write_text("NERPROC_HOST=127.0.0.3\n")
    monkeypatch.setenv("NERPROC_DATABASE_URL", "postgresql://me:s3cret@db/x")
    monkeypatch.setenv("NERPROC_QUEUE_URL", "amqp://me:s3cret@queue/")
    assert run(["config", "show", "--json"]) == 0
    out = capfd.readouterr().out
    assert "s3cret" not in out
    rows = {row["setting"]: (row["value"], row["origin"]) for row in json.loads(out)}
    assert len(rows) == len(Settings.model_fields)
    assert rows["NERPROC_HOME"] == (str(home), "environment")
    assert rows["NERPROC_PORT"] == (9001, "nerproc.toml")
    assert rows["NERPROC_HOST"] == ("127.0.0.3", ".env")
    assert rows["NERPROC_LEASE_SECONDS"] == (30.0, "default")
    assert rows["NERPROC_DATABASE_URL"][1] == "environment"
    assert rows["NERPROC_QUEUE_URL"] == ("**********", "environment")


def test_a_wrong_setting(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NERPROC_PORT", "eighty")
    assert run(["config", "show"]) == ExitCode.USAGE
    assert "NERPROC_PORT" in capfd.readouterr().err
