"""The worth of a practice against quadrature, against the clocks of matrices, and what a reversal costs."""

import itertools

import numpy as np
import pytest
from scipy.integrate import quad

from mollisol import clocks
from mollisol.units import InputError

CO2 = 44.01 / 12.011


def growing(years: int, rate: float = 0.05) -> np.ndarray:
    """Carbon that a unit of additional input a year stores in a pool, kg C/m2."""
    return -np.expm1(-rate * np.arange(years + 1.0)) / rate


@pytest.mark.parametrize("horizon", [1.0, 20.0, 37.25])
def test_integrals_against_quadrature(horizon: float) -> None:
    difference = growing(40)
    year = np.arange(41.0)

    def at(t: float) -> float:
        return float(np.interp(t, year, difference))

    def slope(t: float) -> float:
        return float(np.diff(difference)[min(int(t), 39)])

    inner = list(year[(year > 0.0) & (year < horizon)])
    expected = quad(at, 0.0, horizon, points=inner or None, limit=200)[0]
    assert clocks.carbon_years(difference, horizon) == pytest.approx(expected, rel=1e-9)
    for found, pulse in (
        (clocks.practice_climate_benefit, clocks.absolute_warming_potential),
        (clocks.practice_temperature_benefit, clocks.absolute_temperature_potential),
    ):
        parts = [0.0, *inner, horizon]
        whole = sum(
            quad(lambda s, p=pulse: float(p(horizon - s)) * slope(s), a, b)[0] for a, b in itertools.pairwise(parts)
        )
        assert found(difference, horizon) == pytest.approx(-CO2 * whole, rel=1e-7)


def test_a_practice_is_the_sum_of_its_yearly_inputs() -> None:
    """An additional input that goes on for ever, against pulses of it by the clocks of matrices."""
    B, horizon, fine = [[-0.05]], 40, 20
    difference = growing(horizon * fine, 0.05 / fine) / fine
    by_year = difference[::fine]
    starts = (np.arange(horizon * fine) + 0.5) / fine
    pulses = clocks.climate_benefit(B, [1.0 / fine], horizon - starts).sum()
    # linear between the years' ends
    assert clocks.practice_climate_benefit(by_year, float(horizon)) == pytest.approx(pulses, rel=2e-3)


def test_a_reversal_gives_back_more_forcing_the_longer_one_waits_and_never_all_that_was_gained() -> None:
    difference = growing(200)
    reversed_run = clocks.reversed_at(difference, 30)
    cost = clocks.reversal_cost(difference, reversed_run, [30.0, 50.0, 100.0, 200.0])
    assert cost[0] == 0.0
    assert np.all(np.diff(cost) > 0.0)
    kept = clocks.practice_climate_benefit(reversed_run, [50.0, 200.0])
    assert np.all(kept < 0.0)
    np.testing.assert_allclose(
        clocks.carbon_years(reversed_run, 200.0), clocks.carbon_years(difference, 30.0) + 0.5 * difference[30]
    )


def test_shapes_and_limits() -> None:
    many = growing(10)[:, None, None] * np.ones((11, 2, 3))
    assert clocks.carbon_years(many, 5.0).shape == (2, 3)
    assert clocks.practice_climate_benefit(many, [5.0, 10.0]).shape == (2, 2, 3)
    with pytest.raises(InputError, match=r"a horizon of 11 yr, but the difference is known for 10 yr"):
        clocks.carbon_years(many, 11.0)
    with pytest.raises(InputError, match="must start with the same carbon"):
        clocks.practice_climate_benefit(many + 1.0, 5.0)
    with pytest.raises(InputError, match="a reversal in year 12"):
        clocks.reversed_at(many, 12)
