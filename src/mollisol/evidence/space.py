"""The space of a calibration: parameters of the model as standard scores of their priors.

A parameter is z = 0 at its prior's best estimate and z = 1 one standard deviation above it, on the scale on which its
prior is normal (logarithm or logit; a normal prior is a logit between its bounds with the same slope at the best
estimate), so that every prior is a standard normal and every bound is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.units import InputError, Parameter, nearest, parameters_of

Array = Any


@dataclass(frozen=True)
class Axis:
    """One parameter: its name `slot.parameter` and what is known of it before."""

    name: str
    prior: Parameter

    def value(self, z: Array) -> Array:
        """Return the parameter's value at a standard score."""
        prior = self.prior
        if prior.distribution == "lognormal":
            return prior.value * jnp.exp(prior.spread * z)
        if prior.distribution == "logit":
            width = prior.upper - prior.lower
            centre = (prior.value - prior.lower) / width
            return prior.lower + width / (1.0 + (1.0 / centre - 1.0) * jnp.exp(-prior.spread * z))
        return prior.lower + self._width / (1.0 + jnp.exp(-(self._centre + self._slope * z)))

    def inside(self, z: Array) -> Array:
        """Whether the values at standard scores lie within the prior's bounds; a lognormal one alone can leave them."""
        value = np.asarray(self.value(jnp.asarray(z)))
        return (value >= self.prior.lower) & (value <= self.prior.upper)

    @property
    def _width(self) -> float:
        return self.prior.upper - self.prior.lower

    @property
    def _centre(self) -> float:
        """Logit of the best estimate within the bounds of a normal prior."""
        share = (self.prior.value - self.prior.lower) / self._width
        return float(np.log(share / (1.0 - share)))

    @property
    def _slope(self) -> float:
        """Change of that logit for one standard deviation: near the best estimate the prior is normal."""
        share = (self.prior.value - self.prior.lower) / self._width
        return float(self.prior.spread / (self._width * share * (1.0 - share)))

    def score(self, value: Array) -> Array:
        """Return the standard score of a value."""
        prior = self.prior
        if prior.distribution == "lognormal":
            return np.log(value / prior.value) / prior.spread
        if prior.distribution == "logit":
            width = prior.upper - prior.lower

            def odds(v: Array) -> Array:
                return np.log((v - prior.lower) / (prior.upper - v))

            return (odds(np.asarray(value)) - odds(prior.value + 0.0 * width)) / prior.spread
        inside = (np.asarray(value) - prior.lower) / self._width
        return (np.log(inside / (1.0 - inside)) - self._centre) / self._slope


HYPER = {
    "site_input": Parameter(
        0.35, "1", 0.02, 2.0, "NPP of sites around climate relations", "low", distribution="lognormal", spread=0.4,
        about="standard deviation of the logarithm of a site's inputs around what its climate allows",
    ),
    "site_rate": Parameter(
        0.35, "1", 0.02, 2.0, "minerals, history and water that are not known", "low", distribution="lognormal",
        spread=0.4, about="standard deviation of the logarithm of a site's factor on the loss of mineral carbon",
    ),
    "site_trend": Parameter(
        0.35, "1", 0.02, 2.0, "as site_rate", "low", distribution="lognormal", spread=0.4,
        about="standard deviation of how that factor's logarithm changes over a metre of depth",
    ),
    "study_share": Parameter(
        0.5, "1", 0.0, 1.0, "profiles of a study share climate, soil and laboratory", "low", distribution="logit",
        spread=1.0, about="share of the variance between sites that the profiles of a study have in common",
    ),
    "layer_carbon": Parameter(
        0.2, "1", 0.02, 1.0, "what remains of the logarithm of SOC by depth", "low", distribution="lognormal",
        spread=0.4, about="standard deviation of the logarithm of carbon that is left in a depth",
    ),
    "layer_radiocarbon": Parameter(
        50.0, "permil", 5.0, 300.0, "He et al. 2016: RMSE 50 permil above, 100 below", "medium",
        distribution="lognormal", spread=0.4, about="standard deviation of Delta14C that is left in a depth",
    ),
    "productivity": Parameter(
        0.0, "1", -2.0, 2.0, "bias of the climate relation for managed land", "low", distribution="normal",
        spread=0.3, about="logarithm of the mean ratio of inputs to what the climate relation gives",
    ),
    "plot_input": Parameter(
        0.25, "1", 0.02, 1.0, "carbon of roots and stubble from yields: equations of allocation differ by about as "
        "much (Keel et al. 2017)", "low", distribution="lognormal", spread=0.4,
        about="standard deviation of the logarithm of what plants leave in a treatment of an experiment",
    ),
    "experiment": Parameter(
        0.08, "1", 0.01, 0.5, "what remains of the logarithm of SOC in plots", "low", distribution="lognormal",
        spread=0.4, about="standard deviation of the logarithm of a plot's carbon beside its own error",
    ),
}  # fmt: skip
"""What describes the spread of sites around the model; estimated with its parameters."""


@dataclass(frozen=True)
class Space:
    """Axes in order: first the model's parameters, then those of the spread, of which others keep their best value."""

    axes: tuple[Axis, ...]
    model_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.axes)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(axis.name for axis in self.axes)

    def values(self, z: Array) -> dict[str, Array]:
        """Return {name: value} at a point (axis, ...)."""
        kept = {name: jnp.asarray(prior.value) for name, prior in HYPER.items()}
        return {**kept, **{axis.name: axis.value(z[i]) for i, axis in enumerate(self.axes)}}

    def point(self, values: Mapping[str, float]) -> NDArray[np.float64]:
        """Return the point (axis,) of values; axes that are not named are at their best estimates."""
        return np.array([float(axis.score(values[axis.name])) if axis.name in values else 0.0 for axis in self.axes])


def space_of(model: Any, names: Sequence[str], spread: Sequence[str] = tuple(HYPER)) -> Space:
    """Return the space of some of a model's parameters and of the spread of sites.

    Raises
    ------
    InputError
        For a parameter that the model does not have, or whose prior is fixed.
    """
    known = {f"{one.slot}.{key}": prior for one in model.processes for key, prior in parameters_of(one).items()}
    axes = []
    for name in names:
        if name not in known:
            close = nearest(name, list(known))
            hint = f"did you mean '{close}'? " if close else ""
            raise InputError(
                f"the model has no parameter '{name}'", key="parameters", remedy=f"{hint}see mollisol models"
            )
        if known[name].distribution not in ("lognormal", "logit", "normal"):
            raise InputError(f"'{name}' has no prior to start from", key="parameters", remedy="leave it out")
        axes.append(Axis(name, known[name]))
    return Space((*axes, *(Axis(name, HYPER[name]) for name in spread)), tuple(names))
