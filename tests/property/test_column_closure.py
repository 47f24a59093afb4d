"""Any model, grid, forcing and event: carbon closes, stays positive, and B is compartmental."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_cases import FixedRates, bare_case, random_case, run_tile, total, uniform_grid
from mollisol.column import Model, Pool, Rates, check_compartmental, dense_operator
from mollisol.column.step import Fluxes, fluxes, month_step

STRUCTURES = range(6)
SEEDS = st.integers(0, 2**32 - 1)
FASTEST = st.sampled_from([1e-3, 1.0, 30.0, 300.0, 2000.0])
"""1/yr; 2,000 empties a layer many times over in a month."""


@partial(jax.jit, static_argnames="steps")
def step(model: Model, rates: Rates, carbon: Any, source: Any, years: Any, steps: int) -> tuple[Any, Fluxes]:
    new, mean = month_step(model, rates, carbon, tuple(jnp.moveaxis(source, 1, 0)), years, steps)
    return new, fluxes(model, rates, mean)


def gained(source: np.ndarray, flow: Fluxes) -> np.ndarray:
    out = np.sum(flow.respiration, axis=0) + flow.leaching + flow.runoff - flow.bottom_exchange
    return np.asarray(total(source) - out)


def a_source(case: Any, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.0, 1.0, case.state.carbon.shape)


@settings(max_examples=60, deadline=None)
@given(
    structure=st.sampled_from(STRUCTURES),
    seed=SEEDS,
    fastest=FASTEST,
    years=st.sampled_from([1e-3, 1 / 12, 1.0]),
)
def test_a_step_closes_and_nothing_turns_negative(structure: int, seed: int, fastest: float, years: float) -> None:
    steps = 1 + 2 * (structure % 2)
    case = random_case(structure, seed, fastest)
    source = a_source(case, seed)
    rates = case.rates(case.state.carbon, month=seed % 12)
    new, flow = step(case.model, rates, case.state.carbon, source, years, steps)
    before, after = total(case.state.carbon), total(new)
    residual = after - before - years * gained(source, flow)
    throughput = np.maximum(before, after) + years * total(source)
    assert np.all(np.abs(residual) <= 1e-12 * throughput)
    assert np.min(new) >= 0.0
    assert np.all(flow.respiration >= 0.0)
    assert np.all(flow.leaching >= 0.0)
    assert np.all(flow.runoff >= 0.0)
    assert np.all(flow.bottom_exchange <= 0.0)


@settings(max_examples=30, deadline=None)
@given(structure=st.sampled_from(STRUCTURES[::2]), seed=SEEDS, fastest=FASTEST)
def test_a_step_equals_the_dense_solve(structure: int, seed: int, fastest: float) -> None:
    case = random_case(structure, seed, fastest)
    source, h = a_source(case, seed), 1.0 / 12.0
    rates = case.rates(case.state.carbon)
    new, _ = step(case.model, rates, case.state.carbon, source, h, 1)
    for column in range(new.shape[-1]):
        operator = dense_operator(case.model, rates, case.rows, column)
        check_compartmental(operator)
        right = (case.state.carbon / h + source)[..., column].ravel()
        dense = np.linalg.solve(np.eye(right.size) / h - operator, right)
        # LAPACK's own error is about 1e-16 x the condition number, at most 1 + h x the fastest rates
        np.testing.assert_allclose(np.asarray(new)[..., column].ravel(), dense, rtol=1e-12, atol=1e-14 * dense.max())


@settings(max_examples=15, deadline=None)
@given(structure=st.sampled_from(STRUCTURES[3:]), seed=SEEDS, fastest=FASTEST)
def test_years_with_events_close(structure: int, seed: int, fastest: float) -> None:
    case = random_case(structure, seed, fastest)
    end, annual = run_tile(case.model, case.setup, case.state, 0, 5, 2, True)
    flows = total(annual.input.transpose(1, 0, 2)) + annual.bottom_exchange.sum(axis=0)
    flows = flows - total(annual.respiration) - annual.leaching.sum(axis=0) - annual.runoff.sum(axis=0)
    before, after = total(case.state.carbon), total(end.carbon)
    throughput = np.maximum(before, after) + total(annual.input)
    assert np.all(np.abs(after - before - flows) <= 5e-12 * throughput)
    assert np.all(annual.residual <= 1e-12 * throughput)
    assert np.min(annual.carbon) >= 0.0


@pytest.mark.parametrize("speed", [1e2, 1e4, 1e8])
def test_a_layer_that_empties_within_a_step(speed: float) -> None:
    pools = (Pool("water", "dissolved", "dissolved", 10.0),)
    rows = 6
    case = bare_case(uniform_grid(rows - 1), FixedRates(down={"water": np.full((rows, 1), speed)}), pools)
    start = np.ones((rows, 1, 1))
    rates = case.rates(start)
    new, flow = step(case.model, rates, start, np.zeros_like(start), 1.0 / 12.0, 1)
    assert np.min(new) >= 0.0
    assert np.sum(new) + flow.leaching[0] / 12.0 == pytest.approx(rows, rel=1e-14)
    left = (speed / 12.0) / (1.0 + speed / 12.0)
    np.testing.assert_allclose(np.asarray(new).ravel(), 1.0 - left ** np.arange(1, rows + 1), rtol=1e-6)


def test_the_loop_of_a_random_structure_is_solved_as_a_loop() -> None:
    """The structures above hold loops of several pools, else the tests would prove little."""
    sizes = []
    for structure in STRUCTURES:
        case = random_case(structure, 0, 1.0)
        groups = case.model.groups(case.rates(jnp.asarray(case.state.carbon)))
        sizes += [len(component) for group in groups for component in group]
    assert max(sizes) >= 4
    assert 1 in sizes
