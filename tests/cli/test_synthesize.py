"""`nerproc model synthesize`: its samples are samples, and its bad input is explained."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Answer, _caller
from tests.train.llm.double import KEY, Double, content, entry, running, says, status

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
        ('[{"label": "NAME"}, {"label": "NAME"}]', ExitCode.USAGE, "NAME is described 2 times"),
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


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[Double]:
    """A language model that the settings name."""
    with running() as double:
        monkeypatch.setenv("NERPROC_LLM_URL", double.url)
        monkeypatch.setenv("NERPROC_LLM_KEY", KEY)
        monkeypatch.setenv("NERPROC_LLM_MODEL", "tiny")
        yield double


def test_a_language_model_is_asked_when_the_flag_says_so(
    file: Path, tmp_path: Path, double: Double, synthesized: Callable[..., Answer]
) -> None:
    assert synthesized(file, "--count", 5).code == 0
    assert double.asked == []
    written = tmp_path / "samples"
    answer = synthesized(file, "--count", 5, "--llm", "-o", written)
    assert (answer.code, answer.out) == (0, "")
    assert "10 of 10 samples, from 2 requests" in answer.err
    assert check_enough(read([written])) == {"BADGE": 5, "NAME": 5}
    assert KEY not in answer.err
    assert len(synthesized(file, "--count", 2, "--llm").out.splitlines()) == 4


def test_too_few_samples_are_written_and_the_exit_code_says_so(
    file: Path, tmp_path: Path, double: Double, synthesized: Callable[..., Answer]
) -> None:
    double.always = says(entry("Please show {} at once.", "BADGE", "B-1"))
    written = tmp_path / "samples"
    answer = synthesized(file, "--count", 5, "--llm", "-o", written)
    assert answer.code == ExitCode.FAILED
    assert len(list(read([written]))) == 1
    assert "fewer than 5 samples of BADGE (1), NAME (0)" in answer.err
    assert "8 dropped samples: 4 a repetition, 4 without the label asked for" in answer.err
    double.always = content("I am sorry.")
    answer = synthesized(file, "--count", 5, "--llm", "-o", tmp_path / "none")
    assert (answer.code, answer.out) == (ExitCode.FAILED, "")
    assert not (tmp_path / "none").exists()


def test_what_was_written_before_a_failure_stays(
    file: Path, tmp_path: Path, double: Double, synthesized: Callable[..., Answer]
) -> None:
    double.answers = [says(entry("Please show {} at once.", "BADGE", "B-1"))]
    double.always = status(401)
    written = tmp_path / "samples"
    answer = synthesized(file, "--llm", "-o", written)
    assert answer.code == ExitCode.REFUSED
    assert "1 of 200 samples" in answer.err
    assert KEY not in answer.err
    assert len(list(read([written]))) == 1


@pytest.mark.parametrize("missing", ["NERPROC_LLM_URL", "NERPROC_LLM_MODEL"])
def test_settings_that_name_no_model(
    file: Path,
    double: Double,
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
    synthesized: Callable[..., Answer],
) -> None:
    monkeypatch.setenv(missing, "")
    answer = synthesized(file, "--llm")
    assert (answer.code, "name no language model" in answer.err) == (ExitCode.USAGE, True)
    assert double.asked == []


def test_the_key_is_not_shown(double: Double, capfd: pytest.CaptureFixture[str]) -> None:
    answer = _caller(capfd)("config", "show", "--json")
    assert double.url in answer.out
    assert KEY not in answer.out
