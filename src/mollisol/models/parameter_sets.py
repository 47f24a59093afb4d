"""Parameter sets: what a calibration found for a model, as joint draws. Loads no JAX: a study file is checked with one.

A set is a JSON file. Its draws are of the posterior, all parameters of one draw together, so that what the data say of
parameters jointly (a fast input against a fast loss) is kept. What is not in the set keeps its prior.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.models.choice import settled
from mollisol.models.json_file import JsonFile, named_file, names_in, read_json
from mollisol.models.registry import MODELS
from mollisol.units import InputError, nearest

Array = NDArray[np.float64]

KIND = "parameter set"
PRIORS = "priors"
"""What a study names in place of a set where it wants the priors."""

AUTOMATIC = ("cropland_grassland", "microbial")
"""Sets that a study takes without naming them, the first that holds for its model."""

INDIFFERENT = ("erosion",)
"""Slots that change no rate of the soil, so that a set holds with any alternative in them."""

SCALES = ("lognormal", "logit", "normal")
REQUIRED = ("name", "model", "slots", "parameters", "units", "best", "scale", "lower", "upper", "draws")
OPTIONAL = (
    "covariance", "spread", "spread_draws", "diagnostics", "indistinct", "about", "configuration", "data", "code",
    "created", "prior", "uninformed", "log_posterior", "profiles", "studies",
)  # fmt: skip
LEAST_DRAWS = 2
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class ParameterSet:
    """Parameters of a model as a calibration found them.

    Attributes
    ----------
    name : of the set.
    model, slots : for which it holds; slots that are not named hold their default.
    parameters : (n) names `slot.parameter`.
    units, scale : (n) unit, and the scale on which the draws are about normal.
    best : (n,) best estimate.
    lower, upper : (n,) bounds.
    draws : (m, n) of the posterior.
    covariance : (n, n) of the draws on their scales.
    spread, spread_draws : of sites around the model, by name: medians, and (m,) draws.
    about, code, created : in words.
    diagnostics, indistinct, configuration, data : of the calibration, as in the file.
    path, sha256 : of the file.
    """

    name: str
    model: str
    slots: Mapping[str, str]
    parameters: tuple[str, ...]
    units: tuple[str, ...]
    scale: tuple[str, ...]
    best: Array
    lower: Array
    upper: Array
    draws: Array
    covariance: Array
    spread: Mapping[str, float]
    spread_draws: Mapping[str, Array]
    path: Path
    sha256: str
    about: str = ""
    code: str = ""
    created: str = ""
    diagnostics: Mapping[str, Any] = field(default_factory=dict)
    indistinct: tuple[Any, ...] = ()
    configuration: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shipped(self) -> bool:
        """Whether the set comes with Mollisol."""
        return self.path.parent == folder()

    def record(self) -> dict[str, Any]:
        """Return what identifies the set in a record of a run."""
        return {"name": self.name, "file": self.path.name, "sha256": self.sha256, "parameters": list(self.parameters)}

    def normal(self, values: Array) -> Array:
        """Return values (..., n) on the scales on which they are about normal."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (values - self.lower) / (self.upper - self.lower)
            on = {"lognormal": np.log(values), "logit": np.log(share / (1.0 - share)), "normal": values}
        choices = [np.array([one == scale for one in self.scale]) for scale in SCALES]
        return np.asarray(np.select(choices, [on[scale] for scale in SCALES]))


def folder() -> Path:
    """Return where the sets lie that come with Mollisol."""
    return Path(str(files("mollisol.models"))) / "parameter_sets"


def list_parameter_sets() -> list[str]:
    """Return the names of the sets that come with Mollisol."""
    return names_in(folder())


def parameter_set(name: str) -> ParameterSet:
    """Return a set by its name, or by the path of a file.

    Raises
    ------
    InputError
        Where there is none, or where its file is wrong, by file and key.
    """
    return read_parameter_set(named_file(name, folder(), KIND, f", or '{PRIORS}'"))


def read_parameter_set(path: Path) -> ParameterSet:
    """Read a set and check it.

    Raises
    ------
    InputError
        Naming file and key of what is wrong.
    """
    file = read_json(Path(path), KIND)
    file.check_keys(REQUIRED, OPTIONAL)
    names = file.texts("parameters")
    if not names:
        raise file.wrong("parameters", "is empty")
    for name in names:
        if name.count(".") != 1 or names.count(name) > 1:
            raise file.wrong("parameters", f"'{name}' {'stands twice' if names.count(name) > 1 else 'is no slot.name'}")
    count = len(names)
    lower, upper, best = (np.array(file.numbers(key, count)) for key in ("lower", "upper", "best"))
    scale = file.texts("scale", count)
    for name, one in zip(names, scale, strict=True):
        if one not in SCALES:
            close = nearest(one, SCALES)
            hint = f"did you mean '{close}'? " if close else ""
            raise file.wrong("scale", f"'{one}' of '{name}' is no scale", f"{hint}allowed: {', '.join(SCALES)}")
    made = ParameterSet(
        file.text("name"),
        _model(file),
        _slots(file),
        names,
        file.texts("units", count),
        scale,
        best,
        lower,
        upper,
        _draws(file, count),
        np.zeros((0, 0)),
        {key: file.number(f"spread.{key}", value) for key, value in file.mapping("spread").items()},
        {},
        file.path,
        file.sha256,
        file.text("about", "-"),
        file.text("code", "-"),
        file.text("created", "-"),
        file.mapping("diagnostics"),
        tuple(file.values.get("indistinct", ())),
        file.mapping("configuration"),
        file.mapping("data"),
    )
    _check_values(file, made)
    spread_draws = {key: _spread_draws(file, key, len(made.draws)) for key in file.mapping("spread_draws")}
    for key, value in made.spread.items():
        if key != "productivity" and value < 0.0:
            raise file.wrong(f"spread.{key}", f"is {value:g}, a standard deviation is not negative")
    covariance = _covariance(file, made)
    return _with(made, covariance=covariance, spread_draws=spread_draws)


