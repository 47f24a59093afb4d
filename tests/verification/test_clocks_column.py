"""Clocks of whole columns: the effective operator, its ages, and ages carried through the run."""

import dataclasses
import time
from functools import cache
from typing import Any

import jax
import numpy as np
import pytest

from engine_cases import Case, FixedRates, bare_case, profile_case, uniform_grid
from mollisol import clocks
from mollisol.clocks.block_solution import ages_tile, joined_rows
from mollisol.column import Pool, State, check_compartmental, equilibrium
from mollisol.grid import Grid

CASES: dict[str, dict[str, Any]] = {
    "default": {},
    "burrows, minerals that fill, eroding": {
        "slots": {"nonlocal": "burrows", "protection": "saturation", "erosion": "moving_surface"}
    },
    "still": {"rotation": False, "tillage": False, "seasonal": False},
}


@cache
def steady(name: str, columns: int = 2) -> tuple[Case, State, clocks.ProfileClocks]:
    case = profile_case(columns=columns, **CASES[name])
    state = equilibrium(case.model, case.setup, case.state, case.cycle).state
    return case, state, clocks.profile_clocks(case.model, case.grid, case.setup, state, case.cycle)


@pytest.mark.parametrize("name", CASES)
def test_the_stock_is_that_of_the_effective_operator(name: str) -> None:
    case, _, found = steady(name)
    for column in range(2):
        B, u = clocks.matrix_of(case.model, found.effective, column)
        check_compartmental(B)
        x = found.stock[..., column].reshape(-1)
        assert np.max(np.abs(u + B @ x)) < 1e-10 * np.max(np.abs(B) @ x)
        np.testing.assert_allclose(clocks.steady_stock(B, u), x, rtol=1e-8, atol=1e-10 * x.max())


@pytest.mark.parametrize("name", CASES)
def test_ages_by_blocks_are_those_of_the_whole_matrix(name: str) -> None:
    case, _, found = steady(name)
    for column in range(2):
        B, u = clocks.matrix_of(case.model, found.effective, column)
        ages = clocks.mean_pool_ages(B, u).reshape(found.ages.shape[:2])
        np.testing.assert_allclose(found.ages[..., column], ages, rtol=1e-8)
        assert found.mean_transit_time[column] == pytest.approx(clocks.mean_transit_time(B, u), rel=1e-8)


def test_without_seasons_and_tillage_ages_are_those_carried_through_the_run() -> None:
    case, state, found = steady("still")
    carried = clocks.periodic_aged(case.model, case.setup, state, case.cycle)
    there = found.stock > 0.0
    np.testing.assert_allclose(found.ages[there], (carried / np.where(there, state.carbon, 1.0))[there], rtol=1e-7)


def test_with_seasons_and_tillage_the_difference_is_what_the_documentation_states() -> None:
    case, state, found = steady("default")
    carried = clocks.periodic_aged(case.model, case.setup, state, case.cycle)
    by_run = clocks.layer_ages(case.model, state.carbon, carried)
    difference = found.soc_age() / by_run - 1.0
    assert np.max(np.abs(difference)) < 0.02
    assert np.max(np.abs(difference)) > 1e-4  # else nothing is approximate, and the documentation is wrong


@pytest.mark.parametrize("name", ["default", "still"])
def test_ages_that_start_in_the_steady_state_stay(name: str) -> None:
    case, state, _ = steady(name)
    aged = clocks.periodic_aged(case.model, case.setup, state, case.cycle)
    years = 4
    run = clocks.ages_along(case.model, case.setup, state, aged, years)
    every = case.cycle // 12
    np.testing.assert_allclose(run.soil[::every], np.broadcast_to(run.soil[:1], run.soil[::every].shape), rtol=1e-8)
    assert run.soil.shape == (years + 1, len(case.grid), 2)


def test_ages_follow_a_change_of_management() -> None:
    """Twice the input makes carbon younger at first; without any, what is there grows older by a year a year."""
    case, state, _ = steady("still")
    aged = clocks.periodic_aged(case.model, case.setup, state, case.cycle)
    more = case.setup.__class__(**{**vars(case.setup), "amount": 2.0 * case.setup.amount})
    none = case.setup.__class__(**{**vars(case.setup), "amount": 0.0 * case.setup.amount})
    fuller = clocks.ages_along(case.model, more, state, aged, 3).soil
    emptied = clocks.ages_along(case.model, none, state, aged, 3)
    assert np.all(np.diff(fuller[:, 0], axis=0) < 0.0)
    assert np.all(np.diff(emptied.soil[:, 0], axis=0) > 1.0)  # more than a year: the young leave first
    # what no source feeds and nothing leaves would age by exactly a year; all of it ages by a year less what it loses
    assert np.all(emptied.respired[:, 1] < emptied.soil[1:, 0])


