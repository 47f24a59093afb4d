"""Aggregates that roots, fauna and clay build: limits of the equation, tillage and recovery, and what it does."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import profile_case
from mollisol.column import Drivers, Grid, Rates
from mollisol.column.equilibrium import equilibrium, soil_fixed_point
from mollisol.processes import BuiltAggregates
from mollisol.processes.occlusion import OCCLUDED_POOLS

LAYERS = Grid([0.0, 0.1, 0.2, 0.6, 1.5])


def drivers(clay: float = 0.27, depth: float = 0.0, roots: float = 0.0) -> Drivers:
    """A surface row and a layer of 0.1 m; roots is respiration per volume, kg C/m3/yr."""
    pair = jnp.array([[0.0], [0.1]])
    return Drivers(
        pair,
        jnp.array([[0.0], [depth]]),
        {"clay": jnp.full((2, 1), clay), "aggregation": jnp.zeros((2, 1))},
        {"root_respiration": roots * pair},
    )


def target(process: BuiltAggregates, **where: float) -> float:
    both = process.prepare(drivers(**where))["aggregation_target"]
    assert both[0, 0] == 0.0, "there are no aggregates on the surface"
    return float(both[1, 0])


def test_each_builder_binds_a_share_of_what_the_others_leave() -> None:
    process = BuiltAggregates(half=0.0, unaided=0.0, fauna=0.0, root_half=0.1)
    assert target(process) == 0.0
    assert target(process, roots=0.1) == pytest.approx(0.5)
    assert target(process, roots=1e9) == pytest.approx(1.0)
    process = BuiltAggregates(half=0.0, unaided=0.0, fauna=0.4, fauna_depth=0.5, root_half=0.1)
    assert target(process, depth=0.5) == pytest.approx(0.4 / np.e)
    assert target(process, roots=0.1) == pytest.approx(1.0 - 0.5 * 0.6)
    process = BuiltAggregates(half=0.1, unaided=0.3, fauna=0.0)
    assert target(process, clay=0.1) == pytest.approx(0.5 * 0.3)
    assert target(process, clay=0.0, roots=1.0) == 0.0


def test_what_is_aggregated_decays_less() -> None:
    process = BuiltAggregates(strength=0.6)
    given = drivers()
    given = dataclasses.replace(given, soil={**given.soil, "aggregation": jnp.full((2, 1), 0.5)})
    rates = process({}, given, Rates())
    for pool in OCCLUDED_POOLS:
        np.testing.assert_allclose(rates.access[pool][:, 0], [1.0, 0.7])
    assert "fast_litter" not in rates.access


def test_it_approaches_its_target_exponentially_however_the_time_is_cut() -> None:
    process = BuiltAggregates(recovery=3.0)
    given = drivers(roots=0.2)
    given = dataclasses.replace(given, forcing={**given.forcing, **process.prepare(given)})
    aim = given.forcing["aggregation_target"]
    soil = {"aggregation": jnp.full((2, 1), 0.1)}
    once = process.advance_soil(soil, given, 2.0)["aggregation"]
    for _ in range(24):
        soil = process.advance_soil(soil, given, 1.0 / 12.0)
    np.testing.assert_allclose(once, aim + (0.1 - aim) * np.exp(-2.0 / 3.0), rtol=1e-12)
    np.testing.assert_allclose(soil["aggregation"], once, rtol=1e-12)


def test_without_tillage_it_rests_at_the_years_mean_target_and_with_it_below() -> None:
    found = {}
    for tillage in (False, True):
        case = profile_case(LAYERS, tillage=tillage, rotation=False, slots={"occlusion": "aggregates_built"})
        ready = case.ready()
        aims = np.asarray(ready.forcing["aggregation_target"])[..., 0]
        soil = {name: jnp.asarray(value) for name, value in case.state.soil.items()}
        found[tillage] = np.asarray(soil_fixed_point(case.model, ready, soil, 12)["aggregation"])[:, 0]
    # a first-order response to a season in which only the target varies: within the amplitude that is left
    np.testing.assert_allclose(found[False][1:], aims.mean(axis=0)[1:], atol=0.05)
    assert np.all(np.diff(found[False][1:]) < 0.0), "fewer roots and less fauna below"
    assert np.all(found[True][1:3] < 0.8 * found[False][1:3])
    np.testing.assert_allclose(found[True][3:], found[False][3:], rtol=1e-9)


def test_roots_that_build_aggregates_keep_carbon() -> None:
    """The same inputs, with and without the roots' work, in a soil that is never tilled."""
    case = profile_case(LAYERS, tillage=False, rotation=False, slots={"occlusion": "aggregates_built"})
    stocks = []
    for work in (1.0, 0.0):
        forcing = {**case.setup.forcing, "root_respiration": work * case.setup.forcing["root_respiration"]}
        setup = dataclasses.replace(case.setup, forcing=forcing)
        stocks.append(np.asarray(equilibrium(case.model, setup, case.state, 12).state.carbon)[1:].sum(axis=(1, 2)))
    assert np.all(stocks[0] > stocks[1])
    assert stocks[0][0] / stocks[1][0] > stocks[0][-1] / stocks[1][-1], "most where most roots are"
