"""The deployment on three hosts: its units run commands that there are, and its settings are read."""

from __future__ import annotations

import configparser
import os
import re
import shlex
from pathlib import Path

import pytest
from tests.command_line import parse

from nerproc.cli.help import _OTHERS
from nerproc.head.serve import END_SECONDS
from nerproc.settings import PREFIX, Settings

FOLDER = Path(__file__).parents[2] / "examples" / "three_hosts"
UNITS = ["nerproc-head.service", "nerproc-worker.service"]


def unit(name: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(FOLDER / name)
    return parser["Service"]


def environment() -> dict[str, str]:
    lines = (FOLDER / "nerproc.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize(("name", "command"), [(UNITS[0], "serve"), (UNITS[1], "worker")])
def test_a_unit_runs_what_there_is_and_lets_it_end(name: str, command: str) -> None:
    service = unit(name)
    program, *arguments = shlex.split(service["ExecStart"])
    assert program == "/opt/nerproc/bin/nerproc"
    assert parse(arguments)[0] == command
    assert float(service["TimeoutStopSec"]) > END_SECONDS
    assert service["KillMode"] == "mixed"  # a worker ends its own processes
    assert service["Restart"] == "always"
    assert service["EnvironmentFile"] == "/etc/nerproc.env"


def test_the_head_does_no_work_and_is_not_exposed() -> None:
    _, parameters = parse(shlex.split(unit(UNITS[0])["ExecStart"])[1:])
    assert parameters["workers"] == 0
    assert parameters["host"] == "127.0.0.1"


def test_the_settings_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    named = environment()
    assert set(named) <= {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | set(_OTHERS)
    for name, value in {**named, f"{PREFIX}HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)

    settings = Settings.load()

    assert settings.home == tmp_path
    assert str(settings.storage_url) == "s3://nerproc"
    connection = settings.connection(None)
    assert connection.endpoint == "http://10.0.0.5:9000"
    hosts = {match for value in named.values() for match in re.findall(r"10\.\d+\.\d+\.\d+", value)}
    assert hosts == {"10.0.0.5"}


def test_it_says_how_to_install_each_file() -> None:
    text = (FOLDER / "README.md").read_text()
    for file in FOLDER.iterdir():
        assert file.name == "README.md" or file.stem in text, file.name
