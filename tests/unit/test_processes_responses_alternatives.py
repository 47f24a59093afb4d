"""The alternatives of temperature, moisture and oxygen in limits whose answer is known."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_cases import profile_case, some_carbon
from mollisol.column import Drivers, Rates
from mollisol.models.rothc.rates import maximum_deficit, moisture_modifier
from mollisol.processes import (
    Arrhenius,
    DiffusionConsumption,
    DiffusionConsumption1961,
    LloydTaylor,
    MoistureDeficit,
    RelativeSaturation,
    RelativeSaturationBothLimbs,
)


def prepared(process: Any, forcing: Mapping[str, Any], soil: Mapping[str, Any] | None = None) -> Drivers:
    """Drivers of one column whose rows are the values given, all of them below the surface."""
    rows = {name: jnp.asarray(values, dtype=float)[:, None] for name, values in forcing.items()}
    ground = {name: jnp.asarray(values, dtype=float)[:, None] for name, values in (soil or {}).items()}
    shape = next(iter(rows.values())).shape
    drivers = Drivers(jnp.full(shape, 0.1), jnp.full(shape, 0.1), ground, rows)
    return Drivers(drivers.thickness, drivers.depth, ground, {**rows, **process.prepare(drivers)})


def activity(process: Any, forcing: Mapping[str, Any], soil: Mapping[str, Any] | None = None) -> np.ndarray:
    return np.asarray(process({}, prepared(process, forcing, soil), Rates()).activity)[:, 0]


@pytest.mark.parametrize("process", [LloydTaylor(), Arrhenius()])
def test_rates_hold_at_ten_degrees_and_rise_with_warming(process: Any) -> None:
    found = activity(process, {"temperature": [10.0, *np.linspace(-30.0, 40.0, 71)]})
    assert found[0] == 1.0
    assert np.all(np.diff(found[1:]) > 0.0)


def test_lloyd_and_taylor_is_the_published_curve_and_more_sensitive_in_the_cold() -> None:
    temperature = np.array([-5.0, 0.0, 5.0, 20.0, 30.0])
    published = np.exp(308.56 * (1.0 / 56.02 - 1.0 / (temperature + 273.15 - 227.13)))
    np.testing.assert_allclose(activity(LloydTaylor(), {"temperature": temperature}), published, rtol=1e-13)
    q10 = activity(LloydTaylor(), {"temperature": [0.0, 10.0, 20.0]})
    assert q10[1] / q10[0] > q10[2] / q10[1]


@pytest.mark.parametrize("temperature", [-46.0, -46.02, -46.021, -50.0, -200.0])
def test_lloyd_and_taylor_stops_in_the_cold_with_a_finite_gradient(temperature: float) -> None:
    def response(process: LloydTaylor, value: Any) -> Any:
        return process.response(value)

    value, slopes = jax.value_and_grad(response, argnums=(0, 1))(LloydTaylor(), temperature)
    assert 0.0 <= float(value) < 1e-300
    assert np.all(np.isfinite(jax.tree_util.tree_leaves(slopes)))


@given(st.floats(20.0, 100.0), st.floats(-30.0, 40.0))
@settings(deadline=None, max_examples=30)
def test_arrhenius_has_the_slope_of_its_energy(energy: float, temperature: float) -> None:
    """d ln f / d(1 / T) = -E / R, wherever it is taken."""
    lower, upper = activity(Arrhenius(depolymerisation=energy), {"temperature": [temperature, temperature + 1.0]})
    step = 1.0 / (temperature + 274.15) - 1.0 / (temperature + 273.15)
    assert np.log(upper / lower) / step == pytest.approx(-energy / 8.314462618e-3, rel=1e-9)


def test_arrhenius_gives_each_kind_of_reaction_its_own_energy() -> None:
    process = Arrhenius()
    drivers = prepared(process, {"temperature": [20.0]})
    rates = process({}, drivers, Rates())

    def published(energy: float) -> float:
        return float(np.exp(energy / 8.314462618e-3 * (1.0 / 283.15 - 1.0 / 293.15)))

    energies = {"slow_litter": 53.0, "pyrogenic": 53.0, "dissolved": 47.0, "microbial": 47.0, "mineral": 20.0}
    for pool, energy in energies.items():
        assert float(rates.decomposition(pool)[0, 0]) == pytest.approx(published(energy), rel=1e-12)
    assert float(rates.of_kind("sorption", 1.0)[0, 0]) == pytest.approx(published(5.0), rel=1e-12)


def test_equal_energies_are_one_response_and_leave_sorption_alone() -> None:
    process = Arrhenius(depolymerisation=50.0, uptake=50.0, turnover=50.0, desorption=50.0, sorption=0.0)
    rates = process({}, prepared(process, {"temperature": [-5.0, 25.0]}), Rates())
    for kind in ("uptake", "turnover", "desorption", "sorption"):
        np.testing.assert_allclose(rates.kinds[kind], 1.0, rtol=1e-12)


def test_warming_shifts_the_balance_from_mineral_to_dissolved_carbon_in_the_assembled_model() -> None:
    """Sorption rises less than release, release less than uptake."""
    case = profile_case(slots={"temperature": "arrhenius"}, seasonal=False)
    carbon = some_carbon(case)
    cold = case.rates(carbon)
    warmer = {**case.setup.forcing, "temperature": case.setup.forcing["temperature"] + 10.0}
    warm = dataclasses.replace(case, setup=dataclasses.replace(case.setup, forcing=warmer)).rates(carbon)
    flows = [
        ("mineral", "dissolved"),
        ("dissolved", "mineral"),
        ("microbial", "dissolved"),
        ("dissolved", "slow_litter"),
    ]
    ratio = [float(np.mean(warm.transfer[flow][1:3] / cold.transfer[flow][1:3])) for flow in flows]
    assert np.all(np.diff(ratio) > 0.0)
    assert ratio[0] == pytest.approx(1.07, abs=0.03)


def test_relative_saturation_is_moyanos_parabola_over_its_maximum() -> None:
    s = np.linspace(0.0, 1.0, 41)
    parabola = 3.11 * s - 2.42 * s**2
    both = activity(RelativeSaturationBothLimbs(), {"relative_saturation": s})
    np.testing.assert_allclose(both, parabola / (3.11**2 / (4.0 * 2.42)), rtol=2e-4, atol=1e-12)
    rising = activity(RelativeSaturation(), {"relative_saturation": s})
    dry = s < 0.6426
    np.testing.assert_array_equal(rising[dry], both[dry])
    np.testing.assert_array_equal(rising[~dry], 1.0)
    assert both[-1] == pytest.approx(0.69, abs=0.005)
    assert 0.0 <= both.min() <= both.max() <= 1.0


def test_litter_on_the_surface_does_not_lack_oxygen_for_the_falling_limb() -> None:
    forcing = {"relative_saturation": jnp.array([[1.0], [1.0]])}
    drivers = Drivers(jnp.array([[0.0], [0.1]]), jnp.array([[0.0], [0.05]]), {}, forcing)
    found = np.asarray(RelativeSaturationBothLimbs().prepare(drivers)["moisture_response"])[:, 0]
    assert found[0] == 1.0
    assert found[1] < 0.7


def deficit(water: list[float], process: MoistureDeficit | None = None) -> np.ndarray:
    """Response of a soil of porosity 0.5, field capacity 0.3 and wilting point 0.1."""
    rows = np.ones(len(water))
    soil = {"porosity": 0.5 * rows, "field_capacity": 0.3 * rows, "wilting_point": 0.1 * rows}
    return activity(process or MoistureDeficit(), {"relative_saturation": np.array(water) / 0.5}, soil)


def test_rothc_moisture_falls_from_the_onset_to_wilting_point_and_no_further() -> None:
    onset = 0.3 - 0.444 * 0.2
    found = deficit([0.5, 0.3, onset, 0.5 * (onset + 0.1), 0.1, 0.02])
    np.testing.assert_allclose(found, [1.0, 1.0, 1.0, 0.6, 0.2, 0.2], rtol=1e-12)


@pytest.mark.parametrize("covered", [True, False])
def test_rothc_moisture_is_that_of_the_classic_where_the_deficits_agree(covered: bool) -> None:
    """The maximum is that under plants in bare soil too, which at its own limit of 0.556 has 0.84 and not 0.2."""
    largest = maximum_deficit(23.4, 23.0)
    months = np.linspace(0.0, 1.4, 15) * largest / 0.75
    runs = [moisture_modifier([0.0], [demand], [covered], 23.4, 23.0) for demand in months]
    classic, share = (np.array([run[i][0] for run in runs]) for i in (0, 1))
    share = share / largest
    assert share.max() == pytest.approx(1.0 if covered else 0.556, abs=1e-3)
    found = deficit(list(0.3 - share * 0.2))
    np.testing.assert_allclose(found, classic, rtol=1e-12)
    assert found.min() == pytest.approx(0.2 if covered else 0.84, abs=2e-3)


def oxygen(cls: type, air: float) -> np.ndarray:
    """Response by layer of the default grid at an ordinary year's respiration, 0.5 kg C/m2/yr."""
    case = profile_case(tillage=False, rotation=False, seasonal=False)
    process, thickness, depth = cls(), case.setup.thickness, case.setup.depth
    share = np.exp(-depth / 0.25) * (depth > 0.0) * np.concatenate([[0.0], case.grid.thickness])[:, None]
    share = share / share.sum()
    rows = np.ones_like(depth)
    forcing = {"temperature": 10.0 * rows, "air_filled_porosity": air * rows, "root_respiration": 0.0 * rows}
    drivers = Drivers(thickness, depth, {"porosity": 0.45 * rows}, forcing)
    drivers = Drivers(thickness, depth, drivers.soil, {**forcing, **process.prepare(drivers)})
    before = Rates().add_respired("dissolved", jnp.ones_like(rows))
    after = process({"dissolved": jnp.asarray(0.5 * share)}, drivers, before)
    return np.asarray(after.respired["dissolved"])[1:, 0]


