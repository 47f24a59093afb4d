"""Oxygen at depth: bounded for any demand, near the atmosphere in aerated soil, low where water fills the pores."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine_cases import uniform_grid
from mollisol.column import Drivers, Grid, Rates
from mollisol.column.setup import vertical
from mollisol.processes import DiffusionConsumption
from mollisol.processes.oxygen import ATMOSPHERE, CARBON_MOLAR_MASS, MOLAR_VOLUME, relative_oxygen
from mollisol.units import SECONDS_PER_YEAR

ANNUAL_FLUX = 0.5
"""kg C/m2/yr, a soil's respiration in an ordinary year."""

jitted = jax.jit(relative_oxygen)

GRIDS = {"default": Grid(), "uniform": uniform_grid(20), "fine": uniform_grid(80), "shallow": Grid([0.0, 0.1, 0.5])}


def response(air: float, grid: Grid | None = None, respired: float = ANNUAL_FLUX, roots: float = 0.0) -> np.ndarray:
    """Factor on activity by layer where respiration falls off with depth as roots of beta 0.961 do."""
    grid = grid or Grid()
    thickness, depth = vertical(grid)
    rows, process = len(depth), DiffusionConsumption()
    share = np.diff(-(0.961 ** (100.0 * grid.edges)))
    share = np.concatenate([[0.0], share / share.sum()])[:, None]
    soil = {"porosity": np.full((rows, 1), 0.45)}
    forcing = {
        "temperature": np.full((rows, 1), 10.0),
        "air_filled_porosity": np.full((rows, 1), air),
        "root_respiration": roots * share,
    }
    drivers = Drivers(thickness, depth, soil, forcing)
    drivers = Drivers(thickness, depth, soil, {**forcing, **process.prepare(drivers)})
    carbon = {"dissolved": jnp.asarray(respired * share)}
    before = Rates().add_respired("dissolved", jnp.ones((rows, 1))).add_transport("dissolved", jnp.ones((rows, 1)))
    after = process(carbon, drivers, before)
    assert after.respired["dissolved"][0, 0] == 1.0  # the surface has the atmosphere's
    np.testing.assert_array_equal(after.down["dissolved"], 1.0)  # transport is not biology
    return np.asarray(after.respired["dissolved"])[1:, 0]


@pytest.mark.parametrize("grid", GRIDS)
def test_an_aerated_soil_hardly_lacks_oxygen(grid: str) -> None:
    found = response(0.10, GRIDS[grid])
    assert np.all(found > 0.9)
    assert np.all(found <= 1.0)


@pytest.mark.parametrize("grid", ["default", "uniform", "fine"])
def test_a_waterlogged_soil_lacks_oxygen(grid: str) -> None:
    found = response(0.0, GRIDS[grid])
    floor = DiffusionConsumption().floor
    below = GRIDS[grid].centres > 0.1
    assert np.all(found[below] < 0.5)
    assert np.all(found >= floor)
    assert found[-1] == pytest.approx(floor, abs=0.01)


def test_oxygen_falls_with_depth_with_wetness_and_with_roots() -> None:
    assert np.all(np.diff(response(0.05)) <= 0.0)
    assert np.all(response(0.05) < response(0.10))
    assert np.all(response(0.10, roots=0.4) < response(0.10))
    np.testing.assert_allclose(response(0.10, respired=0.3, roots=0.2), response(0.10), rtol=1e-12)


def test_without_demand_oxygen_is_the_atmospheres() -> None:
    np.testing.assert_allclose(response(0.10, respired=0.0), 1.0, rtol=1e-12)


@settings(deadline=None, max_examples=200)
@given(
    conductance=arrays(np.float64, (5, 2), elements=st.floats(0.05, 1e5)),
    demand=arrays(np.float64, (5, 2), elements=st.floats(0.0, 1e12)),
)
def test_oxygen_is_bounded_for_any_demand(conductance: np.ndarray, demand: np.ndarray) -> None:
    """From waterlogged clay (0.1 mol/m2/yr) to dry sand (4e4)."""
    found = np.asarray(jitted(conductance, demand))
    assert np.all(found >= 0.0)
    assert np.all(found <= 1.0 + 1e-8)
    # what comes in at the top is what is used
    came_in = conductance[0] * (1.0 - found[0])
    np.testing.assert_allclose(np.sum(demand * found, axis=0), came_in, rtol=1e-6, atol=1e-8 * conductance[0].max())


def test_the_profile_of_a_uniform_soil_is_the_closed_form() -> None:
    """Uniform conduction and demand: C / C0 = cosh((L - z) a) / cosh(L a), a^2 = demand / conduction."""
    grid, demand = uniform_grid(400, 1.0), 300.0
    process = DiffusionConsumption()
    thickness, depth = vertical(grid)
    rows, air, porosity = len(depth), 0.12, 0.5
    drivers = Drivers(
        thickness,
        depth,
        {"porosity": np.full((rows, 1), porosity)},
        {"temperature": np.full((rows, 1), 20.0), "air_filled_porosity": np.full((rows, 1), air)},
    )
    conductance = process.prepare(drivers)["oxygen_conductance"]
    gas = process.free_air * air**2 / porosity ** (2.0 / 3.0) + process.dissolved * porosity
    conducts = gas * SECONDS_PER_YEAR * ATMOSPHERE / MOLAR_VOLUME * 273.15 / 293.15
    found = relative_oxygen(conductance, demand * grid.thickness[:, None])[:, 0]
    a = np.sqrt(demand / conducts)
    exact = np.cosh((1.0 - grid.centres) * a) / np.cosh(a)
    assert exact.min() < 0.9  # the demand is felt
    np.testing.assert_allclose(found, exact, rtol=1e-4)


def test_a_mole_of_oxygen_is_used_for_a_mole_of_carbon() -> None:
    assert pytest.approx(12.011e-3) == CARBON_MOLAR_MASS
    # 0.209 of a gas at 0 degC and 1 atm: 9.33 mol/m3
    assert pytest.approx(9.33, abs=0.01) == ATMOSPHERE / MOLAR_VOLUME
