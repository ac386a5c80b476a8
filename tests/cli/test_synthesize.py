"""`nerproc model synthesize`: its samples are samples, and its bad input is explained."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Answer, _caller

from nerproc.errors import ExitCode
from nerproc.train.read import read
from nerproc.train.sample import check_enough

TOPICS = [{"label": "BADGE", "description": "badge number", "examples": ["A-123"]}, {"label": "NAME"}]


@pytest.fixture
def synthesized(capfd: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Runs `model synthesize`."""
    call = _caller(capfd)
    return lambda *arguments: call("model", "synthesize", *arguments)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(TOPICS))
    return path


def test_what_is_written_can_be_read(file: Path, tmp_path: Path, synthesized: Callable[..., Answer]) -> None:
    answer = synthesized(file, "--count", 20)
    assert answer.code == 0
    written = tmp_path / "samples"
    assert synthesized(file, "--count", 20, "-o", written).out == ""
    assert written.read_text() == answer.out
    assert check_enough(read([written])).keys() == {"BADGE", "NAME"}
    assert synthesized(file, "--count", 20, "--seed", 1).out != answer.out


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (None, ExitCode.NOT_FOUND, "There is no file"),
        ("{", ExitCode.USAGE, "Invalid JSON"),
        ("[]", ExitCode.USAGE, "there is no label in it"),
        ('[{"label": "badge"}]', ExitCode.USAGE, "0/label: "),
        ('[{"label": "BADGE"}]', ExitCode.USAGE, "has no examples"),
        ('[{"label": "BADGE", "examples": ["red"]}]', ExitCode.USAGE, "there are only"),
    ],
)
def test_bad_input(
    content: str | None, code: ExitCode, words: str, file: Path, synthesized: Callable[..., Answer]
) -> None:
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    output = file.with_name("out")
    answer = synthesized(file, "-o", output)
    assert answer.code == code
    assert words in answer.err
    assert not output.exists()