def test_the_later_tortuosity_lets_a_well_drained_soil_breathe_and_chokes_a_moist_one() -> None:
    """At an air-filled porosity of 0.10 it is not the drained soil of the default: it conducts a seventh of it."""
    assert np.all(oxygen(DiffusionConsumption1961, 0.25) > 0.9)
    assert np.all(oxygen(DiffusionConsumption, 0.10) > 0.9)
    deep = oxygen(DiffusionConsumption1961, 0.10)
    assert deep[-1] < 0.75
    assert np.all(oxygen(DiffusionConsumption1961, 0.10) < oxygen(DiffusionConsumption, 0.10))
    np.testing.assert_array_equal(oxygen(DiffusionConsumption1961, 0.0), oxygen(DiffusionConsumption, 0.0))
    assert oxygen(DiffusionConsumption1961, 0.0)[-1] == pytest.approx(DiffusionConsumption1961().floor, abs=0.01)


@pytest.mark.parametrize(
    ("cls", "air", "porosity", "expected"),
    [
        # Dp/D0 = e^(10/3) / phi^2 of the literature, and e^2 / phi^(2/3)
        (DiffusionConsumption1961, 0.25, 0.5, 0.0394),
        (DiffusionConsumption1961, 0.10, 0.5, 0.0019),
        (DiffusionConsumption1961, 0.20, 0.45, 0.0231),
        (DiffusionConsumption, 0.25, 0.5, 0.0992),
    ],
)
def test_tortuosity_in_numbers(cls: Callable[[], Any], air: float, porosity: float, expected: float) -> None:
    assert float(cls().tortuosity(air, porosity)) == pytest.approx(expected, rel=0.03)


def test_a_water_filled_soil_has_a_finite_gradient_under_the_later_tortuosity() -> None:
    slope = jax.grad(lambda air: DiffusionConsumption1961().tortuosity(air, 0.45))(0.0)
    assert float(slope) == 0.0
