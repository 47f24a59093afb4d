"""What is not compartmental is refused with the entry or the compartments named; light imports stay light."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from mollisol import clocks
from mollisol.units import InputError

GOOD = np.array([[-2.0, 0.5, 0.0], [1.0, -1.0, 0.0], [1.0, 0.5, -3.0]])
INPUT = np.array([1.0, 0.0, 0.0])
FUNCTIONS: list[Callable[[np.ndarray, np.ndarray], object]] = [
    clocks.mean_transit_time,
    clocks.mean_system_age,
    clocks.mean_pool_ages,
    clocks.steady_stock,
    *[
        (lambda B, u, f=f: f(B, u, 0.5))
        for f in (
            clocks.transit_time_density,
            clocks.system_age_density,
            clocks.pool_age_density,
            clocks.transit_time_quantile,
            clocks.system_age_quantile,
            clocks.pool_age_quantile,
            clocks.remaining,
            clocks.carbon_sequestration,
            clocks.climate_benefit,
            clocks.temperature_benefit,
        )
    ],
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_refuses_a_matrix_that_makes_carbon(
    function: Callable[[np.ndarray, np.ndarray], object],
) -> None:
    function(GOOD, INPUT)
    wrong = GOOD.copy()
    wrong[2, 1] = 0.6
    with pytest.raises(clocks.CompartmentalError, match=r"column 1 of the operator .* makes carbon"):
        function(wrong, INPUT)


@pytest.mark.parametrize(
    ("entry", "value", "message"),
    [
        ((1, 0), -0.1, r"entry \[1, 0\] .* negative"),
        ((2, 2), 0.1, r"diagonal entry \[2, 2\] .* positive"),
        ((0, 2), np.nan, r"entry \[0, 2\] .* nan"),
    ],
)
def test_the_entry_is_named(entry: tuple[int, int], value: float, message: str) -> None:
    wrong = GOOD.copy()
    wrong[entry] = value
    with pytest.raises(clocks.CompartmentalError, match=message):
        clocks.mean_transit_time(wrong, INPUT)


def test_trapped_carbon_names_the_compartments() -> None:
    loop = np.array([[-1.0, 0.0, 0.0], [0.5, -2.0, 3.0], [0.0, 2.0, -3.0]])  # 1 and 2 feed each other only
    with pytest.raises(clocks.CompartmentalError, match="from compartments 1, 2: the operator is singular"):
        clocks.mean_transit_time(loop, INPUT)
    with pytest.raises(clocks.CompartmentalError, match="from compartment 1:"):
        clocks.remaining(np.diag([-1.0, 0.0]), [1.0, 0.0], 1.0)


def test_a_column_sum_within_rounding_is_no_exit() -> None:
    rounding = np.array([[-1.0, 0.0], [1.0, -1e-13]])
    rounding[0, 0] -= 1e-14
    assert np.isfinite(clocks.mean_transit_time(rounding, [1.0, 0.0]))  # 1 leaves: its sum is its whole diagonal
    closed = np.array([[-1.0, 1.0], [1.0 - 1e-14, -1.0]])
    with pytest.raises(clocks.CompartmentalError, match="compartments 0, 1"):
        clocks.mean_transit_time(closed, [1.0, 0.0])
    made = np.array([[-1.0, 0.0], [1.0 + 1e-14, -0.5]])  # and rounding the other way makes no carbon
    assert clocks.mean_transit_time(made, [1.0, 0.0]) == pytest.approx(3.0, rel=1e-12)


@pytest.mark.parametrize(
    ("u", "message"),
    [
        ([1.0, 0.0], r"the input must have shape \(3,\)"),
        ([1.0, -1.0, 0.0], r"entry \[1\] of the input is -1"),
        ([1.0, 0.0, np.inf], r"entry \[2\] of the input is inf"),
        ([0.0, 0.0, 0.0], "nothing enters"),
    ],
)
def test_a_wrong_input_is_named(u: list[float], message: str) -> None:
    with pytest.raises(clocks.CompartmentalError, match=message):
        clocks.mean_transit_time(GOOD, u)


def test_impossible_times_and_levels_are_named() -> None:
    with pytest.raises(InputError, match=r"'t': a time of -1"):
        clocks.remaining(GOOD, INPUT, [1.0, -1.0])
    with pytest.raises(InputError, match=r"'horizon': a time of inf"):
        clocks.climate_benefit(GOOD, INPUT, np.inf)
    with pytest.raises(InputError, match=r"'q': a quantile of 1\.5"):
        clocks.transit_time_quantile(GOOD, INPUT, 1.5)
    with pytest.raises(InputError, match="too long for a rate"):
        clocks.remaining([[-1e9]], [1.0], 1e12)


def test_the_ends_of_the_quantiles() -> None:
    assert clocks.transit_time_quantile(GOOD, INPUT, [0.0, 1.0]).tolist() == [0.0, np.inf]
    assert clocks.pool_age_quantile(GOOD, INPUT, 1.0).tolist() == [np.inf] * 3
    never_fed = clocks.pool_age_quantile(np.diag([-1.0, -2.0]), [1.0, 0.0], [0.0, 0.5])
    assert np.isnan(never_fed[:, 1]).all()
    assert never_fed[1, 0] == pytest.approx(np.log(2.0))


def test_shapes_follow_the_times() -> None:
    t = np.ones((2, 3))
    assert clocks.remaining(GOOD, INPUT, 1.0).shape == (3,)
    assert clocks.remaining(GOOD, INPUT, [1.0]).shape == (1, 3)
    assert clocks.transit_time_density(GOOD, INPUT, t).shape == (2, 3)
    assert clocks.transit_time_quantile(GOOD, INPUT, 0.5 * t).shape == (2, 3)
    assert isinstance(clocks.mean_transit_time(GOOD, INPUT), float)
    assert isinstance(clocks.mean_system_age(GOOD, INPUT), float)


def test_matrices_need_no_jax() -> None:
    script = (
        "import sys; from mollisol.clocks import mean_transit_time, climate_benefit, transit_time_quantile;"
        "mean_transit_time([[-1.0]], [1.0]); sys.exit('jax' in sys.modules or 'xarray' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
