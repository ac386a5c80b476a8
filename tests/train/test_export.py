from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.people import LABELS, OPTIONS, samples

from nerproc.detection.network.calibration import Calibration
from nerproc.detection.tagger import load
from nerproc.errors import Conflict, JobFailed, SettingsError
from nerproc.train import export as module
from nerproc.train.export import export, strict_f1
from nerproc.train.extra import torch
from nerproc.train.fit import Fitted, fit
from nerproc.train.network import Network
from nerproc.train.sample import Sample, Span
from nerproc.train.target import Material

HELD = [Material(samples(5))]
ABOUT = {"name": "some", "version": "1", "description": "Some."}


def fitted(bits: int = 9, f1: float = 0.0) -> Fitted:
    torch.manual_seed(1)
    return Fitted(Network(5, bits).eval(), LABELS, bits, f1, Calibration(0.7, -0.1), 1)


def test_an_exported_model_says_what_it_is_and_is_small(tmp_path: Path) -> None:
    export(fitted(15), tmp_path / "model", HELD, **ABOUT)
    card = json.loads((tmp_path / "model/model.json").read_text())
    assert {key: card[key] for key in ("format", "kind", "labels", *ABOUT)} == {
        "format": 1,
        "kind": "small",
        "labels": ["LOCATION", "NAME"],
        **ABOUT,
    }
    assert sum(path.stat().st_size for path in (tmp_path / "model").iterdir()) < 8_000_000
    assert {path.name for path in (tmp_path / "model").iterdir()} == {"model.json", *card["files"]}


def test_a_trained_model_scores_what_it_scored_in_training(people_model: Path) -> None:
    assert strict_f1(load(people_model), samples(40, 2)) == 1.0
    assert strict_f1(load(people_model), [replace(sample, spans=()) for sample in samples(40, 2)]) == 0.0
    assert strict_f1(load(people_model), []) == 1.0


def test_a_worse_export_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match=r"the trained one 0\.9000"):
        export(fitted(f1=0.9), tmp_path / "model", HELD, **ABOUT)
    assert list(tmp_path.iterdir()) == []


def test_spans_of_parts_of_words_are_no_loss_of_the_export(tmp_path: Path) -> None:
    given = [
        replace(one, spans=tuple(replace(span, end=span.end - 2) for span in one.spans)) for one in samples(200)
    ]
    apart = Sample("Anna Smith\n\nwrote from Oslo\tto us", (Span(1, 17, "NAME"), Span(23, 31, "LOCATION")))
    held = [Material([*given[:40], apart])]
    fitted = fit([Material(given[40:])], held, LABELS, OPTIONS)
    assert fitted.f1 > 0.8
    export(fitted, tmp_path / "model", held, **ABOUT)
    assert load(tmp_path / "model").detect("we saw Anna Smith yesterday")[0][:3] == (7, 17, "NAME")


def test_a_network_that_differs_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(network: Network) -> object:
        changed = Network(5, 9)
        changed.load_state_dict(network.state_dict())
        with torch.no_grad():
            changed.layers[2].bias[0] += 0.1
        return original(changed)

    original = module.context_graph
    monkeypatch.setattr(module, "context_graph", other)
    with pytest.raises(JobFailed, match="differs from the trained one"):
        export(fitted(), tmp_path / "model", HELD, **ABOUT)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(Conflict, match="there is something"):
        export(fitted(), tmp_path / "model", HELD, **ABOUT)


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be written"):
        export(fitted(), tmp_path / "file" / "model", HELD, **ABOUT)
