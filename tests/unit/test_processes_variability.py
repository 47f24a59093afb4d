"""Variability: each hypothesis in a limit with a known answer, and all sixteen combinations together."""

import dataclasses
from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, changed, profile_case, run_tile, some_carbon, total
from mollisol.column import Drivers, Grid, Rates, State, equilibrium
from mollisol.column.equilibrium import soil_fixed_point
from mollisol.processes import PhysiologicalVariability

LAYERS = Grid([0.0, 0.1, 0.3, 0.6, 1.2])
SLOTS = {"variability": "physiological"}
TERMS = ("stress", "flexibility", "legacy", "diversity")


def one_layer(temperature: Any, water: float = 0.25, **soil: float) -> Drivers:
    """Drivers of one row with a porosity of 0.5; the memories start as the process declares."""
    state = {**PhysiologicalVariability.starts, **soil, "porosity": 0.5}
    forcing = {"temperature": temperature, "water": water}
    return Drivers(
        jnp.ones((1, 1)), jnp.ones((1, 1)),
        {name: jnp.full((1, 1), value) for name, value in state.items()},
        {name: jnp.broadcast_to(jnp.asarray(value, float), (1, 1)) for name, value in forcing.items()},
    )  # fmt: skip


def effect(process: Any, drivers: Drivers) -> tuple[float, float]:
    """Factors on what microbes take up and on what becomes biomass."""
    before = Rates().add_transfer("microbial", "dissolved", jnp.full((1, 1), 4.0))
    before = before.add_respired("dissolved", jnp.full((1, 1), 6.0))
    after = process({}, drivers, before)
    growth, respired = after.transfer["microbial", "dissolved"][0, 0], after.respired["dissolved"][0, 0]
    return float(growth + respired) / 10.0, float(growth) / 4.0


@pytest.mark.parametrize("term", TERMS)
def test_in_a_constant_environment_nothing_happens(term: str) -> None:
    uptake, growth = effect(PhysiologicalVariability(**{term: 0.9}), one_layer(10.0))
    assert uptake == pytest.approx(1.0)
    assert growth == pytest.approx(1.0)


def test_stress_costs_growth_and_no_carbon() -> None:
    """5 K warmer than recently: S = 1, so half of the strength; the rest of the growth is respired."""
    uptake, growth = effect(PhysiologicalVariability(stress=0.6), one_layer(15.0))
    assert uptake == pytest.approx(1.0)
    assert growth == pytest.approx(1.0 - 0.6 * 0.5)


def test_variation_within_the_month_is_stress_too() -> None:
    drivers = one_layer(10.0)
    forcing = {**drivers.forcing, "temperature_diurnal_amplitude": jnp.full((1, 1), 5.0 * np.sqrt(2.0))}
    _, growth = effect(PhysiologicalVariability(stress=0.6), dataclasses.replace(drivers, forcing=forcing))
    assert growth == pytest.approx(1.0 - 0.6 * 0.5)


def test_diversity_saturates_in_the_variance() -> None:
    for variance, share in ((25.0, 0.5), (75.0, 0.75), (1e12, 1.0)):
        uptake, _ = effect(PhysiologicalVariability(diversity=0.8), one_layer(10.0, temperature_square=variance))
        assert uptake == pytest.approx(1.0 + 0.8 * share)


def test_flexibility_needs_variability_before_and_a_departure_now() -> None:
    process = PhysiologicalVariability(flexibility=0.8)
    assert effect(process, one_layer(20.0))[0] == pytest.approx(1.0), "not adapted"
    assert effect(process, one_layer(10.0, temperature_square=25.0))[0] == pytest.approx(1.0), "nothing to bear"
    # v = 1 and D = 4
    assert effect(process, one_layer(20.0, temperature_square=25.0))[0] == pytest.approx(1.0 + 0.8 * 0.5 * 0.8)


