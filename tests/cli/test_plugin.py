"""Models of plugins, from the command line down to the worker processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Shell
from tests.detection.plugin.package import write_package

pytestmark = pytest.mark.filterwarnings("default")  # spaCy's dependencies


@pytest.fixture
def ships(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has installed a plugin."""
    return {"PYTHONPATH": str(write_package(tmp_path / "ships"))}


def test_a_scan_finds_what_the_plugin_finds(
    shell: Shell, warm_home: Path, tmp_path: Path, ships: dict[str, str]
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "log.txt").write_text("HMS Beagle left ann@example.org.\n")
    done = shell("scan", files, "--model", "ships", "--json", home=warm_home, environment=ships)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["model"], report["label_counts"]) == ("ships", {"SHIP": 1})
    again = shell(
        *("scan", files, "--model", "ships", "--since", report["id"], "--json"),
        home=warm_home,
        environment=ships,
    )
    assert json.loads(again.stdout)["unchanged"] == 1
    other = shell(
        *("scan", files, "--model", "ships:sail", "--since", report["id"], "--json"),
        home=warm_home,
        environment=ships,
    )
    assert json.loads(other.stdout)["unchanged"] == 0


def test_it_is_listed_and_shown(shell: Shell, warm_home: Path, ships: dict[str, str]) -> None:
    listed = shell("model", "list", "--json", home=warm_home, environment=ships)
    assert {"patterns", "ships", "ships:sail"} <= {card["name"] for card in json.loads(listed.stdout)}
    shown = shell("model", "show", "ships", home=warm_home, environment=ships)
    assert "SHIP" in shown.stdout


def test_a_pipeline_in_a_folder_is_named_by_its_path(shell: Shell, warm_home: Path, tmp_path: Path) -> None:
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Ada"}])
    pipeline.to_disk(warm_home / "pipeline")
    (tmp_path / "a.txt").write_text("Here is Ada.")
    done = shell("scan", tmp_path / "a.txt", "--model", "spacy:./pipeline", "--json", home=warm_home)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["model"], report["label_counts"]) == (f"spacy:{warm_home / 'pipeline'}", {"NAME": 1})


def test_a_plugin_that_is_not_there(shell: Shell, warm_home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Here is Ada.")
    done = shell("scan", tmp_path / "a.txt", "--model", "ships", home=warm_home)
    assert done.returncode == 5
    assert "no model 'ships'" in done.stderr


def test_show_knows_models_that_are_on_no_list(shell: Shell, warm_home: Path) -> None:
    import spacy

    spacy.blank("en").to_disk(warm_home / "blank")
    shown = shell("model", "show", "spacy:./blank", "--json", home=warm_home)
    assert json.loads(shown.stdout)["labels"] == []
