"""`nerproc model evaluate`, in this process and as users run it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import NERPROC, Answer, Shell, _caller
from tests.detection.encoder.folder import write_encoder
from tests.process import clean_environment

from nerproc.errors import ExitCode

MAIL = "Write to ann@example.org, not to Ann.\n"
ROWS = [
    {
        "text": MAIL,
        "spans": [{"start": 9, "end": 24, "label": "E-Mail"}, {"start": 33, "end": 36, "label": "PER"}],
    },
    {"text": "Host 10.0.0.1 \x1b[31m", "spans": [{"start": 0, "end": 4, "label": "MISC:host"}]},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "samples"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


@pytest.fixture
def evaluated(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Answer]:
    """Runs `model evaluate` with a home that is not there, and needs none."""
    monkeypatch.setenv("NERPROC_HOME", str(tmp_path / "home"))
    call = _caller(capfd)
    return lambda *arguments: call("model", "evaluate", *arguments)


def test_as_json(file: Path, evaluated: Callable[..., Answer]) -> None:
    answer = evaluated("patterns", file, "--map", "E-Mail=EMAIL", "--map", "MISC:*=O", "--json")
    assert answer.code == 0
    found = answer.json()
    assert [(one["label"], one["correct"], one["expected"]) for one in found["labels"]] == [
        ("EMAIL", 1, 1),
        ("PER", 0, 1),
    ]
    assert found["labels"][0]["f1"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert found["unscored"] == {"IP_ADDRESS": 1}
    [mistake] = found["mistakes"]
    assert (mistake["kind"], mistake["text"], mistake["place"]) == ("missed", "Ann", f"{file}:1")


def test_for_people(file: Path, evaluated: Callable[..., Answer]) -> None:
    answer = evaluated("patterns", file, "--map", "E-Mail=EMAIL", "--mistakes", 1)
    lines = answer.out.splitlines()
    assert lines[0].split() == [
        "LABEL",
        "EXPECTED",
        "FOUND",
        "CORRECT",
        "PARTIAL",
        "PRECISION",
        "RECALL",
        "F1",
        "F2",
    ]
    assert lines[1].split()[:6] == ["EMAIL", "1", "1", "1", "0", "1.000"]
    assert lines[2].split()[:6] == ["MISC_HOST", "1", "0", "0", "0", "-"]
    assert [line.split()[0] for line in lines[4:6]] == ["micro", "macro"]
    assert "found, but not scored: IP_ADDRESS 1" in lines
    assert f"missed PER, once at {file}:1" in lines
    assert lines[-1] == "  …Write to ann@example.org, not to Ann.\\n…"
    assert "\x1b" not in answer.out


def test_one_label(file: Path, evaluated: Callable[..., Answer]) -> None:
    answer = evaluated("patterns", file, "--map", "E-Mail=EMAIL", "--label", "EMAIL")
    assert [line.split()[0] for line in answer.out.splitlines()[1:4]] == ["EMAIL", "micro", "macro"]
    assert "Ann" not in answer.out.replace(str(file), "")


@pytest.mark.parametrize(
    ("arguments", "code", "slug"),
    [
        (["gpt", "FILE"], ExitCode.NOT_FOUND, "not-found"),
        (["patterns", "none.jsonl"], ExitCode.NOT_FOUND, "not-found"),
        (["patterns", "FILE", "--map", "PER"], ExitCode.USAGE, "usage"),
        (["patterns", "FILE", "--map", "PER=per"], ExitCode.USAGE, "invalid-request"),
        (["patterns", "FILE", "--label", "DATE"], ExitCode.USAGE, "invalid-samples"),
        (["patterns", __file__], ExitCode.USAGE, "invalid-samples"),
    ],
)
def test_bad_input(
    arguments: list[str], code: ExitCode, slug: str, file: Path, evaluated: Callable[..., Answer]
) -> None:
    answer = evaluated(*[str(file) if word == "FILE" else word for word in arguments], "--json")
    assert answer.code == code
    assert json.loads(answer.err)["slug"] == slug
    assert answer.out == ""


def test_samples_from_standard_input(file: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [NERPROC, "model", "evaluate", "patterns", "-", "--json"],
        input=file.read_bytes(),
        env=clean_environment(tmp_path / "home"),
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["mistakes"][0]["place"] == "standard input:1"


def test_an_imported_model(shell: Shell, warm_home: Path, tmp_path: Path) -> None:
    encoder = write_encoder(tmp_path / "measured")
    assert shell("model", "import", encoder, home=warm_home).returncode == 0
    row = {"text": "Ada left Acme .", "spans": [{"start": 0, "end": 3, "label": "NAME"}]}
    (tmp_path / "samples").write_text(json.dumps(row))
    done = shell("model", "evaluate", "measured", tmp_path / "samples", "--json", home=warm_home)
    assert done.returncode == 0, done.stderr
    [score] = json.loads(done.stdout)["labels"]
    assert (score["label"], score["correct"], score["expected"]) == ("NAME", 1, 1)
    assert shell("model", "delete", "measured", home=warm_home).returncode == 0


def test_the_help_needs_no_numpy() -> None:
    program = (
        "import sys; from nerproc.cli.main import run; run(['model', 'evaluate', '--help']);"
        "print(sorted({'numpy', 'faker', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"