def test_respired_carbon_is_younger_than_stored_carbon_at_every_depth() -> None:
    _, _, found = steady("default")
    assert np.all(found.respired_age() < found.soc_age())
    edges = Grid([0.0, 0.2, 0.4, 2.0])
    soc = found.grid.remap(found.soc, edges)
    expected = found.grid.remap(found.soc * found.soc_age(), edges) / soc
    np.testing.assert_allclose(found.soc_age(edges), expected)
    np.testing.assert_allclose(found.turnover(edges)[0], soc[0] / found.grid.remap(
        found.effective.input[1:].sum(axis=1), edges)[0])  # fmt: skip


def test_turnover_of_a_pool_is_its_stock_by_its_inflow() -> None:
    case, _, found = steady("default")
    B, u = clocks.matrix_of(case.model, found.effective)
    x = found.stock[..., 0].reshape(-1)
    inflow = u + (B - np.diag(np.diag(B))) @ x
    fed = inflow > 0.0
    np.testing.assert_allclose(found.pool_turnover()[..., 0].reshape(-1)[fed], x[fed] / inflow[fed], rtol=1e-8)


def test_permanence_falls_with_time_and_what_enters_deep_stays_longer() -> None:
    _, _, found = steady("default")
    edges = Grid([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    still, deeper = found.permanence(edges, [0.0, 10.0, 50.0, 100.0, 500.0])
    np.testing.assert_allclose(still[:, 0], 1.0)
    assert np.all(np.diff(still, axis=1) < 0.0)
    assert still[-1, 3] > still[1, 3]
    assert np.all(deeper <= still)
    median = found.transit_time_quantile(edges, [0.5, 0.9])
    assert median.shape == (6, 2)
    assert np.all(median[:, 0] < median[:, 1])


def test_the_mean_ages_of_a_column_take_less_than_a_millisecond() -> None:
    case, _state, found = steady("default")
    columns = 128
    wide = jax.tree_util.tree_map(
        lambda leaf: np.repeat(leaf[..., :1], columns, axis=-1) if np.ndim(leaf) else leaf, found.effective
    )
    joined = joined_rows(found.effective)
    run = jax.jit(lambda effective: ages_tile(case.model, effective, joined))
    ready = jax.device_put(wide)
    first = np.asarray(run(ready))
    np.testing.assert_allclose(first, np.repeat(found.ages[..., :1], columns, axis=-1), rtol=1e-12)
    fastest = np.inf
    for _ in range(5):
        start = time.perf_counter()
        run(ready).block_until_ready()
        fastest = min(fastest, time.perf_counter() - start)
    assert fastest / columns < 1e-3


def test_inert_carbon_is_infinitely_old_and_no_part_of_the_transit() -> None:
    pools = (Pool("alive", "", "solid", 10.0), Pool("inert", "", "solid", 10.0))
    case = bare_case(uniform_grid(2), FixedRates(respired={"alive": np.full((3, 1), 0.25)}), pools)
    setup = dataclasses.replace(
        case.setup, amount=np.ones((12, 1, 1)), placement=np.array([0.0, 0.5, 0.5])[None, :, None]
    )
    case.state.carbon[1:, 1] = 0.1
    state = equilibrium(case.model, setup, case.state, 12).state
    found = clocks.profile_clocks(case.model, case.grid, setup, state, 12)
    np.testing.assert_allclose(found.ages[1:, 0], 4.0)
    assert np.all(np.isposinf(found.ages[1:, 1]))
    assert np.all(np.isposinf(found.soc_age()))
    np.testing.assert_allclose(found.respired_age(), 4.0)
    still, deeper = found.permanence(Grid([0.0, 1.0, 2.0]), [0.0, 4.0])
    np.testing.assert_allclose(still[1:], [[1.0, np.exp(-1.0)]] * 2)
    assert np.all(np.isnan(still[0]))  # nothing enters as litter
    assert np.all(deeper[1:] == 0.0)
    np.testing.assert_allclose(found.transit_time_quantile(Grid([0.0, 2.0]), 0.5)[1], 4.0 * np.log(2.0))
