"""What a varying environment does to microbes beyond the mean of their response: four hypotheses, all off at first.

The exact effect of averaging a nonlinear response is another matter (Jensen's term); this is physiology, for which no
field quantification exists.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

import jax.numpy as jnp
from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.rates import Rates
from mollisol.processes.averaging import TEMPERATURE_VARIATION
from mollisol.processes.base import process
from mollisol.units import parameter

REFERENCE = 10.0
"""degC from which temperature is counted in the moments, so that their difference keeps its digits."""


@process
class PhysiologicalVariability:
    """Stress, flexibility, legacy and diversity: four terms with a strength each, which is zero unless it is given.

    Departures d are counted in `temperature_scale` and `saturation_scale` (s = water / porosity). The soil remembers
    exponentially: what is recent, what is past, and the mean and the mean square of a long time, whose difference
    is the variance v. Every term is saturating, so that all factors stay between 0 and 1 + strength.
    """

    slot: ClassVar[str] = "variability"
    name: ClassVar[str] = "physiological"
    equation: ClassVar[str] = (
        "growth *= 1 - stress S / (1 + S), the rest is respired, S = d(recent)^2 + unresolved;  "
        "biology *= (1 + flexibility v / (1 + v) D / (1 + D)) (1 + legacy d / sqrt(1 + d^2)) (1 + diversity v / (1 + v)"
        ");  D = d(mean)^2;  d = past - now;  dx/dt = (now - x) / time for x = recent, past, mean, mean square"
    )
    optional: ClassVar[tuple[str, ...]] = TEMPERATURE_VARIATION
    reads: ClassVar[tuple[str, ...]] = (
        "forcing.temperature", "forcing.water", "soil.porosity", "soil.temperature_recent", "soil.saturation_recent",
        "soil.temperature_past", "soil.saturation_past", "soil.temperature_mean", "soil.temperature_square",
        "soil.saturation_mean", "soil.saturation_square",
    )  # fmt: skip
    starts: ClassVar[Mapping[str, float]] = {
        "temperature_recent": 10.0, "saturation_recent": 0.5, "temperature_past": 10.0, "saturation_past": 0.5,
        "temperature_mean": 0.0, "temperature_square": 0.0, "saturation_mean": 0.5, "saturation_square": 0.25,
    }  # fmt: skip
    tested_at: ClassVar[Mapping[str, float]] = {"stress": 0.4, "flexibility": 0.6, "legacy": -0.3, "diversity": 0.5}

    stress: Array = parameter(
        0.0, "1", 0.0, 1.0, "Schimel, Balser & Wallenstein 2007: stress diverts carbon from growth to survival; no "
        "field quantification", confidence="low", distribution="normal", spread=0.3,
        about="share of the growth that the strongest change of conditions costs",
    )  # fmt: skip
    flexibility: Array = parameter(
        0.0, "1", -0.9, 3.0, "Hawkes & Keitt 2015: communities of variable climates respond more broadly; no field "
        "quantification", confidence="low", distribution="normal", spread=0.5,
        about="relative gain of activity of adapted microbes far from the mean conditions",
    )  # fmt: skip
    legacy: Array = parameter(
        0.0, "1", -1.0, 1.0, "Hawkes et al. 2017: past rain controls today's respiration; Evans & Wallenstein 2012; no "
        "field quantification", confidence="low", distribution="normal", spread=0.3,
        about="relative change of activity where the past was much warmer and wetter than now",
    )  # fmt: skip
    diversity: Array = parameter(
        0.0, "1", -0.9, 3.0, "Maron et al. 2018: less diverse soil respires up to 40 % less; that variability keeps "
        "diversity is a hypothesis", confidence="low", distribution="normal", spread=0.3,
        about="relative gain of activity by the diversity that great variability keeps",
    )  # fmt: skip
    temperature_scale: Array = parameter(
        5.0, "K", 1.0, 20.0, "half of the seasonal amplitude of a temperate topsoil: a choice", confidence="low",
        distribution="lognormal", spread=0.3, about="departure of temperature that counts as one",
    )  # fmt: skip
    saturation_scale: Array = parameter(
        0.15, "1", 0.03, 0.6, "from field capacity half way to the wilting point of a loam: a choice",
        confidence="low", distribution="lognormal", spread=0.3,
        about="departure of the relative water saturation that counts as one",
    )  # fmt: skip
    recent: Array = parameter(
        0.1, "yr", 0.01, 0.5, "microbial turnover of weeks to months: a choice", confidence="low",
        distribution="lognormal", spread=0.5, about="time over which microbes get used to conditions",
    )  # fmt: skip
    past: Array = parameter(
        1.0, "yr", 0.2, 10.0, "legacies of rain lasted from a season to years (Evans & Wallenstein 2012)",
        confidence="low", distribution="lognormal", spread=0.5, about="time over which past conditions are remembered",
    )  # fmt: skip
    adaptation: Array = parameter(
        10.0, "yr", 1.0, 50.0, "transplanted communities had not adapted after years (Hawkes & Keitt 2015): a choice",
        confidence="low", distribution="lognormal", spread=0.5,
        about="time over which flexibility and diversity follow the variability",
    )  # fmt: skip

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Scale all biology filled so far, and turn a share of the growth into respiration."""
        soil, saturation = drivers.soil, _saturation(drivers)
        temperature = drivers.forcing["temperature"]
        warmth, wetness = self.temperature_scale, self.saturation_scale

        def squared(reference: Array | float, now: Array, scale: Array) -> Array:
            return ((now - reference) / scale) ** 2

        change = squared(soil["temperature_recent"], temperature, warmth) + squared(
            soil["saturation_recent"], saturation, wetness
        )
        change = change + _within_month(drivers) / warmth**2
        variance = (soil["temperature_square"] - soil["temperature_mean"] ** 2) / warmth**2
        variance = variance + (soil["saturation_square"] - soil["saturation_mean"] ** 2) / wetness**2
        away = squared(soil["temperature_mean"], temperature - REFERENCE, warmth) + squared(
            soil["saturation_mean"], saturation, wetness
        )
        before = (soil["temperature_past"] - temperature) / warmth + (soil["saturation_past"] - saturation) / wetness
        varied = variance / (1.0 + variance)
        factor = (
            (1.0 + self.flexibility * varied * away / (1.0 + away))
            * (1.0 + self.legacy * before / jnp.sqrt(1.0 + before**2))
            * (1.0 + self.diversity * varied)
        )
        return _diverted(rates.scale_biology(factor), self.stress * change / (1.0 + change))

    def advance_soil(self, soil: Mapping[str, Array], drivers: Drivers, years: float) -> dict[str, Array]:
        """Let each memory approach the month's conditions, exactly; linear in the memory."""
        temperature, saturation = drivers.forcing["temperature"], _saturation(drivers)
        counted = temperature - REFERENCE
        now = {
            "temperature_recent": (temperature, self.recent),
            "saturation_recent": (saturation, self.recent),
            "temperature_past": (temperature, self.past),
            "saturation_past": (saturation, self.past),
            "temperature_mean": (counted, self.adaptation),
            "temperature_square": (counted**2 + _within_month(drivers), self.adaptation),
            "saturation_mean": (saturation, self.adaptation),
            "saturation_square": (saturation**2, self.adaptation),
        }
        return {name: x + (soil[name] - x) * jnp.exp(-years / time) for name, (x, time) in now.items()}


def _saturation(drivers: Drivers) -> Any:
    return drivers.forcing["water"] / drivers.soil["porosity"]


def _within_month(drivers: Drivers) -> Any:
    """Variance of temperature within the month (K2), of day and night and from day to day, as far as it is known."""
    daily, day_to_day = (drivers.forcing.get(name, 0.0) for name in TEMPERATURE_VARIATION)
    return 0.5 * daily**2 + day_to_day**2


def _diverted(rates: Rates, share: Array) -> Rates:
    """Respire a share of what microbes grow on."""
    growth = rates.transfer["microbial", "dissolved"]
    kept = {**rates.transfer, ("microbial", "dissolved"): growth * (1.0 - share)}
    return dataclasses.replace(rates, transfer=kept).add_respired("dissolved", growth * share)
