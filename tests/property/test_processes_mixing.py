"""Transport of all alternatives under any soil, water and parameters: uniform stays uniform, nothing turns negative."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_cases import Case, changed, profile_case, run_tile, some_carbon, total
from mollisol.column import Grid, State, check_compartmental, dense_operator
from mollisol.units import parameters_of

LAYERS = 6
ALTERNATIVES = [
    {"bioturbation": "fauna_groups"},
    {"dissolved_transport": "percolation_retarded", "protection": "equilibrium"},
    {"dissolved_transport": "percolation_particles"},
    {"dissolved_transport": "percolation_macropores"},
    {"nonlocal": "burrows"},
]


def any_case(slots: dict[str, str], seed: int) -> Case:
    """A column with any grid, density, stones, roots and water, and any parameters within their bounds."""
    random = np.random.default_rng(seed)
    grid = Grid(np.concatenate([[0.0], np.cumsum(np.exp(random.uniform(np.log(0.005), np.log(0.8), LAYERS)))]))
    case = profile_case(grid, slots=slots)
    shape = (LAYERS + 1, 1)
    bulk = random.uniform(200.0, 1900.0, shape)
    soil = {**case.setup.soil, "bulk_density": bulk, "fine_earth": bulk * (1.0 - random.uniform(0.0, 0.95, shape))}
    flow = np.where(random.uniform(size=(12, *shape)) < 0.3, 0.0, np.exp(random.uniform(-12.0, 3.0, (12, *shape))))
    forcing = {
        **case.setup.forcing,
        "water": random.uniform(0.01, 0.6, (12, *shape)),
        "percolation": flow,
        "infiltration": flow,
        "matric_potential": -np.exp(random.uniform(-9.0, 3.0, (12, *shape))),
        "temperature": random.uniform(-15.0, 35.0, (12, *shape)),
        "root_density": np.where(random.uniform(size=(1, *shape)) < 0.3, 0.0, random.uniform(size=(1, *shape))),
    }
    model = case.model
    for slot in slots:
        (process,) = (one for one in model.processes if one.slot == slot)
        drawn = {name: random.uniform(one.lower, one.upper) for name, one in parameters_of(process).items()}
        model = changed(model, slot, **drawn)
    return dataclasses.replace(case, model=model, setup=dataclasses.replace(case.setup, soil=soil, forcing=forcing))


def come_and_gone(rates: Any, pool: str, carbon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What enters and what leaves each soil layer by transport, kg C/m2/yr."""
    down, up = (np.asarray(table[pool])[1:] * carbon for table in (rates.down, rates.up))
    nothing = np.zeros((1, down.shape[1]))
    return np.concatenate([nothing, down[:-1]]) + np.concatenate([up[1:], nothing]), down + up


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_uniform_grams_per_kilogram_stay_uniform_under_all_groups_of_fauna(seed: int) -> None:
    case = any_case({"bioturbation": "fauna_groups"}, seed)
    kept = tuple(process for process in case.model.processes if process.slot == "bioturbation")
    case = dataclasses.replace(case, model=dataclasses.replace(case.model, processes=kept))
    carbon = 0.015 * case.setup.soil["fine_earth"][1:] * case.grid.thickness[:, None]
    come, gone = come_and_gone(case.rates(case.state.carbon, seed % 12), "mineral", carbon)
    np.testing.assert_allclose(come, gone, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("slots", ALTERNATIVES, ids=lambda slots: next(iter(slots.values())))
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_carbon_closes_and_never_turns_negative_at_any_speed(slots: dict[str, str], seed: int) -> None:
    """From water that stands to 20 m/yr, Peclet numbers from 0 to the largest, layers from 5 mm to 0.8 m."""
    case = any_case(slots, seed)
    start = State(some_carbon(case, seed), case.state.soil)
    check_compartmental(dense_operator(case.model, case.rates(start.carbon, seed % 12), case.rows))
    end, annual = run_tile(case.model, case.setup, start, 0, 3, 1, True)
    assert float(np.min(end.carbon)) >= 0.0
    assert np.all(annual.residual <= 1e-13 * np.maximum(total(start.carbon), total(end.carbon)))
