"""A calibration finds what is known, and its intervals mean what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, kstest

from evidence_cases import small_joint
from mollisol.evidence.recovery import recover


@pytest.mark.slow
def test_truths_lie_in_their_intervals_and_ranks_are_uniform() -> None:
    found = recover(small_joint(), trials=100)
    inside = found.inside(0.9)[:, :4]
    # 85 of 100 trials for each parameter, and all together as many as a fair coin of 0.9 would give
    assert np.all(inside.sum(axis=0) >= 85)
    assert binomtest(int(inside.sum()), inside.size, 0.9).pvalue > 0.001
    for axis in range(4):
        assert kstest(found.rank[:, axis], "uniform").pvalue > 0.001
    # the data do say something
    assert np.all(np.median(found.error[:, :4], axis=0) < 0.95)
