"""Physical protection: tillage breaks aggregates, they recover, and ploughed soil decomposes faster as published."""

import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import changed, profile_case
from mollisol.column import Drivers, Rates
from mollisol.column.equilibrium import equilibrium
from mollisol.column.tiles import advance
from mollisol.processes import AggregateOcclusion
from mollisol.processes.occlusion import OCCLUDED_POOLS

FULL_TILLAGE = (1.4, 4.0)
"""Range of the tillage factor of full tillage over none on decomposition, IPCC 2019 Tier 2 (best estimate 3.04)."""


def access(process: AggregateOcclusion, clay: float, aggregation: float) -> float:
    soil = {"clay": jnp.full((2, 1), clay), "aggregation": jnp.full((2, 1), aggregation)}
    drivers = Drivers(jnp.array([[0.0], [0.1]]), jnp.zeros((2, 1)), soil)
    rates = process({}, drivers, Rates())
    for pool in OCCLUDED_POOLS:
        assert rates.access[pool][0, 0] == 1.0, "nothing is occluded on the surface"
    assert "fast_litter" not in rates.access
    return float(rates.access["mineral"][1, 0])


def test_limits_of_the_protection() -> None:
    process = AggregateOcclusion(strength=0.6, half=0.1)
    assert access(process, clay=0.3, aggregation=0.0) == 1.0
    assert access(process, clay=0.0, aggregation=1.0) == 1.0
    assert access(process, clay=0.1, aggregation=1.0) == pytest.approx(1.0 - 0.6 / 2.0)
    assert access(process, clay=0.3, aggregation=0.5) == pytest.approx(1.0 - 0.6 * 0.75 * 0.5)
    assert access(AggregateOcclusion(strength=0.0), clay=0.3, aggregation=1.0) == 1.0


def test_aggregation_recovers_exponentially_however_the_time_is_cut() -> None:
    process = AggregateOcclusion(recovery=3.0)
    drivers = Drivers(jnp.zeros((1, 1)), jnp.zeros((1, 1)))
    soil = {"aggregation": jnp.full((1, 1), 0.2)}
    once = process.advance_soil(soil, drivers, 2.0)["aggregation"]
    for _ in range(24):
        soil = process.advance_soil(soil, drivers, 1.0 / 12.0)
    assert float(once[0, 0]) == pytest.approx(1.0 - 0.8 * np.exp(-2.0 / 3.0), rel=1e-12)
    assert float(soil["aggregation"][0, 0]) == pytest.approx(float(once[0, 0]), rel=1e-12)


def test_after_the_last_ploughing_aggregates_recover_in_the_run() -> None:
    case = profile_case()
    broken = advance(case.model, case.setup, case.state, 10)
    case.setup.events.happens[:] = 0.0
    later = advance(case.model, case.setup, broken, 4)
    recovery = next(process for process in case.model.processes if process.slot == "occlusion").recovery
    expected = 1.0 - (1.0 - broken.soil["aggregation"]) * np.exp(-4.0 / recovery)
    assert broken.soil["aggregation"][1, 0] < 0.7
    np.testing.assert_allclose(later.soil["aggregation"], expected, rtol=1e-12)
    np.testing.assert_allclose(broken.soil["aggregation"][-3:], 1.0, rtol=1e-14)  # below the plough


def test_yearly_tillage_speeds_decomposition_as_published() -> None:
    """Rate of the occluded pools in the ploughed layers, mean of the year, over that of a soil never ploughed."""
    process = AggregateOcclusion()
    case = profile_case()
    steady = equilibrium(case.model, case.setup, case.state, case.cycle).state
    soil, months = dict(steady.soil), []
    clay = 0.27  # of the factor's source: a loam
    kept = case.setup.events.keeps["aggregation"][0]
    aggregation = soil["aggregation"]
    for month in range(12):
        if month == 9:
            aggregation = (case.setup.events.soil_map[0, :, :, 0] @ aggregation) * kept
        months.append(access(process, clay, float(aggregation[2, 0])))
        aggregation = process.advance_soil({"aggregation": aggregation}, case.drivers(), 1.0 / 12.0)["aggregation"]
    np.testing.assert_allclose(aggregation, steady.soil["aggregation"], rtol=1e-9)
    ratio = np.mean(months) / access(process, clay, 1.0)
    print(f"decomposition under yearly ploughing relative to none: {ratio:.2f}")
    assert FULL_TILLAGE[0] < ratio < FULL_TILLAGE[1]


def test_ploughed_soil_loses_carbon_that_protection_held() -> None:
    soils = {}
    for strength in (0.0, 0.75):
        case = profile_case()
        model = changed(case.model, "occlusion", strength=strength)
        ploughed = equilibrium(model, case.setup, case.state, case.cycle).state.carbon
        case.setup.events.happens[:] = 0.0
        still = equilibrium(model, case.setup, case.state, case.cycle).state.carbon
        soils[strength] = still[1:5].sum() / ploughed[1:5].sum()
    assert soils[0.75] > 1.2 * soils[0.0]
