from __future__ import annotations

import numpy as np
import pytest

from nerproc.detection.tagger.folder import Calibration
from nerproc.detection.tagger.tagger import calibrated
from nerproc.train.trial import calibrate


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
