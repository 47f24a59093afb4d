"""Draws of the parameters from their priors: the members of an ensemble.

Draws are stratified (each parameter's probability is cut into as many equal parts as there are members), truncated
to the parameter's bounds, and depend on the seed, the parameter's name and the number of members alone. One member
is the best estimate.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.units import Parameter

Array = NDArray[np.float64]


def draw(name: str, parameter: Parameter, members: int, seed: int) -> Array:
    """Return (member,) values of one parameter, in its unit."""
    from scipy.special import expit, logit, ndtr, ndtri

    if members == 1 or parameter.distribution == "fixed":
        return np.full(members, parameter.value)
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    probability = (rng.permutation(members) + rng.random(members)) / members
    lower, upper, spread = parameter.lower, parameter.upper, parameter.spread
    if parameter.distribution == "uniform":
        return lower + (upper - lower) * probability
    if parameter.distribution == "logit":
        centre = logit((parameter.value - lower) / (upper - lower))
        return np.asarray(lower + (upper - lower) * expit(centre + spread * ndtri(probability)))
    lognormal = parameter.distribution == "lognormal"

    def position(value: float) -> float:
        if not lognormal:
            return (value - parameter.value) / spread
        return np.log(value / parameter.value) / spread if value > 0.0 else -np.inf

    low, high = ndtr(position(lower)), ndtr(position(upper))
    score = ndtri(low + (high - low) * probability)
    return np.asarray(parameter.value * np.exp(spread * score) if lognormal else parameter.value + spread * score)


def draws(parameters: Mapping[str, Parameter], members: int, seed: int) -> dict[str, Array]:
    """Return {name: (member,)} for a table of parameters."""
    return {name: draw(name, one, members, seed) for name, one in parameters.items()}


def drawn_model(
    model: Any, members: int, seed: int, given: Mapping[str, float] | None = None
) -> tuple[Any, dict[str, Array]]:
    """Return the model with (member,) parameters, and the values of those that are drawn, by `slot.parameter`.

    Those that are `given` have that value in every member.
    """
    import dataclasses

    from mollisol.units import parameters_of

    processes, values = [], {}
    for process in model.processes:
        table = {f"{process.slot}.{name}": one for name, one in parameters_of(process).items()}
        drawn = draws(table, members, seed)
        drawn |= {name: np.full(members, value) for name, value in (given or {}).items() if name in table}
        processes.append(dataclasses.replace(process, **{name.split(".")[1]: value for name, value in drawn.items()}))
        values.update(
            {name: drawn[name] for name, one in table.items() if one.distribution != "fixed" or name in (given or {})}
        )
    return dataclasses.replace(model, processes=tuple(processes)), values
