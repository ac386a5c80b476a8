"""A model made of samples and a base that has patterns and samples of its own beside its network."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.people import DRINKING, LABELS, samples

from nerproc.detection.network.folder import digest
from nerproc.detection.tagger import load
from nerproc.errors import InvalidRequest
from nerproc.model.detect import entities
from nerproc.model.folder import describe
from nerproc.model.registry import in_folder
from nerproc.model.scanner import build
from nerproc.schema.training import TrainingRequest
from nerproc.train.finetune import Hooks, Made, Source, finetune, sign
from nerproc.train.format import spans

DRINKS = [
    replace(sample, spans=tuple(span for span in sample.spans if span.label == "DRINK"))
    for sample in samples(150, 4, sentences=DRINKING)
]
TEXT = "Anna Smith drank a cup of green tea.\nBert Miller lives in London.\nanna@example.org"


def request(**more: object) -> TrainingRequest:
    fields = {
        "name": "drinks",
        "base": "rich",
        "base_version": "1",
        "samples": len(DRINKS),
        "sha256": "0",
        "label_counts": {"DRINK": 150},
        "replay": [],
        "epochs": 12,
    }
    return TrainingRequest.model_validate(fields | more)


@pytest.fixture(scope="module")
def rich(people_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rich") / "rich"
    shutil.copytree(people_model, folder)
    lines = "".join(map(spans.line, samples(100, 7)))
    (folder / "replay.jsonl.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))
    card = json.loads((folder / "model.json").read_text())
    card["files"]["replay.jsonl.gz"] = digest(folder / "replay.jsonl.gz")
    (folder / "model.json").write_text(json.dumps(card | {"name": "rich", "patterns": True}))
    return folder


@pytest.fixture(scope="module")
def made(rich: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    folder = tmp_path_factory.mktemp("made") / "model"
    hooks = Hooks(progress=lambda _: None, saved=lambda _: None, alive=lambda: None)
    replay = [Source("the samples of old", samples(60, 9), LABELS)]
    return folder, finetune(request(), DRINKS, folder, hooks, base=rich, replay=replay)


def test_it_finds_old_labels_new_ones_and_what_patterns_find(made: tuple[Path, Made]) -> None:
    folder, _ = made
    model = in_folder(folder, "drinks", version="", origin="trained")
    found = {(one.label, one.text) for one in entities(build(model=model), TEXT)}
    assert found == {
        ("NAME", "Anna Smith"),
        ("NAME", "Bert Miller"),
        ("EMAIL", "anna@example.org"),
        ("DRINK", "green tea"),
        ("LOCATION", "London"),
    }
    assert {"EMAIL", "NAME", "DRINK"} < set(model.labels)
    assert {one.label for one in entities(build(model=model, labels=["DRINK"]), TEXT)} == {"DRINK"}


def test_what_it_was_held_against(made: tuple[Path, Made]) -> None:
    evaluation = made[1].evaluation
    assert [one.source for one in evaluation.held] == ["the samples", "what rich learnt", "the samples of old"]
    new, old, older = evaluation.held
    assert new.before is not None
    assert [(score.label, score.correct) for score in new.before.labels] == [("DRINK", 0)]
    assert new.after.micro.f1.value > 0.9
    for held, count in ((old, 15), (older, 9)):
        assert held.before is not None
        assert held.before.samples == held.after.samples == count
        assert {score.label for score in held.after.labels} == set(LABELS)
        assert held.after.micro.f1.value > 0.9
    text = evaluation.model_dump_json()
    assert not any(word in text for word in ("Smith", "green tea", "London"))


def test_the_samples_of_the_base_are_handed_down_and_the_new_ones_are_not(
    made: tuple[Path, Made], rich: Path
) -> None:
    folder, result = made
    description = sign(folder, request(), result, base_id=None, seconds=1.0)
    assert description == describe(folder)
    assert (folder / "replay.jsonl.gz").read_bytes() == (rich / "replay.jsonl.gz").read_bytes()
    assert (description.patterns, description.replay_labels) == (True, list(LABELS))
    assert sorted(path.name for path in folder.iterdir()) == sorted(["model.json", *description.files])
    assert description.lineage["samples"] == {"count": 150, "sha256": "0", "labels": {"DRINK": 150}}
    assert (description.lineage["base"], description.lineage["seconds"]) == ("rich", 1.0)
    assert load(folder).labels == ("DRINK", *LABELS)


def test_a_base_that_is_no_small_tagger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text("{}")
    hooks = Hooks(progress=lambda _: None, saved=lambda _: None, alive=lambda: None)
    with pytest.raises(InvalidRequest):
        finetune(request(), DRINKS, tmp_path / "model", hooks, base=tmp_path)
    assert not (tmp_path / "model").exists()
