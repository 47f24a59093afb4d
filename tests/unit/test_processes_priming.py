"""Priming: its limits, its bounds, and what it does to old carbon below fresh carbon."""

import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, changed, profile_case, run_tile, some_carbon
from mollisol.column import Grid, Rates, State, equilibrium
from mollisol.models.whole_profile import whole_profile
from mollisol.processes import FirstOrderPriming, FreshCarbonLimit
from mollisol.processes.priming import PRIMED_POOLS

LAYERS = Grid([0.0, 0.1, 0.3, 0.6, 1.2])


def primed(case: Case, process: Any, carbon: dict[str, Any]) -> dict[str, np.ndarray]:
    """Losses of the slow pools relative to those without the process, (row,)."""
    drivers = case.drivers()
    drivers = dataclasses.replace(drivers, forcing={**drivers.forcing, **prepared(process, drivers)})
    one = jnp.ones_like(drivers.depth)
    rates = Rates()
    for pool in (*PRIMED_POOLS, "pyrogenic"):
        rates = rates.add_transfer("dissolved", pool, one).add_respired(pool, 0.5 * one)
    rates = process(carbon, drivers, rates)
    found = {pool: np.asarray(rates.transfer["dissolved", pool])[:, 0] for pool in (*PRIMED_POOLS, "pyrogenic")}
    for pool, factor in found.items():
        np.testing.assert_allclose(np.asarray(rates.respired[pool])[:, 0], 0.5 * factor)
    return found


def prepared(process: Any, drivers: Any) -> dict[str, Any]:
    return process.prepare(drivers) if hasattr(process, "prepare") else {}


def carbon_of(case: Case, **concentrations: float) -> dict[str, Any]:
    """Carbon (row, 1) of the given concentrations (kg/m3) in the soil; the surface has 1 kg/m2 of each."""
    thickness = np.where(case.setup.thickness > 0.0, case.setup.thickness, 1.0)
    amounts = dict.fromkeys(case.model.pool_names, 0.0) | concentrations
    return {pool: jnp.asarray(value * thickness) for pool, value in amounts.items()}


@pytest.mark.parametrize(
    ("fresh", "factor"), [({}, 1.0), ({"dissolved": 0.1}, 1.2), ({"fast_litter": 0.05, "dissolved": 0.05}, 1.2),
                          ({"fast_litter": 1e9}, 1.4)]
)  # fmt: skip
def test_fresh_carbon_raises_the_loss_to_a_bound(fresh: dict[str, float], factor: float) -> None:
    case = profile_case(LAYERS)
    found = primed(case, FirstOrderPriming(strength=0.4), carbon_of(case, **fresh))
    for pool in PRIMED_POOLS:
        np.testing.assert_allclose(found[pool][1:], factor, rtol=1e-7)
        assert found[pool][0] == 1.0, "litter on the surface has no volume"
    np.testing.assert_array_equal(found["pyrogenic"], 1.0)


@pytest.mark.parametrize("strength", [-0.8, 3.0])
def test_no_strength_within_the_bounds_turns_a_loss_negative(strength: float) -> None:
    case = profile_case(LAYERS)
    found = primed(case, FirstOrderPriming(strength=strength), carbon_of(case, fast_litter=1e12))
    assert all(np.all(factor > 0.0) for factor in found.values())


@pytest.mark.parametrize(("clay", "silt", "factor"), [(0.3, 0.7, 1.0 - 0.038), (0.0, 0.0, None)])
def test_much_char_shields_mineral_carbon_in_loam_and_stimulates_in_sand(
    clay: float, silt: float, factor: float | None
) -> None:
    case = profile_case(LAYERS)
    texture = {"clay": np.full_like(case.setup.depth, clay), "silt": np.full_like(case.setup.depth, silt)}
    case = dataclasses.replace(
        case, setup=dataclasses.replace(case.setup, soil={**case.setup.soil, **texture})
    )  # fmt: skip
    found = primed(case, FirstOrderPriming(), carbon_of(case, pyrogenic=1e9))
    sandy = 1.0 / (1.0 + 0.7**4)
    expected = factor or 1.0 + 0.208 * sandy - 0.038 * (1.0 - sandy)
    np.testing.assert_allclose(found["mineral"][1:], expected, rtol=1e-7)
    np.testing.assert_array_equal(found["slow_litter"], 1.0)


def test_without_fresh_carbon_only_the_background_is_lost() -> None:
    case = profile_case(LAYERS)
    process = FreshCarbonLimit()
    reference = process.background + (1.0 - process.background) * (1.0 - np.exp(-0.1 / process.scale))
    for fresh, expected in ((0.0, process.background / reference), (0.1, 1.0), (1e9, 1.0 / reference)):
        found = primed(case, process, carbon_of(case, fast_litter=fresh))
        np.testing.assert_allclose(found["mineral"][1:], expected, rtol=1e-12)
        assert found["mineral"][0] == 1.0


def test_the_best_estimate_is_the_model_without_priming() -> None:
    case, other = profile_case(LAYERS), profile_case(LAYERS, slots={"priming": "none"})
    carbon = some_carbon(case)
    carbon[:, case.model.pool_names.index("pyrogenic")] = 0.0
    ends = [run_tile(one.model, one.setup, State(carbon, one.state.soil), 0, 5, 1, False)[0] for one in (case, other)]
    np.testing.assert_allclose(ends[0].carbon, ends[1].carbon, rtol=1e-13)


@pytest.mark.parametrize("slots", [{}, {"priming": "fresh_carbon_limit"}], ids=str)
def test_fresh_carbon_below_takes_old_carbon_away(slots: dict[str, str]) -> None:
    """The same mineral carbon at 60-120 cm loses more in a year beside litter that deep roots have brought."""
    case = profile_case(LAYERS, slots=slots)
    case = dataclasses.replace(case, model=changed(case.model, "priming", strength=1.0) if not slots else case.model)
    mineral, fast = (case.model.pool_names.index(name) for name in ("mineral", "fast_litter"))
    lost = []
    for litter in (0.0, 0.3):
        carbon = np.zeros_like(case.state.carbon)
        carbon[-1, mineral], carbon[-1, fast] = 5.0, litter
        # what the litter itself leaves is taken off: the mineral carbon that is released
        rates = case.rates(carbon)
        lost.append(float(rates.transfer["dissolved", "mineral"][-1, 0]))
    assert lost[1] > 1.5 * lost[0]


def test_the_steady_state_is_found_for_strengths_over_the_whole_range() -> None:
    strengths = np.array([-0.8, -0.3, 0.0, 0.5, 1.5, 3.0])
    case = profile_case(LAYERS)
    model = changed(whole_profile(), "priming", strength=strengths)
    found = equilibrium(model, case.setup, case.state, case.cycle)
    soc = found.state.carbon[1:3].sum(axis=(0, 1))
    assert np.all(np.diff(soc) < 0.0), "the more is primed, the less is left"
    assert np.max(found.change) < 1e-10