def _with(made: ParameterSet, **changed: Any) -> ParameterSet:
    import dataclasses

    return dataclasses.replace(made, **changed)


def _model(file: JsonFile) -> str:
    name = file.text("model")
    if name not in MODELS:
        raise file.wrong("model", f"there is no model '{name}'", f"models: {', '.join(MODELS)}")
    return name


def _slots(file: JsonFile) -> Mapping[str, str]:
    given = file.mapping("slots")
    try:
        settled(given)
    except InputError as error:
        raise file.wrong(f"slots.{error.key}", error.message, error.remedy) from None
    return dict(given)


def _draws(file: JsonFile, count: int) -> Array:
    rows = file.values["draws"]
    if not isinstance(rows, list) or len(rows) < LEAST_DRAWS:
        raise file.wrong("draws", f"is not a list of at least {LEAST_DRAWS} draws")
    found = np.empty((len(rows), count))
    for i, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != count:
            raise file.wrong(f"draws[{i}]", f"is not a list of {count} numbers, one for each of 'parameters'")
        found[i] = [file.number(f"draws[{i}][{j}]", one) for j, one in enumerate(row)]
    return found


def _spread_draws(file: JsonFile, key: str, count: int) -> Array:
    values = file.mapping("spread_draws")[key]
    if not isinstance(values, list) or len(values) != count:
        raise file.wrong(f"spread_draws.{key}", f"is not a list of {count} numbers, one for each of 'draws'")
    return np.array([file.number(f"spread_draws.{key}[{i}]", one) for i, one in enumerate(values)])


def _check_values(file: JsonFile, made: ParameterSet) -> None:
    for j, name in enumerate(made.parameters):
        lower, upper = made.lower[j], made.upper[j]
        if not lower < upper:
            raise file.wrong("lower", f"of '{name}' is {lower:g}, not below its upper bound {upper:g}")
        slack = ROUNDING * (upper - lower)
        for key, values in (("best", made.best[None, j]), ("draws", made.draws[:, j])):
            outside = np.flatnonzero((values < lower - slack) | (values > upper + slack))
            if outside.size:
                at = f"draws[{outside[0]}]" if key == "draws" else key
                raise file.wrong(at, f"'{name}' is {values[outside[0]]:g}, outside its bounds {lower:g} to {upper:g}")
            if not np.all(np.isfinite(made.normal(np.broadcast_to(made.best, made.draws.shape))[:, j])):
                raise file.wrong(
                    "best", f"'{name}' is {made.best[j]:g}, which the scale '{made.scale[j]}' does not have"
                )


def _covariance(file: JsonFile, made: ParameterSet) -> Array:
    """Return the covariance of the file, or of the draws where the file has none."""
    count = len(made.parameters)
    if "covariance" not in file.values:
        return np.atleast_2d(np.cov(made.normal(made.draws), rowvar=False))
    rows = file.values["covariance"]
    if (
        not isinstance(rows, list)
        or len(rows) != count
        or not all(isinstance(r, list) and len(r) == count for r in rows)
    ):
        raise file.wrong("covariance", f"is not a list of {count} lists of {count} numbers")
    found = np.array([[file.number(f"covariance[{i}][{j}]", v) for j, v in enumerate(r)] for i, r in enumerate(rows)])
    scale = max(float(np.max(np.abs(found))), np.finfo(float).tiny)
    if np.max(np.abs(found - found.T)) > 1e-6 * scale:
        raise file.wrong("covariance", "is not symmetric")
    if np.min(np.linalg.eigvalsh(found)) < -1e-6 * scale:
        raise file.wrong("covariance", "is not a covariance: it has a negative variance along some direction")
    return found


def misfit(made: ParameterSet, model: str, slots: Mapping[str, str]) -> str | None:
    """Say why a set does not hold for a model with its slots filled; None where it does.

    Slots that are not named hold their default, in the set as in the model; `INDIFFERENT` slots do not count.
    """
    if model != made.model:
        return f"it is for the model '{made.model}'"
    own, other = settled(made.slots), settled(slots)
    wrong = [slot for slot in own if own[slot] != other[slot] and slot not in INDIFFERENT]
    if not wrong:
        return None
    return "it is for " + ", ".join(f"'{slot}: {own[slot]}'" for slot in wrong)


def chosen_set(named: str | None, model: str, slots: Mapping[str, str]) -> ParameterSet | None:
    """Return the set that a study draws from; None for the priors.

    Parameters
    ----------
    named : a set, the path of one, or "priors"; None for the first of `AUTOMATIC` that exists and holds.
    model, slots : of the study.

    Raises
    ------
    InputError
        For a set that is named and does not hold for the model.
    """
    if named == PRIORS:
        return None
    if named is None:
        shipped = list_parameter_sets()
        found = (parameter_set(name) for name in AUTOMATIC if name in shipped)
        return next((one for one in found if misfit(one, model, slots) is None), None)
    made = parameter_set(named)
    why = misfit(made, model, slots)
    if why is not None:
        remedy = f"use these slots, another set, or '{PRIORS}'"
        raise InputError(f"the parameter set '{made.name}' does not hold for this model: {why}", remedy=remedy)
    return made
