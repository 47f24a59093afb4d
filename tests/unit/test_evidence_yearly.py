"""The yearly operator of a calibration beside the months of a run, and what soil of sites remembers."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest
from validation.yearly import BEGIN, END, lines, main

from engine_cases import graded_grid, profile_case
from mollisol.evidence.forward import Sites
from mollisol.evidence.gather import _without_idle
from mollisol.evidence.memory import PREFIX, remembering
from mollisol.evidence.yearly_error import SETTLED, YearlyError, by_year, monthly

SITES = 2


@pytest.mark.parametrize("seasonal", [False, True])
def test_months_that_are_alike_have_the_steady_state_of_the_year(seasonal: bool) -> None:
    case = profile_case(graded_grid(5), SITES, rotation=False, tillage=False, seasonal=seasonal)
    rows = case.setup.thickness.shape[0]
    ones, nothing = jnp.ones((rows, SITES)), jnp.zeros((rows, SITES))
    mass = jnp.asarray(np.asarray(case.setup.soil["fine_earth"])[1:] * case.grid.thickness[:, None]) * ones[1:]
    whole = np.asarray(by_year(case.model, case.setup, ones, nothing, mass, SETTLED))
    months = monthly(case.model, case.setup, SITES)
    assert months.shape == (12, 5, SITES)
    off = np.abs(whole / months.mean(axis=0) - 1.0).max()
    if seasonal:
        # what is lost is the covariance of the season's rates and stocks: little, not nothing
        assert 1e-4 < off < 0.2
    else:
        assert off < 1e-4  # a steady state is one step of 1e9 years, and some carbon stays for 1e4
        assert np.ptp(months, axis=0).max() < 1e-8 * months.max()


def test_pools_that_stay_empty_are_found_where_processes_remember() -> None:
    case = profile_case(
        graded_grid(5), SITES, rotation=False, tillage=False, slots={"variability": "physiological", "oxygen": "none"}
    )
    fed = tuple(int(i) for i in np.flatnonzero(np.asarray(case.setup.quality).any(axis=(0, 2))))
    setup = remembering(case.model, dataclasses.replace(case.setup, fed=fed))
    assert PREFIX + "temperature_recent" in setup.forcing
    rows = setup.thickness.shape[0]
    ones, nothing = np.ones((rows, SITES)), np.zeros((rows, SITES))
    layer = np.ones((rows - 1, SITES))
    sites = Sites(
        setup, setup, ones, ones, nothing, nothing, layer, layer, np.ones((1, SITES)), np.ones((1, SITES)),
        np.zeros(SITES, dtype=int), np.ones((1, rows - 1)),
    )  # fmt: skip
    small, kept = _without_idle(case.model, sites)
    assert len(small.pools) == kept.setup.quality.shape[1] <= len(case.model.pools)
    assert PREFIX + "temperature_recent" in kept.setup.forcing


def test_the_table() -> None:
    monthly_carbon = np.array([[2.0, 4.0]])
    one = YearlyError(
        "cropland", np.array([0.0, 0.2]), monthly_carbon, np.full((1, 2), 0.03), 1.1 * monthly_carbon,
        monthly_carbon * np.array([1.0, 0.9]),
    )  # fmt: skip
    assert lines([one])[2:] == ["| cropland | 0-20 | +10.0 (+10.0 to +10.0) | -5.0 (-10.0 to +0.0) | 3.0 |"]
    assert BEGIN != END


def test_absent_data_end_with_a_code(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert main([str(tmp_path)]) == 2
    assert "absent" in capsys.readouterr().err
