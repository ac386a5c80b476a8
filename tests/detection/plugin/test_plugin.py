from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.detection.plugin.package import write_package

import nerproc
from nerproc.detection.plugin import plugin
from nerproc.errors import InvalidRequest, NotFound
from nerproc.model.registry import cards, load

TEXT = "HMS Beagle left, and so did ann@example.org."


@pytest.fixture
def _ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(write_package(tmp_path / "ships"))


@pytest.mark.usefixtures("_ships")
def test_a_model_of_a_package_is_used_by_its_name() -> None:
    (found,) = nerproc.detect(TEXT, model="ships")
    assert (found.label, found.kind, found.text) == ("SHIP", "navy", "HMS Beagle")
    assert (found.score, found.source) == (0.9, "plugin")
    assert nerproc.detect(TEXT, model="ships:sail", labels=["SHIP"])[0].text == "HMS Beagle"
    assert nerproc.detect(TEXT, model="ships", custom_tags={"MAIL": r"\w+@\w+\.org"})[1].label == "MAIL"
    assert nerproc.detect(TEXT, model="ships", threshold=0.95) == []


@pytest.mark.usefixtures("_ships")
def test_it_is_listed_and_shown_and_its_labels_are_checked() -> None:
    by_name = {card.name: card for card in cards()}
    assert {"patterns", "ships", "ships:sail"} <= by_name.keys()
    assert by_name["ships"].labels == ["SHIP"]
    assert by_name["ships"].detectors == ["ships"]
    assert load("ships").version != load("ships:sail").version
    with pytest.raises(InvalidRequest, match="has no label PORT"):
        nerproc.detect(TEXT, model="ships", labels=["PORT"])


@pytest.mark.usefixtures("_ships")
def test_what_it_does_not_have_is_not_found() -> None:
    with pytest.raises(NotFound, match="'steam'"):
        load("ships:steam")
    with pytest.raises(NotFound) as error:
        load("boats")
    assert "ships" in str(error.value.hint)


_MODEL = """
from nerproc.detection.plugin.plugin import PluginModel
def names(): {names}
def model(name): return PluginModel(version={version}, description="", labels={labels}, load=lambda: 1 / 0)
"""


@pytest.mark.parametrize(
    "changed",
    [
        {"names": "return 1 / 0"},
        {"names": "return None"},
        {"version": 1},
        {"labels": ["ship"]},
        {"labels": "'SHIP'"},
    ],
)
def test_a_plugin_that_is_not_sound_hides_no_other(
    changed: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = _MODEL.format(**({"names": "return ['']", "version": "'1'", "labels": ["SHIP"]} | changed))
    monkeypatch.syspath_prepend(write_package(tmp_path / "flotsam", name="flotsam", module=module))
    assert "patterns" in [card.name for card in cards()]
    with pytest.raises(InvalidRequest, match="the plugin 'flotsam' failed"):
        nerproc.detect(TEXT, model="flotsam")
    monkeypatch.delitem(sys.modules, "flotsam")


@pytest.mark.parametrize(
    "module",
    ["import nothing_of_that_name", "def names(): return ['']\ndef model(name): return 1 / 0", "x = 1"],
)
def test_a_plugin_that_fails_says_so_and_hides_no_other(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(write_package(tmp_path / "wrecks", name="wrecks", module=module))
    with pytest.raises(InvalidRequest, match="the plugin 'wrecks' failed"):
        load("wrecks")
    assert "patterns" in [card.name for card in cards()]
    monkeypatch.delitem(sys.modules, "wrecks", raising=False)


def test_a_missing_package_is_named_with_its_install() -> None:
    with pytest.raises(InvalidRequest, match=r"pip install 'nerproc\[ships\]'"):
        plugin.require("nothing_of_that_name", extra="ships", for_what="a ship")
