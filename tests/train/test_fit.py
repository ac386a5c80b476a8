from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.people import LABELS, OPTIONS, samples

from nerproc.detection.tagger.word import split
from nerproc.errors import InvalidRequest, SettingsError
from nerproc.train.extra import torch
from nerproc.train.fit import Fitted, Progress, fit
from nerproc.train.target import Material, targets

TRAIN, HELD = [Material(samples(120))], [Material(samples(30, 2))]


class Stopped(Exception):
    pass


def alike(one: Fitted, other: Fitted) -> bool:
    pairs = zip(one.network.state_dict().values(), other.network.state_dict().values(), strict=True)
    return all(torch.equal(value, same) for value, same in pairs)


def stop_in(epoch: int):
    def progress(now: Progress) -> None:
        if now.epoch == epoch and now.step > 2:
            raise Stopped

    return progress


def test_the_same_seed_gives_the_same_network() -> None:
    first, same, other = (fit(TRAIN, HELD, LABELS, replace(OPTIONS, seed=seed)) for seed in (1, 1, 2))
    assert alike(first, same)
    assert not alike(first, other)


def test_an_interrupted_training_goes_on_and_ends_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    checkpoint = tmp_path / "folder" / "checkpoint"
    with pytest.raises(Stopped):
        fit(TRAIN, HELD, LABELS, OPTIONS, checkpoint=checkpoint, progress=stop_in(3))
    seen: list[Progress] = []
    resumed = fit(TRAIN, HELD, LABELS, OPTIONS, checkpoint=checkpoint, progress=seen.append)
    assert {now.epoch for now in seen} == {3}
    assert alike(resumed, fit(TRAIN, HELD, LABELS, OPTIONS))
    assert [path.name for path in checkpoint.parent.iterdir()] == ["checkpoint"]


@pytest.mark.parametrize("other", ["seed", "samples", "damaged"])
def test_the_checkpoint_of_another_training_is_not_taken_up(tmp_path: Path, other: str) -> None:
    checkpoint = tmp_path / "checkpoint"
    with pytest.raises(Stopped):
        fit(TRAIN, HELD, LABELS, OPTIONS, checkpoint=checkpoint, progress=stop_in(2))
    if other == "damaged":
        checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    seen: list[Progress] = []
    fit(
        [Material(samples(121))] if other == "samples" else TRAIN,
        HELD,
        LABELS,
        replace(OPTIONS, seed=2 if other == "seed" else 1),
        checkpoint=checkpoint,
        progress=seen.append,
    )
    assert seen[0].epoch == 1


def test_a_checkpoint_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be written"):
        fit(TRAIN, HELD, LABELS, OPTIONS, checkpoint=tmp_path / "file" / "checkpoint")


def test_progress_goes_forward_and_ends_each_epoch_with_a_figure() -> None:
    seen: list[Progress] = []
    fit(TRAIN, HELD, LABELS, OPTIONS, progress=seen.append)
    assert [(now.epoch, now.step) for now in seen] == sorted((now.epoch, now.step) for now in seen)
    assert all(now.step <= now.steps for now in seen)
    assert sum(now.f1 is not None for now in seen) == OPTIONS.epochs
    assert seen[-1].seconds_left == 0
    assert seen[0].seconds_left > 0
    assert seen[-1].loss < seen[3].loss


def test_it_ends_early_when_nothing_gets_better_and_keeps_the_best() -> None:
    seen: list[Progress] = []
    fitted = fit(TRAIN, HELD, LABELS, replace(OPTIONS, epochs=20, patience=2), progress=seen.append)
    figures = [now.f1 for now in seen if now.f1 is not None]
    assert len(figures) == fitted.epoch + 2 < 20
    assert fitted.f1 == max(figures) > 0.95


def test_it_learns_what_a_teacher_says_of_texts_without_spans() -> None:
    texts = [replace(sample, spans=()) for sample in samples(120)]
    words = {sample.text: split(sample.text) for sample in samples(120)}
    gold = {s.text: t for s in samples(120) for t in targets(Material([s]), [words[s.text]], LABELS)}
    taught = Material(texts, annotated=(), teacher=lambda asked: [gold[text] for text in asked])
    assert fit([taught], HELD, LABELS, replace(OPTIONS, epochs=6)).f1 > 0.95
    assert fit([Material(texts)], HELD, LABELS, OPTIONS).f1 < 0.1


def test_nothing_to_learn_is_an_error() -> None:
    for train, held in (([Material([])], HELD), (TRAIN, []), (TRAIN, [Material([])])):
        with pytest.raises(InvalidRequest, match="too few samples"):
            fit(train, held, LABELS, OPTIONS)
