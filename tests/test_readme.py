"""Every example of the README runs, in order, as a reader would type it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from nerproc.errors import ExitCode
from nerproc.schema.entity import Entity
from nerproc.settings import S3Connection, Settings
from nerproc.storage.s3_client import request_client

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
TRAINING_SECONDS = 300  # most that a block may take which trains a model; others have 120


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def bucket(moto: S3Connection) -> str:
    """The address of a server that has the bucket of the README."""
    client = request_client(moto)
    client.create_bucket(Bucket="papers")
    client.put_object(Bucket="papers", Key="letters/one.txt", Body=b"Write to ann@example.org.")
    return moto.endpoint


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("readme")
    (folder / "examples").symlink_to(ROOT / "examples")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, "NERPROC_HOME": str(folder / "home"), "PATH": path, "PWD": str(folder)}


@pytest.fixture
def head(environment: dict[str, str]) -> Iterator[None]:
    """A head on the port that the README names, which knows the token that commands send."""
    environment["NERPROC_API_TOKEN"] = "of the reader"
    server = subprocess.Popen(["nerproc", "serve", "--workers", "1"], env=environment)
    try:
        for _ in range(300):
            if (
                subprocess.run(["curl", "-sf", "http://localhost:8001/health"], capture_output=True).returncode
                == 0
            ):
                break
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(timeout=40)


@pytest.mark.parametrize("script", blocks("sh"))
def test_commands(script: str, environment: dict[str, str], bucket: str) -> None:
    script = script.replace("pip install .\n", "")  # it is installed: this test runs in its environment
    script = script.replace("http://localhost:9000", bucket)
    shell = subprocess.Popen(
        ["bash", "-euc", script],
        env=environment,
        cwd=environment["PWD"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        _, errors = shell.communicate(timeout=TRAINING_SECONDS if "model train" in script else 120)
    finally:
        with contextlib.suppress(ProcessLookupError):  # a head that the script did not come to stop
            os.killpg(shell.pid, signal.SIGKILL)
    assert shell.returncode == 0, errors


def test_python(environment: dict[str, str], head: None) -> None:
    program = "\n".join(blocks("python"))
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=environment["PWD"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert "EMAIL ann@example.org 9 24" in run.stdout


def test_settings() -> None:
    (example,) = blocks("toml")
    assert Settings(**tomllib.loads(example)).connection("lab").access_key_id == "reader"


def test_the_entity_has_the_fields_of_entities() -> None:
    (example,) = blocks("json")
    entity = Entity.from_dict(json.loads(example))
    assert entity.to_dict() == json.loads(example)


def test_every_exit_code_is_in_the_table() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE)
    assert {int(code) for row in rows for code in row.split(",")} == set(map(int, ExitCode))
