from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.people import DRINKING, LABELS, OPTIONS, samples

from nerproc.detection.tagger import load
from nerproc.errors import InvalidRequest
from nerproc.train.base import load_base
from nerproc.train.export import export, strict_f1
from nerproc.train.fit import fit
from nerproc.train.sample import Sample
from nerproc.train.target import Material, teach

MORE = ("DRINK", *LABELS)


def only(label: str, given: list[Sample]) -> list[Sample]:
    return [replace(s, spans=tuple(span for span in s.spans if span.label == label)) for s in given]


def test_a_base_says_what_its_model_says(people_model: Path, tmp_path: Path) -> None:
    base = load_base(people_model, LABELS)
    fitted = replace(
        fit([Material(samples(10))], [Material(samples(5, 2))], LABELS, OPTIONS), network=base.network, f1=0.0
    )
    export(fitted, tmp_path / "again", [Material(samples(5))], name="again", version="1", description="Again.")
    texts = [sample.text for sample in samples(20, 3)]
    for one, other in zip(
        load(people_model).scores(texts), load(tmp_path / "again").scores(texts), strict=True
    ):
        assert np.allclose(one, other, atol=0.02)  # the table is rounded a second time


def test_a_new_label_is_learned_and_the_old_ones_are_not_forgotten(people_model: Path) -> None:
    # Names stand in these samples too, and nobody marked them.
    drinks = only("DRINK", samples(150, 4, sentences=DRINKING))
    tagger = load(people_model)
    material = [Material(drinks, annotated=("DRINK",), teacher=teach(tagger, MORE)), Material(samples(60))]
    held = [Material(samples(60, 5) + samples(60, 6, sentences=DRINKING[2:]))]
    kept = fit(material, held, MORE, OPTIONS, base=load_base(people_model, MORE))
    assert kept.f1 > 0.97
    untaught = fit([Material(drinks)], held, MORE, OPTIONS, base=load_base(people_model, MORE))
    assert untaught.f1 < kept.f1 - 0.2


def test_a_base_with_labels_that_the_model_lacks_is_refused(people_model: Path) -> None:
    with pytest.raises(InvalidRequest, match="lacks: LOCATION"):
        load_base(people_model, ["NAME"])
    assert strict_f1(load(people_model), samples(5)) == 1.0


def test_labels_that_held_samples_do_not_annotate_do_not_count(people_model: Path, tmp_path: Path) -> None:
    given = samples(150, 4, sentences=DRINKING)  # with names
    held = [Material(only("DRINK", samples(40, 6, sentences=DRINKING)), ["DRINK"])]
    fitted = fit([Material(given)], held, MORE, replace(OPTIONS, epochs=8), base=load_base(people_model, MORE))
    assert fitted.f1 > 0.97
    export(fitted, tmp_path / "model", held, name="drinks", version="1", description="Drinks.")
    assert strict_f1(load(tmp_path / "model"), only("DRINK", given)) < 0.8
    assert strict_f1(load(tmp_path / "model"), given) > 0.95


def test_parts_of_what_is_held_weigh_the_same(people_model: Path) -> None:
    few, many = (
        Material(only("DRINK", samples(10, 6, sentences=DRINKING[:2])), ["DRINK"]),
        Material(samples(90, 5), LABELS),
    )
    learnt = [Material(samples(20))]
    options = replace(OPTIONS, epochs=1)
    alone, beside = (
        fit(learnt, held, MORE, options, base=load_base(people_model, MORE)).f1
        for held in ([many], [few, many])
    )
    assert alone > 0.9  # names are known
    assert beside == alone / 2  # drinks are not
