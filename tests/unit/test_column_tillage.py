"""The map of a tillage: mass stays, uniform stays uniform, and partly tilled layers are partly mixed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_cases import profile_case, run_tile, some_carbon, total
from mollisol.column import Grid, mixing_map

SHARES = st.floats(0.0, 1.0)


@st.composite
def soils(draw: st.DrawFn) -> tuple[Grid, np.ndarray]:
    thickness = draw(st.lists(st.floats(0.005, 0.5), min_size=1, max_size=8))
    grid = Grid(np.concatenate([[0.0], np.cumsum(thickness)]))
    density = draw(st.lists(st.floats(1.0, 2000.0), min_size=len(grid), max_size=len(grid)))
    return grid, grid.thickness * np.array(density)


@settings(deadline=None)
@given(soil=soils(), depth=st.floats(0.0, 5.0), mixing=SHARES, burial=SHARES)
def test_carbon_is_conserved_and_uniform_stays_uniform(
    soil: tuple[Grid, np.ndarray], depth: float, mixing: float, burial: float
) -> None:
    grid, mass = soil
    carbon_map, soil_map = mixing_map(grid, mass, depth, mixing, burial)
    assert np.all(carbon_map >= 0.0)
    np.testing.assert_allclose(carbon_map.sum(axis=0), 1.0, rtol=0.0, atol=1e-12)
    np.testing.assert_allclose(soil_map.sum(axis=1), 1.0, rtol=0.0, atol=1e-12)
    assert np.all(soil_map >= 0.0)
    per_mass = carbon_map @ np.concatenate([[0.0], 0.02 * mass])
    np.testing.assert_allclose(per_mass[1:] / mass, 0.02, rtol=1e-12)
    np.testing.assert_allclose(soil_map @ np.full(len(mass) + 1, 0.3), 0.3, rtol=1e-12)
    # clay and other properties per mass of soil: their amounts are conserved
    clay = np.linspace(0.1, 0.6, len(mass))
    moved = (soil_map @ np.concatenate([[0.0], clay]))[1:]
    assert np.sum(moved * mass) == pytest.approx(np.sum(clay * mass), rel=1e-12)


def test_layers_below_the_depth_do_not_move() -> None:
    grid = Grid([0.0, 0.1, 0.2, 0.3, 0.5])
    mass = np.array([100.0, 120.0, 130.0, 270.0])
    carbon_map, soil_map = mixing_map(grid, mass, 0.2, 0.7, 0.9)
    for made in (carbon_map, soil_map):
        np.testing.assert_array_equal(made[3:], np.eye(5)[3:])
        np.testing.assert_array_equal(made[:, 3:], np.eye(5)[:, 3:])


def test_a_layer_that_is_partly_tilled_is_partly_mixed() -> None:
    grid, mass = Grid([0.0, 0.2, 0.4]), np.array([200.0, 200.0])
    carbon_map, _ = mixing_map(grid, mass, 0.25, 1.0, 0.0)
    # a quarter of the second layer takes part: it gives that up and gets back 50 / 250 of all that is mixed
    after = carbon_map @ np.array([0.0, 2.0, 4.0])
    mixed = 2.0 + 0.25 * 4.0
    np.testing.assert_allclose(after, [0.0, mixed * 200.0 / 250.0, 3.0 + mixed * 50.0 / 250.0], rtol=1e-14)


def test_full_mixing_makes_concentrations_equal() -> None:
    grid, mass = Grid([0.0, 0.05, 0.2, 0.4]), np.array([50.0, 200.0, 300.0])
    carbon_map, _ = mixing_map(grid, mass, 0.2, 1.0, 1.0)
    after = carbon_map @ np.array([0.3, 2.0, 1.0, 5.0])
    assert after[0] == 0.0
    np.testing.assert_allclose(after[1:3] / mass[:2], 3.3 / 250.0, rtol=1e-14)
    assert after[3] == 5.0


@pytest.mark.parametrize(("depth", "mixing", "burial"), [(0.0, 1.0, 1.0), (0.3, 0.0, 0.0)])
def test_a_tillage_that_does_nothing(depth: float, mixing: float, burial: float) -> None:
    grid = Grid([0.0, 0.1, 0.3])
    carbon_map, soil_map = mixing_map(grid, np.array([120.0, 260.0]), depth, mixing, burial)
    np.testing.assert_array_equal(carbon_map, np.eye(3))
    np.testing.assert_allclose(soil_map, np.eye(3), rtol=1e-15)


def test_deeper_than_the_grid_is_as_deep_as_the_grid() -> None:
    grid, mass = Grid([0.0, 0.1, 0.3]), np.array([120.0, 260.0])
    for deep, bottom in zip(
        mixing_map(grid, mass, 9.0, 0.6, 0.5), mixing_map(grid, mass, grid.bottom, 0.6, 0.5), strict=True
    ):
        np.testing.assert_array_equal(deep, bottom)


def test_ploughing_happens_in_its_month_and_breaks_aggregates_there() -> None:
    """With nothing but October's tillage in a year, what a run does is that tillage."""
    case = profile_case(rotation=False)
    start = case.state._replace(carbon=some_carbon(case))
    _, ploughed = run_tile(case.model, case.setup, start, 0, 1, 1, True)
    case.setup.events.happens[:] = 0.0
    end, still = run_tile(case.model, case.setup, start, 0, 1, 1, True)
    np.testing.assert_allclose(end.soil["aggregation"], 1.0, rtol=1e-14)
    assert ploughed.surface[0, 0] < 0.5 * still.surface[0, 0]
    np.testing.assert_allclose(total(ploughed.input[0][:, None]), total(still.input[0][:, None]), rtol=1e-14)
    # the tilled layers have come closer to one another
    assert np.ptp(ploughed.soc[0, :4]) < 0.5 * np.ptp(still.soc[0, :4])
