"""Draws of the parameters: the members of an ensemble.

Draws from priors are stratified (each parameter's probability is cut into as many equal parts as there are members),
truncated to the parameter's bounds, and depend on the seed, the parameter's name and the number of members alone.
Members of a parameter set are joint draws of a posterior, taken evenly along the direction in which they vary most. One
member is the best estimate.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.units import InputError, Parameter, nearest

if TYPE_CHECKING:
    from mollisol.models.parameter_sets import ParameterSet
    from mollisol.study.schema import StudySpec

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


def drawn_for(spec: StudySpec, name: str, parameter: Parameter) -> Array:
    """Return (member,) values of a parameter for the members of a study, which may be a part of a larger ensemble."""
    first, total = spec.part or (0, spec.ensemble)
    return draw(name, parameter, total, spec.seed)[first : first + spec.ensemble]


def rows_of_set(made: ParameterSet, members: int, seed: int) -> NDArray[np.int64]:
    """Return (member,) which of the draws of a parameter set each member takes: all as equally often as can be.

    Draws are put in order along their first principal component and taken at even steps from a random start.
    """
    scores = made.normal(made.draws)
    spread = scores.std(axis=0)
    scaled = (scores - scores.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    direction = np.linalg.eigh(scaled.T @ scaled)[1][:, -1]
    direction = direction * np.sign(direction[np.argmax(np.abs(direction))])
    order = np.argsort(scaled @ direction, kind="stable")
    rng = np.random.default_rng([seed, zlib.crc32(b"parameter set")])
    taken = np.floor((np.arange(members) + rng.random()) * len(order) / members).astype(np.int64)
    return np.asarray(rng.permutation(order[taken]))


def draws_of_set(made: ParameterSet, members: int, seed: int) -> dict[str, Array]:
    """Return {name: (member,)} of a parameter set; one member is its best estimate."""
    rows = made.best[None] if members == 1 else made.draws[rows_of_set(made, members, seed)]
    return {name: rows[:, i] for i, name in enumerate(made.parameters)}


def spread_of_set(made: ParameterSet | None, members: int, seed: int) -> dict[str, Array]:
    """Return {name: (member,)} how sites spread around the model, of the draws that `draws_of_set` takes."""
    if made is None:
        return {}
    single = {name: np.full(members, value) for name, value in made.spread.items()}
    if members == 1:
        return single
    rows = rows_of_set(made, members, seed)
    return single | {name: values[rows] for name, values in made.spread_draws.items()}


def check_set(model: Any, made: ParameterSet) -> None:
    """Raise `InputError` unless a model has every parameter of a set, in the same unit."""
    from mollisol.units import parameters_of

    known = {f"{one.slot}.{key}": p for one in model.processes for key, p in parameters_of(one).items()}
    for name, unit in zip(made.parameters, made.units, strict=True):
        if name not in known:
            close = nearest(name, known)
            raise InputError(
                f"the model has no parameter '{name}'",
                file=made.path.name,
                key="parameters",
                remedy=f"did you mean '{close}'?" if close else "see 'mollisol models whole_profile'",
            )
        if unit != known[name].unit:
            told = f"'{name}' is in {unit}, the model has it in {known[name].unit}"
            raise InputError(told, file=made.path.name, key="units", remedy="convert the values")


def drawn_model(
    model: Any, members: int, seed: int, given: Mapping[str, float] | None = None, made: ParameterSet | None = None
) -> tuple[Any, dict[str, Array]]:
    """Return the model with (member,) parameters, and the values of those that are drawn, by `slot.parameter`.

    Those that are `given` have that value in every member; those of the parameter set `made` are drawn from it
    together, the others from their priors.

    Raises
    ------
    InputError
        Where the model lacks a parameter of the set.
    """
    import dataclasses

    from mollisol.units import parameters_of

    if made is not None:
        check_set(model, made)
    joint = {} if made is None else draws_of_set(made, members, seed)
    processes, values = [], {}
    for process in model.processes:
        table = {f"{process.slot}.{name}": one for name, one in parameters_of(process).items()}
        drawn = draws(table, members, seed)
        drawn |= {name: value for name, value in joint.items() if name in table}
        drawn |= {name: np.full(members, value) for name, value in (given or {}).items() if name in table}
        processes.append(dataclasses.replace(process, **{name.split(".")[1]: value for name, value in drawn.items()}))
        told = {*joint, *(given or {})}
        values.update({name: drawn[name] for name, one in table.items() if one.distribution != "fixed" or name in told})
    return dataclasses.replace(model, processes=tuple(processes)), values