def test_legacy_follows_the_past_and_is_bounded() -> None:
    process = PhysiologicalVariability(legacy=1.0)
    warm = effect(process, one_layer(10.0, temperature_past=15.0))[0]
    cold = effect(process, one_layer(10.0, temperature_past=5.0))[0]
    assert warm == pytest.approx(1.0 + np.sqrt(0.5))
    assert cold == pytest.approx(1.0 - np.sqrt(0.5))
    assert effect(process, one_layer(10.0, temperature_past=-90.0))[0] > 0.0


def test_the_long_memory_holds_mean_and_variance_of_a_season() -> None:
    """A sine of amplitude 8 K, remembered for much longer than a year: mean 12 degC, variance 32 K2."""
    process = PhysiologicalVariability(adaptation=50.0)
    months = 12.0 + 8.0 * jnp.sin(2.0 * np.pi * jnp.arange(12 * 600) / 12.0)

    def month(soil: dict[str, Any], temperature: Any) -> tuple[dict[str, Any], None]:
        drivers = one_layer(temperature)
        return process.advance_soil({**drivers.soil, **soil}, drivers, 1.0 / 12.0), None

    start = {name: jnp.full((1, 1), value) for name, value in PhysiologicalVariability.starts.items()}
    soil, _ = jax.lax.scan(month, start, months)
    mean = float(soil["temperature_mean"][0, 0])
    assert mean + 10.0 == pytest.approx(12.0, abs=0.03)
    assert float(soil["temperature_square"][0, 0]) - mean**2 == pytest.approx(32.0, rel=0.005)


def sixteen() -> tuple[Case, list[tuple[float, ...]]]:
    case = profile_case(LAYERS, slots=SLOTS)
    flags = list(product((0.0, 1.0), repeat=4))
    values = {term: np.array([one[i] for one in flags]) for i, term in enumerate(TERMS)}
    return dataclasses.replace(case, model=changed(case.model, "variability", **values)), flags


def test_all_sixteen_combinations_close_and_differ() -> None:
    case, flags = sixteen()
    wide = State(
        np.repeat(some_carbon(case), len(flags), axis=-1),
        {name: np.repeat(value, len(flags), axis=-1) for name, value in case.state.soil.items()},
    )
    end, annual = run_tile(case.model, case.setup, wide, 0, 20, 1, False)
    assert np.all(annual.residual <= 1e-13 * total(wide.carbon))
    assert np.min(end.carbon) >= 0.0
    assert len(np.unique(total(end.carbon))) == len(flags)


def test_the_steady_state_of_the_memories_is_periodic() -> None:
    case, flags = sixteen()
    found = equilibrium(case.model, case.setup, case.state, case.cycle)
    end, _ = run_tile(case.model, case.setup, found.state, 0, case.cycle // 12, 3, False)
    for name, value in found.state.soil.items():
        np.testing.assert_allclose(end.soil[name], value, rtol=1e-9, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(end.carbon, found.state.carbon, rtol=1e-8, atol=1e-14)
    variance = found.state.soil["temperature_square"] - found.state.soil["temperature_mean"] ** 2
    assert np.all(variance > 0.0)
    assert np.all(np.diff(variance[1:, 0]) < 0.0), "conditions vary less with depth"
    soc = dict(zip(flags, found.state.carbon[1:].sum(axis=(0, 1)), strict=True))
    none = soc[0.0, 0.0, 0.0, 0.0]
    assert soc[1.0, 0.0, 0.0, 0.0] < none, "stress leaves less to be stabilised"
    assert soc[0.0, 0.0, 0.0, 1.0] < none, "diversity decomposes more"


def test_the_fixed_point_of_the_memories_does_not_depend_on_where_they_start() -> None:
    case = profile_case(LAYERS, slots=SLOTS)
    setup = case.ready()
    soil = {name: jnp.asarray(value) for name, value in case.state.soil.items()}
    moved = {name: value + 3.0 for name, value in soil.items()}
    for name, value in soil_fixed_point(case.model, setup, soil, case.cycle).items():
        np.testing.assert_allclose(soil_fixed_point(case.model, setup, moved, case.cycle)[name], value, rtol=1e-8)
