"""Help: complete, and shown without importing what commands need."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from nerproc.cli import help as helping
from nerproc.cli.main import app, run
from nerproc.errors import ExitCode
from nerproc.settings import Settings

HEAVY = {
    *("pydantic", "psycopg", "duckdb", "numpy", "fastapi", "rich", "requests", "hyperscan", "structlog"),
    *("onnxruntime", "tokenizers", "safetensors", "torch", "phonenumbers"),
}


def every_command(command: Any, *names: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield names, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from every_command(inner, *names, name)


COMMANDS = dict(every_command(typer.main.get_command(app)))


def test_help_of_every_command_imports_nothing_heavy() -> None:
    program = """
import json, sys
from nerproc.cli.main import run
codes = [run([*names, "--help"]) for names in json.loads(sys.argv[1])]
print(json.dumps([codes, sorted(sys.modules)]))
"""
    names = json.dumps(list(COMMANDS))
    done = subprocess.run([sys.executable, "-c", program, names], capture_output=True, text=True, check=True)
    codes, modules = json.loads(done.stdout.splitlines()[-1])
    assert codes == [0] * len(COMMANDS)
    assert not HEAVY & set(modules)


def test_every_command_and_option_is_described() -> None:
    for names, command in COMMANDS.items():
        assert command.help, names
        for option in command.params:
            assert getattr(option, "help", None), (*names, option.name)


def test_the_commands_are_these() -> None:
    assert {" ".join(names) for names in COMMANDS if names} == {
        *(
            "scan",
            "redact",
            "restore",
            "serve",
            "worker",
            "workers",
            "drain",
            "undrain",
            "submit",
            "status",
            "stop",
            "pause",
            "resume",
            "retry",
            "doctor",
            "help",
        ),
        *("report", "report list", "report show", "report entities", "report objects", "report search"),
        *("report export", "report delete", "model", "model list", "model show", "model import"),
        *("model delete", "model evaluate", "model synthesize", "model train", "config", "config show"),
        *("model feedback", "model feedback add", "model feedback list", "model feedback export"),
        "model feedback delete",
        *("license", "license keys", "license create", "license validate", "license show"),
        *("token", "token create", "token list", "token revoke"),
    }


@pytest.mark.parametrize("arguments", [[], ["report"], ["help"], ["help", "report"]])
def test_a_group_alone_shows_its_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    assert capsys.readouterr().out.startswith("Usage: nerproc")


def test_help_of_a_command_by_topic(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["help", "report", "show"]) == 0
    by_topic = capsys.readouterr().out
    assert run(["report", "show", "--help"]) == 0
    assert by_topic == capsys.readouterr().out


def test_help_lists_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(helping.MEANINGS) == set(ExitCode)
    assert run(["help", "exit-codes"]) == 0
    listed = [int(line.split()[0]) for line in capsys.readouterr().out.splitlines()]
    assert listed == sorted(ExitCode)


def test_help_lists_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["help", "environment"]) == 0
    out = capsys.readouterr().out
    for name, field in Settings.model_fields.items():
        assert f"NERPROC_{name.upper()}" in out
        assert field.description is not None
        assert field.description in out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == "nerproc 0.1.0\n"


def test_a_typo_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scann"]) == ExitCode.USAGE
    assert "Did you mean 'scan'?" in capsys.readouterr().err
