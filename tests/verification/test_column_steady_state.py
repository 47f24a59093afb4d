"""The steady state of the management cycle: a fixed point, equal to the long run, at a small part of its work."""

import dataclasses
import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, FixedRates, bare_case, changed, profile_case, some_carbon, total, uniform_grid
from mollisol.column import Grid, Pool, State
from mollisol.column.equilibrium import equilibrium, solve_tile
from mollisol.column.tiles import simulate
from mollisol.models.whole_profile import POOLS
from mollisol.units import RunError

PERMITTED = 1e-10


def movement(case: Case, found: Any) -> np.ndarray:
    """Largest change of a pool in another cycle, relative to max(pool, 1e-12 of the column's carbon)."""
    moved, _ = simulate(case.model, case.setup, found.state, case.cycle // 12)
    scale = np.maximum(np.abs(found.state.carbon), 1e-12 * total(found.state.carbon))
    return np.max(np.abs(moved.carbon - found.state.carbon) / scale, axis=(0, 1))


def solve(case: Case, **options: Any) -> Any:
    return equilibrium(case.model, case.setup, case.state, case.cycle, **options)


def slow_case() -> Case:
    case = profile_case()
    return Case(changed(case.model, "depolymerisation", mineral=0.002), case.setup, case.state, case.grid, case.cycle)


def fast_case() -> Case:
    """Every rate high enough for the long run to settle to 1e-8 within 2,000 years."""
    case = profile_case(slots={"energy": "none"})
    model = changed(case.model, "depolymerisation", mineral=0.3, pyrogenic=0.02)
    model = changed(model, "persistence", release=0.05)
    return Case(model, case.setup, case.state, case.grid, case.cycle)


def test_the_cycle_of_a_rotation_with_tillage_is_a_fixed_point() -> None:
    case = profile_case()
    found = solve(case)
    assert movement(case, found) <= PERMITTED
    assert np.min(found.state.carbon) >= 0.0
    # the soil's own state too: aggregation after each October, recovering until the next
    again, _ = simulate(case.model, case.setup, found.state, case.cycle // 12)
    np.testing.assert_allclose(again.soil["aggregation"], found.state.soil["aggregation"], rtol=1e-12)
    assert np.ptp(found.state.soil["aggregation"]) > 0.1


def test_a_rotation_differs_from_its_first_year_repeated() -> None:
    """The cycle is solved over its own length: the state after its first year is not the one after its second."""
    case = profile_case()
    found = solve(case)
    half, _ = simulate(case.model, case.setup, found.state, 1)
    assert np.max(np.abs(half.carbon - found.state.carbon)) > 1e-6


def test_it_is_a_fixed_point_where_the_slowest_pool_takes_ten_thousand_years() -> None:
    case = slow_case()
    rates = case.rates(some_carbon(case), month=0)
    release = np.asarray(rates.transfer["dissolved", "mineral"])[-1]
    assert release < 1e-4
    found = solve(case)
    assert movement(case, found) <= PERMITTED


def test_many_columns_are_fixed_points_each() -> None:
    case = profile_case(columns=5, wet=True, seed=2)
    model = changed(case.model, "depolymerisation", mineral=np.array([0.002, 0.01, 0.03, 0.1, 0.2]))
    case = Case(model, case.setup, case.state, case.grid, case.cycle)
    found = solve(case)
    assert np.all(movement(case, found) <= PERMITTED)
    assert len(np.unique(total(found.state.carbon))) == 5


def test_the_fixed_point_does_not_depend_on_the_guess() -> None:
    case = profile_case(wet=True)
    near = solve(case).state.carbon
    start = case.state._replace(carbon=some_carbon(case))
    far = equilibrium(case.model, case.setup, start, case.cycle).state.carbon
    np.testing.assert_allclose(far, near, rtol=1e-8, atol=1e-11 * np.sum(near))


def test_it_equals_the_long_run_for_a_twentieth_of_the_work() -> None:
    case, years = fast_case(), 2000
    found = solve(case)
    long_run, _ = simulate(case.model, case.setup, case.state, years, keep_pools=False)
    scale = np.maximum(long_run.carbon, 1e-12 * total(long_run.carbon))
    assert np.max(np.abs(found.state.carbon - long_run.carbon) / scale) <= 1e-8
    np.testing.assert_allclose(found.state.soil["aggregation"], long_run.soil["aggregation"], rtol=1e-12)
    months = case.cycle * np.max(found.iterations)
    assert months <= 12 * years / 20


@pytest.mark.slow
def test_it_takes_a_twentieth_of_the_long_runs_time() -> None:
    case = fast_case()

    def seconds(run: Any) -> float:
        jax.block_until_ready(run())  # compiles
        taken = []
        for _ in range(3):
            start = time.perf_counter()
            jax.block_until_ready(run())
            taken.append(time.perf_counter() - start)
        return min(taken)

    long_run = seconds(lambda: simulate(case.model, case.setup, case.state, 2000, keep_pools=False)[0].carbon)
    direct = seconds(lambda: solve(case).state.carbon)
    print(f"long run {long_run:.3f} s, direct {direct:.4f} s")
    assert direct <= long_run / 20.0


CHAR = [pool.name for pool in POOLS].index("pyrogenic")


def inert_char(fed: int | None) -> Case:
    """Three columns whose char neither decays nor moves; roots of one of them bring some."""
    case = profile_case(columns=3, slots={"bioturbation": "none"})
    quality = np.repeat(case.setup.quality, 3, axis=-1)
    if fed is not None:
        quality[1, :, fed] *= 0.9
        quality[1, CHAR, fed] += 0.1
    setup = dataclasses.replace(case.setup, quality=quality)
    model = changed(case.model, "depolymerisation", pyrogenic=0.0)
    return Case(model, setup, case.state, case.grid, case.cycle)


def test_a_pool_that_cannot_lose_its_carbon_is_named() -> None:
    with pytest.raises(RunError, match="no steady state for plot B:"):
        solve(inert_char(fed=1), names=["plot A", "plot B", "plot C"])


def test_a_pool_that_nothing_feeds_or_empties_keeps_its_carbon() -> None:
    case = inert_char(fed=None)
    case.state.carbon[5:, CHAR] = 0.7
    found = solve(case)
    np.testing.assert_allclose(found.state.carbon[5:, CHAR], 0.7, rtol=1e-12)
    assert np.all(movement(case, found) <= PERMITTED)


def test_a_steady_state_with_a_closed_form() -> None:
    """Two pools in a row: a = u / (k1), b = k1 a / k2 in the layer that is fed."""
    pools = (Pool("a", "", "solid", 10.0), Pool("b", "", "solid", 10.0))
    rows, k1, k2 = 3, 0.5, 0.002
    process = FixedRates(transfer={("b", "a"): np.full((rows, 1), k1)}, respired={"b": np.full((rows, 1), k2)})
    case = bare_case(uniform_grid(rows - 1), process, pools)
    case.setup.amount[:] = 0.3
    case.setup.placement[:] = 0.0
    case.setup.placement[0, 2] = 1.0
    found = solve(case)
    expected = np.zeros((rows, 2))
    expected[2] = 0.3 / k1, 0.3 / k2
    np.testing.assert_allclose(found.state.carbon[..., 0], expected, rtol=1e-9)


@pytest.mark.slow
def test_the_gradient_agrees_with_finite_differences() -> None:
    """Of a weighted sum of all carbon, with respect to every parameter of the model, some inputs and the soil."""
    case = profile_case(Grid([0.0, 0.1, 0.25, 0.6, 1.5]), wet=True)
    leaves, structure = jax.tree_util.tree_flatten(case.model)
    values = np.array([float(leaf) for leaf in leaves] + [1.0, 1.0])
    weights = np.random.default_rng(1).uniform(0.5, 1.5, case.state.carbon.shape[:2])
    setup = jax.tree_util.tree_map(jnp.asarray, case.setup)

    def weighted(given: Any) -> Any:
        *parameters, input_factor, clay_factor = given
        model = jax.tree_util.tree_unflatten(structure, parameters)
        soil = {**setup.soil, "clay": setup.soil["clay"] * clay_factor}
        own = dataclasses.replace(setup, amount=setup.amount * input_factor, soil=soil)
        columns = jnp.shape(input_factor) or (1,)
        start = State(jnp.zeros((case.rows, len(POOLS), *columns)), {"aggregation": jnp.ones((case.rows, *columns))})
        steady = solve_tile(model, own, start, case.cycle, 1).state.carbon
        return jnp.tensordot(jnp.asarray(weights), steady, axes=2)

    slope = jax.jit(jax.grad(lambda given: weighted(given)[0]))(jnp.asarray(values))
    step = 1e-5 * values
    nudged = values[:, None] + np.concatenate([np.diag(step), -np.diag(step)], axis=1)
    up, down = np.split(np.asarray(jax.jit(weighted)(jnp.asarray(nudged))), 2)
    np.testing.assert_allclose(slope * values, (up - down) / (2.0 * 1e-5), rtol=1e-5, atol=1e-7)
    unfelt = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(case.model)]
    unfelt = [name for name, each in zip(unfelt, slope, strict=False) if each == 0.0]
    assert [name.split(".")[-1] for name in unfelt] == ["pyrogenic"]  # nothing brings char
