"""Commands as users run them: `shell` starts processes, `cli` calls the same entry in this one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.homes import furnish
from tests.process import RunningHead, clean_environment

from nerproc.cli.main import run
from nerproc.db.database import Database

NERPROC = str(Path(sys.executable).with_name("nerproc"))  # the installed console script

LETTER = "Dear Ann, write to ann@example.org or call +1 212 555 0123.\n"
INVOICE = "Pay 10 EUR to DE89 3704 0044 0532 0130 00, card 4111 1111 1111 1111. Mail: bob@example.org\n"

Shell = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Answer:
    """What a command did."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Its output, as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Scanned:
    """A home in which some files were scanned."""

    home: Path
    files: Path
    report: dict[str, Any]  # what `scan --json` printed

    @property
    def id(self) -> str:
        """Of the report."""
        return str(self.report["id"])


@pytest.fixture(scope="session")
def shell() -> Shell:
    """Runs the installed `nerproc` in a home."""

    def call(*arguments: object, home: Path, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [NERPROC, *map(str, arguments)],
            env={**clean_environment(home), **options.pop("environment", {})},
            cwd=home,
            capture_output=True,
            text=True,
            timeout=300,  # it hangs; a loaded machine may take two minutes for a training
            check=False,
            **options,
        )

    return call


@pytest.fixture(scope="session")
def warm_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose database runs, so that commands need not start it."""
    home = tmp_path_factory.mktemp("home")
    furnish(home)
    with Database.embedded(home):
        yield home


@pytest.fixture(scope="session")
def scanned(warm_home: Path, tmp_path_factory: pytest.TempPathFactory, shell: Shell) -> Scanned:
    """Three files, one of them skipped, and their report."""
    files = tmp_path_factory.mktemp("files")
    (files / "mail").mkdir()
    (files / "mail" / "letter.txt").write_text(LETTER)
    (files / "invoice.txt").write_text(INVOICE * 3)
    (files / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    done = shell(
        *("scan", files, "--model", "patterns", "--json", "--name", "papers", "--workers", 1),
        *("--group", "cards=COUNT(CARD_NUMBER) > 1", "--custom-tag", "SALUTATION=Dear [A-Z][a-z]+"),
        home=warm_home,
    )
    assert done.returncode == 0, done.stderr
    return Scanned(warm_home, files, json.loads(done.stdout))


@pytest.fixture
def cli(
    scanned: Scanned, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Answer]:
    """Runs a command on the home of `scanned`."""
    monkeypatch.setenv("NERPROC_HOME", str(scanned.home))
    monkeypatch.delenv("NERPROC_API_URL", raising=False)
    return _caller(capfd)


@pytest.fixture
def remote(
    head: RunningHead, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Answer]:
    """Runs a command that finds `head` by NERPROC_API_URL, with a home that holds nothing."""
    monkeypatch.setenv("NERPROC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NERPROC_API_URL", head.url)
    return _caller(capfd)


def _caller(capfd: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    def call(*arguments: object) -> Answer:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        return Answer(code, *capfd.readouterr())

    return call
