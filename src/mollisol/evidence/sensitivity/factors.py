"""What a prediction is uncertain of: parameters of the model, inputs, properties of the profile, of practices.

A factor's value is a function of its standard score z, normal on the scale of its prior (or of the posterior of a
parameter set) and truncated to its bounds, as an ensemble's draws are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.units import Parameter, parameter, parameters_of

if TYPE_CHECKING:
    from mollisol.models.parameter_sets import ParameterSet

Array = NDArray[np.float64]

LEVEL = 2.5
"""Standard scores at which a property is tried that changes the arrays of a run; between them it acts linearly, and
beyond them it is not drawn."""

RECOVERY = "occlusion.recovery"
"""Parameter of the model that acts through the aggregation that a year's tillage leaves."""


@dataclass(frozen=True)
class Factor:
    """Something uncertain.

    Attributes
    ----------
    name : `slot.parameter`, `inputs.NAME`, `profile.NAME` or `practice.NAME.parameter`.
    prior : what is known of it.
    """

    name: str
    prior: Parameter

    @property
    def kind(self) -> str:
        """Where it acts: "inputs", "profile", "practice" or "model"."""
        first = self.name.split(".")[0]
        return first if first in ("inputs", "profile", "practice") else "model"

    @property
    def tried(self) -> bool:
        """Whether it changes the arrays of a run, beside the model's parameters and the scales of the inputs."""
        return (self.kind in ("profile", "practice") and self.name != "profile.carbon") or self.name == RECOVERY

    def value(self, z: Array) -> Array:
        """Return its values at standard scores."""
        from scipy.special import expit, logit, ndtr

        one = self.prior
        score = np.asarray(z, dtype=np.float64)
        if one.distribution == "uniform":
            return np.asarray(one.lower + (one.upper - one.lower) * ndtr(score))
        if one.distribution == "lognormal":
            return np.asarray(one.value * np.exp(one.spread * score))
        if one.distribution == "logit":
            centre = logit((one.value - one.lower) / (one.upper - one.lower))
            return np.asarray(one.lower + (one.upper - one.lower) * expit(centre + one.spread * score))
        return np.asarray(one.value + one.spread * score)

    def bounds(self) -> tuple[float, float]:
        """Return the standard scores of its bounds, and of its levels where it is tried."""
        low, high = self._of_prior()
        return (max(low, -LEVEL), min(high, LEVEL)) if self.tried else (low, high)

    def _of_prior(self) -> tuple[float, float]:
        one = self.prior
        if one.distribution in ("uniform", "logit"):
            return -np.inf, np.inf
        if one.distribution == "lognormal":
            low = np.log(one.lower / one.value) if one.lower > 0.0 else -np.inf
            return low / one.spread, np.log(one.upper / one.value) / one.spread
        return (one.lower - one.value) / one.spread, (one.upper - one.value) / one.spread

    def score(self, probability: Array) -> Array:
        """Return the standard scores of probabilities, truncated to the bounds."""
        from scipy.special import ndtr, ndtri

        low, high = (ndtr(each) for each in self.bounds())
        return np.asarray(ndtri(low + (high - low) * probability))

    def levels(self) -> tuple[float, float]:
        """Return the upper and the lower value at which a property is tried, within its bounds."""
        low, high = self.bounds()
        return float(self.value(np.array(high))), float(self.value(np.array(low)))

    def weights(self, z: Array) -> Array:
        """Return (2, sample): how far a value lies towards the upper and towards the lower level, 1 at it."""
        upper, lower = self.levels()
        best, value = self.prior.value, self.value(z)
        return np.stack(
            [np.maximum(value - best, 0.0) / (upper - best), np.maximum(best - value, 0.0) / (best - lower)]
        )


PLOTS = "coefficients of variation of stocks 5-35 % by scale (Goidts et al. 2009)"


