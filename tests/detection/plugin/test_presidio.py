"""Against Presidio's analyzer itself, with the recognizers that need no trained weights."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

import nerproc
from nerproc.errors import NotFound
from nerproc.model.registry import load

pytestmark = pytest.mark.filterwarnings("default")  # of its dependencies

TEXT = "My card 4111 1111 1111 1111, mail ann@example.org, tax number: 912-80-3456."


def test_entities_have_our_labels_and_kinds() -> None:
    found = nerproc.detect(TEXT, model="presidio", threshold=0.3)
    assert ("CARD_NUMBER", None, "4111 1111 1111 1111") in [(e.label, e.kind, e.text) for e in found]
    assert ("EMAIL", None, "ann@example.org") in [(e.label, e.kind, e.text) for e in found]
    assert ("ID_NUMBER", "us_itin", "912-80-3456") in [(e.label, e.kind, e.text) for e in found]
    assert all(TEXT[e.start : e.end] == e.text for e in found)


def test_the_labels_are_those_of_our_patterns() -> None:
    model = load("presidio")
    assert set(model.labels) <= set(load("patterns").labels)
    assert "EMAIL" in model.labels
    assert model.parts == ("presidio",)


def test_long_texts_are_read_whole() -> None:
    text = "😀 write to ann@example.org now. " * 1_500
    found = nerproc.detect(text, model="presidio", labels=["EMAIL"])
    assert [entity.text for entity in found] == ["ann@example.org"] * 1_500


def test_nothing_is_asked_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(*arguments: object, **_: object) -> None:
        asked.append(arguments)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert nerproc.detect(TEXT, model="presidio", labels=["EMAIL"], threshold=0.6)[0].text == "ann@example.org"
    assert asked == []


def test_an_analyzer_of_ones_own_is_read_from_its_configuration(tmp_path: Path) -> None:
    file = tmp_path / "analyzer.yaml"
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank")
    file.write_text(CONFIGURATION.replace("PIPELINE", str(tmp_path / "blank")))
    name = f"presidio:{file}"
    assert "ROCKET" in load(name).labels
    found = nerproc.detect("The RKT-123 flew.", model=name)
    assert [(entity.label, entity.text, entity.score) for entity in found] == [("ROCKET", "RKT-123", 0.7)]
    before = load(name).version
    file.write_text(file.read_text().replace("0.7", "0.8"))
    assert load(name).version != before


def test_a_configuration_whose_pipeline_is_missing_downloads_nothing(tmp_path: Path) -> None:
    file = tmp_path / "analyzer.yaml"
    file.write_text(CONFIGURATION.replace("PIPELINE", "no_such_pipeline"))
    with pytest.raises(NotFound, match="no spaCy pipeline 'no_such_pipeline'"):
        load(f"presidio:{file}")


def test_a_configuration_is_named_by_a_path_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "analyzer.yaml").write_text(CONFIGURATION)
    with pytest.raises(NotFound, match="no spaCy pipeline"):
        load("presidio:analyzer.yaml")


@pytest.mark.parametrize("name", ["presidio:no_such_pipeline", "presidio:./nowhere.yaml"])
def test_what_is_not_there_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        load(name)


CONFIGURATION = """
supported_languages: [en]
nlp_configuration:
  nlp_engine_name: spacy
  models: [{lang_code: en, model_name: PIPELINE}]
recognizer_registry:
  supported_languages: [en]
  global_regex_flags: 26
  recognizers:
    - name: Rocket
      type: custom
      supported_language: en
      supported_entity: ROCKET
      patterns: [{name: rocket, regex: 'RKT-[0-9]{3}', score: 0.7}]
"""
