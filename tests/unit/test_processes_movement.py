"""Mixing by animals and movement with water: rates, limits, and what each pool does."""

import dataclasses

import numpy as np
import pytest

from engine_cases import Case, changed, profile_case, some_carbon
from mollisol.column import Grid
from mollisol.processes.bioturbation import UNMIXED_POOLS


def only(case: Case, *slots: str) -> Case:
    """The case with the processes of the named slots only."""
    kept = tuple(process for process in case.model.processes if process.slot in slots)
    return dataclasses.replace(case, model=dataclasses.replace(case.model, processes=kept))


def test_mixing_keeps_uniform_grams_per_kilogram() -> None:
    """For a density that jumps, stones and a grid that is not uniform, by the process itself."""
    grid = Grid([0.0, 0.02, 0.3, 0.35, 1.0, 2.0])
    case = only(profile_case(grid), "bioturbation")
    fine_earth = np.array([0.0, 900.0, 1500.0, 300.0, 1700.0, 60.0])[:, None]
    case = dataclasses.replace(
        case, setup=dataclasses.replace(case.setup, soil={**case.setup.soil, "fine_earth": fine_earth})
    )
    rates = case.rates(case.state.carbon)
    carbon = 0.015 * fine_earth[1:] * grid.thickness[:, None]
    down, up = (np.asarray(table["mineral"])[1:] for table in (rates.down, rates.up))
    change = -(down + up) * carbon
    change[1:] += (down * carbon)[:-1]
    change[:-1] += (up * carbon)[1:]
    np.testing.assert_allclose(change, 0.0, atol=1e-14 * np.max((down + up) * carbon))
    assert np.max(up * carbon) > 1e-6


def test_mixing_moves_solids_and_buries_litter() -> None:
    case = only(profile_case(), "bioturbation")
    model = changed(case.model, "bioturbation", burial=0.9)
    rates = dataclasses.replace(case, model=model).rates(some_carbon(case))
    assert set(rates.down) == set(case.model.pool_names) - set(UNMIXED_POOLS)
    for pool in rates.down:
        assert float(rates.down[pool][0, 0]) == 0.9
        assert float(rates.up[pool][1, 0]) == 0.0, "nothing is lifted to the surface"
        assert float(rates.down[pool][-1, 0]) == 0.0, "nothing is mixed out of the profile"


def test_mixing_at_an_interface_is_diffusivity_over_distance() -> None:
    """Uniform density and diffusivity: rate = D / (dz x distance)."""
    grid = Grid([0.0, 0.1, 0.3])
    case = only(profile_case(grid), "bioturbation")
    case.setup.soil["fine_earth"][:] = 1400.0
    model = changed(case.model, "bioturbation", diffusivity=2e-4, e_fold=1e9)
    rates = dataclasses.replace(case, model=model).rates(case.state.carbon)
    assert float(rates.down["mineral"][1, 0]) == pytest.approx(2e-4 / (0.1 * 0.15), rel=1e-6)
    assert float(rates.up["mineral"][2, 0]) == pytest.approx(2e-4 / (0.2 * 0.15), rel=1e-6)


def test_dissolved_carbon_moves_at_the_speed_of_the_water() -> None:
    case = only(profile_case(), "dissolved_transport")
    model = changed(case.model, "dissolved_transport", diffusion=0.0, litter_storage=0.004)
    rates = dataclasses.replace(case, model=model).rates(case.state.carbon, month=2)
    forcing = case.setup.forcing
    speed = forcing["percolation"][2, 1:] / forcing["water"][2, 1:]
    np.testing.assert_allclose(np.asarray(rates.down["dissolved"])[1:], speed / case.grid.thickness[:, None], rtol=1e-9)
    np.testing.assert_allclose(np.asarray(rates.up["dissolved"]), 0.0, atol=1e-12)
    assert float(rates.down["dissolved"][0, 0]) == pytest.approx(0.6 / 0.004)
    assert set(rates.down) == {"dissolved"}


def test_still_water_only_diffuses_and_nothing_leaches() -> None:
    case = only(profile_case(), "dissolved_transport")
    case.setup.forcing["percolation"][:] = 0.0
    rates = case.rates(case.state.carbon)
    assert float(rates.down["dissolved"][-1, 0]) == 0.0
    water = case.setup.forcing["water"][0, 1:]
    carbon = 0.01 * water * case.grid.thickness[:, None]  # equal concentration in the water
    exchange = (
        np.asarray(rates.down["dissolved"])[1:-1] * carbon[:-1] - np.asarray(rates.up["dissolved"])[2:] * carbon[1:]
    )
    np.testing.assert_allclose(exchange, 0.0, atol=1e-15)
    assert np.all(np.asarray(rates.up["dissolved"])[2:] > 0.0)
