"""Nitrogen that decomposition needs and frees: bookkeeping, limits, and the supply from outside."""

import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, changed, profile_case, some_carbon
from mollisol.column import Grid
from mollisol.plants import CROPS, NitrogenParameters, nitrogen_supply
from mollisol.processes.nitrogen import NEEDY_POOLS, RATIOS, NitrogenLimitation, nitrogen_freed, positive_part

LAYERS = Grid([0.0, 0.1, 0.25, 0.6, 1.5])


def limited_case(supply: float, slots: dict[str, str] | None = None) -> Case:
    """Decomposition alone: nothing moves and nothing sorbs after the slot of nutrients."""
    still = {"oxygen": "none", "bioturbation": "none", "dissolved_transport": "none"}
    case = profile_case(LAYERS, slots={"nutrients": "nitrogen", **still, **(slots or {})})
    forcing = {**case.setup.forcing, "nitrogen_supply": np.full((1, case.rows, 1), supply)}
    model = changed(case.model, "protection", sorption=0.0)
    return dataclasses.replace(case, model=model, setup=dataclasses.replace(case.setup, forcing=forcing))


def factor(supply: float, carbon: Any = None, **values: float) -> np.ndarray:
    """What is left of the litters' decay: the same for all of them."""
    case = limited_case(supply)
    case = dataclasses.replace(case, model=changed(case.model, "nutrients", **values) if values else case.model)
    free = limited_case(supply, {"nutrients": "none"})
    carbon = some_carbon(case) if carbon is None else carbon
    with_it, without = case.rates(carbon), free.rates(carbon)
    found = [np.asarray(with_it.transfer["dissolved", p] / without.transfer["dissolved", p]) for p in NEEDY_POOLS]
    for each in found[1:]:
        np.testing.assert_allclose(each, found[0], rtol=1e-12)
    for pair in without.transfer:
        if pair[1] not in NEEDY_POOLS:
            np.testing.assert_array_equal(with_it.transfer[pair], without.transfer[pair])
    return found[0]


def test_with_ample_nitrogen_nothing_is_held_back() -> None:
    np.testing.assert_allclose(factor(1e6), 1.0, rtol=1e-12)


def test_the_factor_lies_between_0_and_1_and_rises_with_the_supply() -> None:
    steps = np.stack([factor(supply) for supply in (0.0, 1e-3, 1e-2, 0.1, 1.0, 10.0)])
    assert np.all(steps > 0.0)
    assert np.all(steps <= 1.0)
    assert np.all(np.diff(steps, axis=0) >= 0.0)
    assert np.any(steps[0] < 0.9)


def test_where_nitrogen_is_short_litter_gets_what_there_is() -> None:
    """With litter alone and little nitrogen from outside, immobilisation equals the supply in reach of microbes."""
    supply = 1e-4
    case = limited_case(supply)
    carbon = np.zeros_like(some_carbon(case))
    carbon[:, case.model.pool_names.index("slow_litter")] = 5.0
    decay = np.asarray(case.rates(carbon).transfer["dissolved", "slow_litter"]) * 5.0
    immobilised = decay * (1.0 / RATIOS["dissolved"] - 1.0 / RATIOS["slow_litter"])
    np.testing.assert_allclose(immobilised, NitrogenLimitation().share * supply, rtol=1e-3)


def test_no_need_no_limit() -> None:
    assert np.all(factor(1e-3, strength=0.0) == 1.0)


def test_nitrogen_is_neither_made_nor_lost() -> None:
    """What is freed is what the pools lose: -d/dt of the sum of carbon / C:N."""
    case = limited_case(1e-3, {"nutrients": "none"})
    carbon = some_carbon(case)
    rates, named = case.rates(carbon), case.model.by_name(jnp.asarray(carbon))
    change = dict.fromkeys(named, 0.0)
    for (to, source), rate in rates.transfer.items():
        change[source] = change[source] - rate * named[source]
        change[to] = change[to] + rate * named[source]
    for pool, rate in rates.respired.items():
        change[pool] = change[pool] - rate * named[pool]
    lost = -sum(change[pool] / RATIOS[pool] for pool in named)
    np.testing.assert_allclose(sum(nitrogen_freed(named, rates).values()), lost, rtol=1e-10)


def test_litter_needs_nitrogen_and_mineral_carbon_frees_it() -> None:
    case = limited_case(1e-3, {"nutrients": "none"})
    carbon = some_carbon(case)
    freed = nitrogen_freed(case.model.by_name(jnp.asarray(carbon)), case.rates(carbon))
    assert all(np.all(freed[pool] < 0.0) for pool in NEEDY_POOLS)
    assert np.all(freed["mineral"] > 0.0)


def test_the_smooth_positive_part() -> None:
    np.testing.assert_allclose(positive_part(jnp.array([-10.0, 0.0, 10.0]), jnp.asarray(0.1)), [0, 0.05, 10], atol=1e-3)


def test_the_supply_is_spread_over_litter_and_soil_and_adds_up() -> None:
    edges = np.array([0.0, 0.1, 0.3, 1.0, 2.0])
    known = NitrogenParameters()
    found = nitrogen_supply(["wheat", "soybean"], edges)
    assert found.shape == (2, 5)
    base = known.deposition + known.free_fixation
    np.testing.assert_allclose(found.sum(axis=1), [base + known.fertiliser, base + known.legume], rtol=1e-12)
    np.testing.assert_allclose(found[:, 0], known.on_litter * found.sum(axis=1), rtol=1e-12)
    assert np.all(np.diff(found[0, 1:] / np.diff(edges)) < 0.0)


@pytest.mark.parametrize("name", CROPS)
def test_every_crop_has_a_supply_and_no_natural_cover_fertiliser(name: str) -> None:
    found = nitrogen_supply([name], [0.0, 1.0]).sum()
    known = NitrogenParameters()
    if CROPS[name].natural:
        assert found == pytest.approx(known.deposition + known.free_fixation)
    assert found >= known.deposition + known.free_fixation
