"""Which years of ground cover the soil water of a plan sees: its rotation, or its dates."""

from types import SimpleNamespace

import numpy as np
import pytest

from mollisol.climate import Climate
from mollisol.study.columns import LONGEST_ROTATION, _cover, _cycle

A, B, C = 0.9 * np.eye(12)[:3]


def plan(*years):
    return SimpleNamespace(cover=np.concatenate(years), water_use=np.ones(0))


YEAR = Climate("climatology", np.arange(1, 13), np.full(12, 10.0), np.full(12, 60.0))


@pytest.mark.parametrize(
    ("years", "found"),
    [
        ([A, B, B], [A, B, B]),  # one whole rotation: its two equal years are no rotation of their own
        ([A, A, A], [A]),
        ([A, B, A, B], [A, B]),
        ([A, B, C] * 17, [A, B, C]),
        ([A, B, B] * 17 + [A], [B, B, A]),
        ([C] + [A, B] * 25, [A, B]),  # a practice that begins in the second year
        ([A] * 30 + [B] * 20, [B]),
    ],
)
def test_the_rotation_of_a_plan(years, found):
    np.testing.assert_array_equal(_cycle(np.stack(years)), np.stack(found))


def test_years_that_repeat_nothing_are_averaged():
    years = np.random.default_rng(0).uniform(size=(40, 12))
    np.testing.assert_allclose(_cycle(years), years.mean(axis=0, keepdims=True))


def test_plans_of_different_rotations_get_common_years():
    cover = _cover([plan(A, B), plan(A, B, C), plan(A)], YEAR, 0)
    assert cover.shape == (72, 3)
    np.testing.assert_array_equal(cover[:, 0].reshape(3, 24), np.tile(np.concatenate([A, B]), (3, 1)))
    np.testing.assert_array_equal(cover[:, 2].reshape(6, 12), np.tile(A, (6, 1)))
    seven, eleven = plan(A, *[B] * 6), plan(A, *[B] * 10)
    assert LONGEST_ROTATION >= 11
    np.testing.assert_allclose(_cover([seven, eleven], YEAR, 0)[:, 0], (A + 6.0 * B) / 7.0)


def test_a_series_sees_cover_by_date():
    time = np.arange("2018-07", "2027-07", dtype="datetime64[M]").astype("datetime64[D]")
    series = Climate("monthly", time, np.full(108, 10.0), np.full(108, 60.0))
    cover = _cover([plan(A, B, C, A, B, C)], series, 2020)[:, 0]
    assert cover.shape == (108,)
    whole = cover[6:102].reshape(8, 12)  # 2019 to 2026: the rotation before and after the plan's years, in its phase
    np.testing.assert_array_equal(whole, np.stack([C, A, B, C, A, B, C, A]))
