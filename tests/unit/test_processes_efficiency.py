"""Carbon-use efficiency that follows its surroundings: each term alone, and its bounds."""

import dataclasses
from typing import Any

import jax.numpy as jnp
import pytest

from mollisol.column import Drivers, Rates
from mollisol.processes import EnvironmentalEfficiency
from mollisol.processes.pools import POOLS

BEST = {
    "temperature": 20.0,
    "matric_potential": 0.0,
    "air_filled_porosity": 1e9,
    "nitrogen_supply": 1e9,
}
"""20 degC, saturated with water and air alike, and no end of nitrogen: nothing limits."""


def efficiency(carbon: dict[str, float] | None = None, process: Any = None, **forcing: float) -> float:
    process = process or EnvironmentalEfficiency()
    field = {name: jnp.full((1, 1), value) for name, value in {**BEST, **forcing}.items()}
    drivers = Drivers(jnp.ones((1, 1)), jnp.ones((1, 1)), {}, field)
    drivers = dataclasses.replace(drivers, forcing={**field, **process.prepare(drivers)})
    stocks = {pool.name: jnp.full((1, 1), (carbon or {"fast_litter": 1.0}).get(pool.name, 0.0)) for pool in POOLS}
    return float(process(stocks, drivers, Rates()).efficiency[0, 0])


def test_where_nothing_limits_it_is_the_published_one() -> None:
    assert efficiency() == pytest.approx(0.475, rel=1e-9)
    # slope of the published line where it was measured, and close to the line over the temperatures of soils
    slope = (efficiency(temperature=20.01) - efficiency(temperature=19.99)) / 0.02
    assert slope == pytest.approx(-0.016, rel=1e-5)
    for temperature in (5.0, 10.0, 15.0, 25.0, 30.0):
        assert efficiency(temperature=temperature) == pytest.approx(0.475 - 0.016 * (temperature - 20.0), abs=0.03)


@pytest.mark.parametrize(
    ("forcing", "least", "most"),
    [
        ({"matric_potential": -1.5}, 0.80, 0.95),  # the wilting point
        ({"air_filled_porosity": 0.0}, 0.2, 0.5),  # a fifth to a half of the aerobic yield
        ({"temperature": 30.0}, 0.6, 0.75),
    ],
)
def test_drought_want_of_oxygen_and_warmth_lower_it(forcing: dict[str, float], least: float, most: float) -> None:
    assert least < efficiency(**forcing) / efficiency() < most


def test_drained_pores_hardly_lower_it() -> None:
    assert efficiency(air_filled_porosity=0.2) / efficiency() > 0.95


def test_mineral_carbon_gives_less_energy_than_litter() -> None:
    process = EnvironmentalEfficiency()
    expected = 0.475 * (1.0 - process.energy)
    assert efficiency({"mineral": 1.0}) == pytest.approx(expected, rel=1e-9)
    mixed = efficiency({"mineral": 1.0, "slow_litter": 0.1})
    assert expected < mixed < efficiency()


def test_without_mineral_nitrogen_poor_litter_is_used_worse_than_rich_matter() -> None:
    alone = {"nitrogen_supply": 0.0}
    slow, fast = efficiency({"slow_litter": 1.0}, **alone), efficiency({"fast_litter": 1.0}, **alone)
    assert slow < fast < efficiency()
    # far from enough nitrogen: growth takes all of it, 8 kg C with each kg N
    assert slow == pytest.approx(8.0 / 80.0, rel=0.01)
    rich = dataclasses.replace(EnvironmentalEfficiency(), energy=0.0)
    assert efficiency({"mineral": 1.0}, rich, **alone) > 0.9 * efficiency()


def test_it_lies_between_0_and_1_wherever_its_terms_lead() -> None:
    for temperature in (-60.0, 60.0):
        for potential in (0.0, -1e4):
            for air in (0.0, 0.6):
                for nitrogen in (0.0, 1.0):
                    for carbon in ({"slow_litter": 1e3}, {"mineral": 1e-9}, {"dissolved": 1.0}):
                        found = efficiency(
                            carbon, temperature=temperature, matric_potential=potential, air_filled_porosity=air,
                            nitrogen_supply=nitrogen,
                        )  # fmt: skip
                        assert 0.0 < found < 1.0
