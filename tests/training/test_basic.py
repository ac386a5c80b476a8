from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.people import samples

from nerproc.detection.tagger import load
from training import basic, gold


def write(file: Path, count: int, seed: int) -> None:
    original = {ours: theirs for theirs, ours in gold.LABELS.items()}
    file.parent.mkdir(exist_ok=True)
    with file.open("w") as lines:
        for number, sample in enumerate(samples(count, seed)):
            spans = [{"start": s.start, "end": s.end, "label": original[s.label]} for s in sample.spans]
            spans.append({"start": 0, "end": 2, "label": "MISC:other"})
            lines.write(
                json.dumps({"id": f"d{number // 5}-{number}", "text": sample.text, "spans": spans}) + "\n"
            )


def test_the_recipe_makes_a_model_and_says_of_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "train/some.train.jsonl", 200, 1)
    write(tmp_path / "dev/some.dev.jsonl", 40, 2)
    assert (
        basic.main(
            [str(tmp_path), str(tmp_path / "out"), *("--epochs", "4", "--seed", "3", "--records", "300")]
        )
        == 0
    )
    recipe = json.loads((tmp_path / "out/recipe.json").read_text())
    assert set(recipe["inputs"]) == {"train/some.train.jsonl", "dev/some.dev.jsonl"}
    assert recipe["options"]["seed"] == 3
    assert recipe["f1"] == json.loads(capsys.readouterr().out)
    assert recipe["f1"]["some.dev"] > 0.9
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["model", "recipe.json"]
    (span,) = load(tmp_path / "out/model").detect("we saw Hugo Brown yesterday")
    assert span[:3] == (7, 17, "NAME")


def test_sentences_keep_their_documents_and_lose_labels_that_sets_mark_differently(tmp_path: Path) -> None:
    write(tmp_path / "x/some.jsonl", 10, 1)
    read = gold.read([tmp_path / "x/some.jsonl"])
    assert {sample.document for sample in read} == {"some.jsonl/d0", "some.jsonl/d1"}
    assert [sample.spans for sample in read] == [sample.spans for sample in samples(10, 1)]
