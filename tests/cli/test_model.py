"""Imported models, from the command line down to the worker processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Shell
from tests.detection.encoder.folder import write_encoder

TEXT = "Ada Lovelace met Ada at Acme Corp.\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.txt").write_text(TEXT)
    return folder


def test_an_imported_model_is_scanned_with_until_it_is_deleted(
    shell: Shell, warm_home: Path, tmp_path: Path, files: Path
) -> None:
    encoder = write_encoder(tmp_path / "mine")
    made = shell("model", "import", encoder, "--json", home=warm_home)
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["name"] == "mine"
    assert shell("model", "import", encoder, home=warm_home).returncode == 6
    listed = json.loads(shell("model", "list", "--json", home=warm_home).stdout)
    assert ("mine", "imported") in [(card["name"], card["origin"]) for card in listed]
    assert "ORGANIZATION" in shell("model", "show", "mine", home=warm_home).stdout

    def scan(*more: str) -> dict[str, object]:
        done = shell("scan", files, "--model", "mine", "--workers", 2, "--json", *more, home=warm_home)
        assert done.returncode == 0, done.stderr
        report: dict[str, object] = json.loads(done.stdout)
        return report

    first = scan()
    assert first["label_counts"] == {"NAME": 8, "ORGANIZATION": 4}
    assert scan("--label", "ORGANIZATION")["label_counts"] == {"ORGANIZATION": 4}
    assert scan("--since", str(first["id"]))["unchanged"] == 4

    assert shell("model", "delete", "mine", home=warm_home).returncode == 0
    gone = shell("scan", files, "--model", "mine", home=warm_home)
    assert (gone.returncode, "no model 'mine'" in gone.stderr) == (5, True)
    write_encoder(encoder, words={"Ada": "B-PER"})
    assert shell("model", "import", encoder, home=warm_home).returncode == 0
    other = scan("--since", str(first["id"]))
    assert (other["unchanged"], other["label_counts"]) == (0, {"NAME": 8})
    assert shell("model", "delete", "mine", home=warm_home).returncode == 0


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("import", "nowhere"), 5, "no folder"),
        (("import", "."), 2, "is no model"),
        (("delete", "nothing"), 5, "no model 'nothing'"),
        (("delete", "patterns"), 6, "comes with nerproc"),
        (("delete", "basic"), 6, "comes with nerproc"),
    ],
)
def test_what_cannot_be_done_is_said(
    command: tuple[str, ...], code: int, said: str, shell: Shell, warm_home: Path
) -> None:
    done = shell("model", *command, home=warm_home)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
