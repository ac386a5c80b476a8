"""The CI job that fails on secrets: its script does, and the workflow runs the script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from nerproc.errors import ExitCode

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "ci" / "scan_secrets.sh"
KEY = "AKIA" + "QYLPMN5HHHFPZAM2"


def scan(folder: Path) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and results of the script."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "TMPDIR": str(folder.parent)}
    done = subprocess.run(
        ["sh", SCRIPT], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert KEY not in done.stdout + done.stderr
    text = (folder / "secrets.sarif").read_text()
    assert KEY not in text
    return done.returncode, json.loads(text)["runs"][0]["results"]


def test_the_script_fails_on_a_secret_alone_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text(f"key = {KEY}\n")
    (folder / "README.md").write_text("Write to ann@example.org.\n")
    assert scan(folder) == (ExitCode.OK, [])

    (folder / "src").mkdir()
    (folder / "src" / "settings.py").write_text(f"import os\n\nKEY = '{KEY}'\n")
    code, (result,) = scan(folder)
    assert code == ExitCode.MATCHED
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "src/settings.py"
    assert place["region"]["startLine"] == 3
    assert result["level"] == "error"
    assert list(tmp_path.glob("tmp.*")) == []  # as mktemp calls them


def test_the_workflow_runs_the_script_and_uploads_what_it_wrote() -> None:
    workflow = yaml.safe_load((SCRIPT.parent / "secrets.yml").read_text())
    steps = workflow["jobs"]["scan"]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    assert commands[-1].split()[:2] == ["sh", str(SCRIPT.relative_to(ROOT))]
    upload = steps[-1]
    assert "upload-sarif" in upload["uses"]
    assert upload["if"] == "always()"
    assert f"--output {upload['with']['sarif_file']}" in SCRIPT.read_text()
    assert workflow["permissions"]["security-events"] == "write"


@pytest.mark.parametrize("name", ["scan_secrets.sh"])
def test_the_script_is_one_that_any_shell_reads(name: str) -> None:
    assert subprocess.run(["sh", "-n", SCRIPT.with_name(name)]).returncode == 0