@dataclass(frozen=True)
class SiteUncertainty:
    """What is uncertain of a site beside the model: factors on what the study gives."""

    yields: float = parameter(
        1.0, "1", 0.5, 2.0, "chosen: farm records and yield maps commonly differ by 5-15 %", confidence="low",
        distribution="lognormal", spread=0.10, about="multiplies all yields, hence straw, roots and exudates",
    )  # fmt: skip
    root_depth: float = parameter(
        1.0, "1", 0.4, 2.5, "between the families of root distribution, the depth above which half or nine tenths of "
        "the roots lie differs by 20-50 %", confidence="low", distribution="lognormal", spread=0.25,
        about="stretches the depth of roots and what they release",
    )  # fmt: skip
    carbon: float = parameter(
        1.0, "1", 0.3, 3.0, f"laboratory 5 %, one pit for its field 10 %: {PLOTS}", confidence="low",
        distribution="lognormal", spread=0.11, about="multiplies the measured carbon content",
    )  # fmt: skip
    clay: float = parameter(
        1.0, "1", 0.4, 1.7, "chosen: between laboratories and within a field, 10-20 % of the content",
        confidence="low", distribution="lognormal", spread=0.15, about="multiplies the clay content",
    )  # fmt: skip
    bulk_density: float = parameter(
        1.0, "1", 0.7, 1.3, "analytical 6 % (soil.measurement_error), within a field about as much; filled by a "
        "pedotransfer function 0.17-0.20 g/cm3", confidence="low", distribution="lognormal", spread=0.09,
        about="multiplies the bulk density, hence stocks and the mass that minerals have",
    )  # fmt: skip


FILLED_DENSITY = 0.14
"""Spread of a bulk density that was filled by a pedotransfer function: 0.19 g/cm3 of 1.35."""

SITE_NAMES = {
    "yields": "inputs.yields", "root_depth": "profile.root_depth", "carbon": "profile.carbon", "clay": "profile.clay",
    "bulk_density": "profile.bulk_density",
}  # fmt: skip
SCALES = ("above_ground_scale", "below_ground_scale")


def factors_of(
    model: Any,
    given: Mapping[str, float],
    chosen: ParameterSet | None,
    practices: Mapping[str, Parameter],
    filled_density: bool,
) -> list[Factor]:
    """Return the factors of a study.

    Parameters
    ----------
    model : whose parameters vary, without those that the study gives.
    given : values that the study fixes, by `slot.parameter`.
    chosen : the parameter set of the study: its posterior takes the place of the priors that it knows.
    practices : the practices' own parameters, by `practice.parameter`.
    filled_density : whether the profile's bulk density was filled.
    """
    from mollisol.plants.allocation import AllocationParameters

    known = {
        f"{one.slot}.{name}": prior
        for one in model.processes
        for name, prior in parameters_of(one).items()
        if prior.distribution != "fixed" and f"{one.slot}.{name}" not in given
    }
    if chosen is not None:
        known |= {name: prior for name, prior in posteriors(chosen).items() if name not in given}
    allocation = parameters_of(AllocationParameters)
    known |= {f"inputs.{name}": allocation[name] for name in SCALES}
    known |= {SITE_NAMES[name]: prior for name, prior in parameters_of(SiteUncertainty).items()}
    if filled_density:
        from dataclasses import replace

        known["profile.bulk_density"] = replace(known["profile.bulk_density"], spread=FILLED_DENSITY)
    known |= {f"practice.{name}": prior for name, prior in practices.items() if prior.distribution != "fixed"}
    return [Factor(name, prior) for name, prior in known.items()]


def posteriors(chosen: ParameterSet) -> dict[str, Parameter]:
    """Return each parameter of a set as a distribution of its own: best estimate and spread on its scale."""
    spread = np.sqrt(np.diag(chosen.covariance))
    return {
        name: Parameter(
            float(chosen.best[i]), chosen.units[i], float(chosen.lower[i]), float(chosen.upper[i]),
            f"the parameter set {chosen.name}", "computed", chosen.scale[i], float(spread[i]),  # type: ignore[arg-type]
        )
        for i, name in enumerate(chosen.parameters)
    }  # fmt: skip


def correlation_of(factors: list[Factor], chosen: ParameterSet | None) -> Array:
    """Return (factor, factor) the correlation of their standard scores: that of the set, else none."""
    found = np.eye(len(factors))
    if chosen is None:
        return found
    at = {one.name: i for i, one in enumerate(factors)}
    inside = [(i, at[name]) for i, name in enumerate(chosen.parameters) if name in at]
    scale = np.sqrt(np.diag(chosen.covariance))
    for i, a in inside:
        for j, b in inside:
            found[a, b] = chosen.covariance[i, j] / (scale[i] * scale[j])
    return found
