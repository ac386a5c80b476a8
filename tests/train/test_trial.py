from __future__ import annotations

import numpy as np
import pytest

from nerproc.detection.network.calibration import Calibration, calibrated
from nerproc.detection.tagger.stream import HALO
from nerproc.train.sample import Sample, Span
from nerproc.train.target import Material
from nerproc.train.trial import Trial, calibrate


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (0.5, -0.4), (1.6, 0.3)])
def test_a_calibrated_score_is_the_share_that_is_right(slope: float, offset: float) -> None:
    rng = np.random.default_rng(1)
    chances = rng.uniform(0.3, 0.999, 20_000).astype(np.float32)
    is_right = rng.random(len(chances)) < calibrated(chances, Calibration(slope, offset))
    scores = calibrated(chances, calibrate(chances, is_right))
    for low in np.arange(0.1, 1, 0.1):
        here = (scores >= low) & (scores < low + 0.1)
        if here.sum() > 500:
            assert scores[here].mean() == pytest.approx(is_right[here].mean(), abs=0.03)


def test_where_all_are_right_or_none_scores_stay() -> None:
    chances = np.array([0.4, 0.9], np.float32)
    for is_right in (True, False):
        assert calibrate(chances, np.array([is_right] * 2)) == Calibration()
    assert calibrate(chances[:0], np.zeros(0, bool)) == Calibration()


def test_f1_is_strict_but_a_score_is_the_chance_that_it_is_no_mistake() -> None:
    long = Sample("Ann Lee said", (Span(0, 3, "NAME"),))  # found with a word too many
    none = Sample("in Rome", ())  # one of them found by mistake
    trial = Trial([Material([long, none] * 50 + [Sample("Bob", (Span(0, 3, "NAME"),))])], ["NAME"])
    scores = np.zeros((len(trial.vocabulary), 3), np.float32)  # O, B, I
    for word, move, value in (
        ("Ann", 1, 5),
        ("Lee", 2, 5),
        ("Rome", 1, 2),
        ("Bob", 1, 5),
        ("in", 0, 9),
        ("said", 0, 9),
    ):
        scores[trial.vocabulary.index(word), move] = value
    f1, calibration = trial.run(
        lambda numbers: numbers[..., None].astype(np.float32),
        lambda blocks: scores[blocks[:, HALO:-HALO, 0].astype(np.int64)],
    )
    assert f1 == pytest.approx(2 * 1 / (101 + 51))
    sure, unsure = calibrated(np.array([0.99, 0.8], np.float32), calibration)
    assert sure > 0.9
    assert unsure < 0.2
