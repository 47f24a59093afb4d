"""A parameter set against measurements that it was not fitted to: what it predicts, and what references predict.

Profiles and experiments are predicted by draws of the set through the same yearly operator as in a calibration, with
the spread of sites that the set found (`predictive`). The repository's `validation` makes tables and figures of this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.column.backend import configure, require_float64
from mollisol.column.model import Model
from mollisol.evidence.blind import Blind, blind
from mollisol.evidence.forward import Predicted, Sites, predict, with_parameters
from mollisol.evidence.likelihood import FACTOR_DEPTH
from mollisol.evidence.observations.split import Side
from mollisol.evidence.predictive import SPREAD, Predictive, given_value, predictive
from mollisol.evidence.references import Training, rothc_at_sites, rothc_in_plots, training
from mollisol.models.parameter_sets import ParameterSet
from mollisol.units import InputError

Array = NDArray[np.float64]
Say = Callable[[str], None]

DRAWS = 100
"""Draws of a set that are used, evenly over those that it holds."""

STEP = 0.05
"""Half the step of the central differences that give the slopes of the sites."""

NEEDED = (*SPREAD, "layer_carbon", "layer_radiocarbon", "study_share", "productivity", "plot_input", "experiment")
"""What a set must tell of the spread of sites."""

ROTHC, SHAPE, MEAN = "RothC in every layer", "RothC 0-30 cm x training shape", "training mean"


@dataclass(frozen=True, eq=False)
class ProfilesSaid:
    """What is said of all profiles of `Blind`; values are the report depths.

    Attributes
    ----------
    blind : the profiles.
    log_soc, delta14c : without knowledge of a site's carbon: log kg C/m2, permil.
    given_soc, given_delta14c : given the measured carbon of the first depth.
    exact_soc, exact_delta14c : (site, depth) predictive probability of what was measured, the spread of sites drawn and
        run through the model, as a check on the slopes.
    references : {name: (site, depth)} log SOC; `given_references` given the first depth.
    references_delta14c : {name: (site, depth)} permil.
    turnover : (draw, site, depth) stock over below-ground productivity, yr.
    stock, bnpp : (site, depth) kg C/m2 and kg C/m2/yr, at the best estimate.
    mineral : (draw, site, depth) share of the carbon on minerals.
    """

    blind: Blind
    log_soc: Predictive
    delta14c: Predictive
    given_soc: Predictive
    given_delta14c: Predictive
    exact_soc: Array
    exact_delta14c: Array
    references: Mapping[str, Array]
    given_references: Mapping[str, Array]
    references_delta14c: Mapping[str, Array]
    turnover: Array
    stock: Array
    bnpp: Array
    mineral: Array


@dataclass(frozen=True, eq=False)
class PlotsSaid:
    """What is said of the treatments of experiments of one side; every array (stock,) unless told, kg C/m2.

    Attributes
    ----------
    side : "fit" or "test".
    experiment, treatment : names.
    year, stock, error, first : calendar year, measured stock, its standard error, the stock at the beginning.
    modelled, rothc : stocks.
    probability : predictive probability of less than was measured.
    trajectories : {(experiment, treatment): (years, quantiles (3, year), rothc (year,))}, 5, 50 and 95 % by parameters.
    """

    side: Side
    experiment: NDArray[np.str_]
    treatment: NDArray[np.str_]
    year: Array
    stock: Array
    error: Array
    first: Array
    modelled: Array
    rothc: Array
    probability: Array
    trajectories: Mapping[tuple[str, str], tuple[Array, Array, Array]]


@dataclass(frozen=True, eq=False)
class JarsSaid:
    """What is said of jars of the test side: (observation,) shares respired, and (ratio,) priming ratios.

    Attributes
    ----------
    study, days : (observation,).
    measured, modelled : (observation,) share of a jar's carbon.
    probability : (observation,) predictive probability of less than was measured.
    ratio, ratio_modelled : (ratio,).
    """

    study: NDArray[np.str_]
    days: Array
    measured: Array
    modelled: Array
    probability: Array
    ratio: Array
    ratio_modelled: Array


@dataclass(frozen=True, eq=False)
class Validation:
    """Everything that is said with one parameter set."""

    set: ParameterSet
    profiles: ProfilesSaid
    plots: tuple[PlotsSaid, ...]
    jars: JarsSaid
    training: Training


def validate(folder: str | Path, chosen: ParameterSet, *, draws: int = DRAWS, say: Say | None = None) -> Validation:
    """Predict everything with a parameter set.

    Parameters
    ----------
    folder : of the measurements.
    chosen : the set, for the model `whole_profile`.
    draws : of the set, at most.

    Raises
    ------
    InputError
        Where the folder lacks a file, or the set does not tell the spread of sites.
    """
    from mollisol.models import build

    configure()
    require_float64()
    tell = say or (lambda _: None)
    missing = [name for name in NEEDED if name not in chosen.spread or name not in chosen.spread_draws]
    if missing:
        raise InputError(
            f"the set does not tell {', '.join(missing)}", file=str(chosen.path), key="spread",
            remedy="give a set that 'mollisol calibrate' made",
        )  # fmt: skip
    model = build(chosen.model, chosen.slots)
    passes = int(chosen.configuration.get("passes", 1))
    if model.nonlinear or passes == 0:
        raise InputError(
            "the steady states of its model are found by iteration, which this comparison does not do",
            file=str(chosen.path), key="slots", remedy="give a set for a model without limiting microbes",
        )  # fmt: skip
    drawn = draws_of(chosen, draws)
    known = trained(folder)
    found = blind(folder, model, tell)
    tell(f"profiles by {len(drawn)} draws")
    profiles = profiles_said(found, model, passes, chosen, drawn, known)
    sides: tuple[Side, ...] = ("test", "fit")
    plots = tuple(plots_said(folder, model, passes, drawn, side, tell) for side in sides)
    tell("jars")
    return Validation(chosen, profiles, plots, jars_said(folder, model, passes, chosen, drawn), known)


def draws_of(chosen: ParameterSet, count: int) -> list[dict[str, float]]:
    """Return values of parameters and spread by name, of draws evenly over those of the set."""
    rows = np.unique(np.linspace(0, len(chosen.draws) - 1, min(count, len(chosen.draws))).round().astype(int))
    return [
        dict(zip(chosen.parameters, chosen.draws[row].tolist(), strict=True))
        | {name: float(values[row]) for name, values in chosen.spread_draws.items()}
        for row in rows
    ]


def trained(folder: str | Path) -> Training:
    """Return the means of the fit side's cropland and grassland."""
    from mollisol.evidence.blind import USES
    from mollisol.evidence.observations.he2016 import read_he2016

    return training(read_he2016(folder).of(side="fit", land_use=USES))


def predictor(model: Model, passes: int, names: tuple[str, ...]) -> Callable[..., Predicted]:
    """Return a compiled function of (values, sites, log factor (row, site), log input (site,)) to `Predicted`."""

    def said(values: dict[str, Any], sites: Sites, log_balance: Any, log_input: Any) -> Predicted:
        found = predict(with_parameters(model, values), sites, log_balance, passes)
        # a linear model: inputs scale stocks, and nothing else
        return found._replace(soc=found.soc * jnp.exp(log_input), bnpp=found.bnpp * jnp.exp(log_input))

    compiled = jax.jit(said)

    def one(values: Mapping[str, float], sites: Sites, log_balance: Any, log_input: Any) -> Predicted:
        own = {name: jnp.asarray(values[name]) for name in names}
        return Predicted(*(np.asarray(part) for part in compiled(own, sites, log_balance, log_input)))

    return one


def stacked(found: Predicted) -> Array:
    """Return (site, value) log SOC by depth, then Delta14C (permil)."""
    return np.concatenate([np.log(np.asarray(found.soc)).T, np.asarray(found.delta14c).T], axis=1)


def profiles_said(
    found: Blind, model: Model, passes: int, chosen: ParameterSet, drawn: list[dict[str, float]], known: Training
) -> ProfilesSaid:
    """Predict all profiles: by draws, by references, and with the spread of sites drawn and run through the model."""
    sites, depths = found.sites, found.profiles
    say_one = predictor(model, passes, chosen.parameters)
    count, rows = len(found.kind), np.shape(sites.setup.depth)[0]
    best = dict(zip(chosen.parameters, chosen.best.tolist(), strict=True)) | dict(chosen.spread)
    zero, level = np.zeros((rows, count)), np.zeros(count)
    flat = np.ones((rows, count))
    trend = (np.asarray(sites.setup.depth) - FACTOR_DEPTH) * flat

    def along(direction: Array) -> Array:
        ends = [stacked(say_one(best, sites, sign * STEP * direction, level)) for sign in (1.0, -1.0)]
        return (ends[0] - ends[1]) / (2.0 * STEP)

    size = len(depths.edges) - 1
    by_input = np.concatenate([np.ones((count, size)), np.zeros((count, size))], axis=1)
    slopes = np.stack([by_input, along(flat), along(trend)], axis=-1)

    random = np.random.default_rng(len(drawn))
    measured = np.concatenate([np.log(depths.stock), depths.delta14c], axis=1)
    error = np.concatenate([depths.soc_error, depths.delta14c_error], axis=1)
    means, shaken, turnover, mineral = [], [], [], []
    for values in drawn:
        plain = say_one(values, sites, zero, np.full(count, values["productivity"]))
        means.append(stacked(plain))
        turnover.append((np.asarray(plain.soc) / np.asarray(plain.bnpp)).T)
        mineral.append(np.asarray(plain.mineral).T)
        eta = random.standard_normal((3, count)) * np.array([values[name] for name in SPREAD])[:, None]
        moved = say_one(values, sites, eta[1] * flat + eta[2] * trend, values["productivity"] + eta[0])
        shaken.append(stacked(moved))
    mean, spread = np.stack(means), {name: np.array([values[name] for values in drawn]) for name in SPREAD}
    own = np.stack(
        [[values["layer_carbon"]] * size + [values["layer_radiocarbon"]] * size for values in drawn]
    )  # fmt: skip
    blindly = predictive(mean, slopes, spread, own, error)
    given = given_value(mean, slopes, spread, own, error, measured[:, 0])
    # with the spread of sites in the mean, only what is left in a depth remains around it
    exact = predictive(np.stack(shaken), np.zeros_like(slopes), spread, own, error).probability(measured)
    at_best = say_one(best, sites, zero, np.full(count, best["productivity"]))
    rothc, above = rothc_at_sites(sites, model)
    references, given_references, references_delta = _references(found, rothc, above, best["productivity"], known)
    return ProfilesSaid(
        found, _part(blindly, slice(size)), _part(blindly, slice(size, None)), _part(given, slice(size)),
        _part(given, slice(size, None)), exact[:, :size], exact[:, size:], references, given_references,
        references_delta, np.stack(turnover), np.asarray(at_best.soc).T, np.asarray(at_best.bnpp).T, np.stack(mineral),
    )  # fmt: skip


def _part(whole: Predictive, values: slice) -> Predictive:
    return Predictive(whole.weight, whole.mean[..., values], whole.deviation[..., values])


def _references(
    found: Blind, rothc: Predicted, above: Array, productivity: float, known: Training
) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    """Return the references: log SOC, log SOC given the first depth, and Delta14C."""
    use = np.where(found.profiles.profiles.land_use == "cropland", "cropland", "grassland")
    layers = np.log(np.asarray(rothc.soc)).T + productivity
    shape = np.log(above)[:, None] + productivity + known.at("shape", use)
    mean = known.at("log_soc", use)
    top = np.log(found.profiles.stock[:, :1])
    given = {
        "RothC in every layer, scaled": layers + (top - layers[:, :1]),
        "topsoil x training shape": top + known.at("below_top", use),
        MEAN: mean,
    }
    radiocarbon = {ROTHC: np.asarray(rothc.delta14c).T, MEAN: known.at("delta14c", use)}
    return {ROTHC: layers, SHAPE: shape, MEAN: mean}, given, radiocarbon


def plots_said(
    folder: str | Path, model: Model, passes: int, drawn: list[dict[str, float]], side: Side, say: Say
) -> PlotsSaid:
    """Predict the treatments of one side's experiments, from their first stock and their inputs."""
    from mollisol.evidence.observations.experiments import read_experiments
    from mollisol.evidence.transient import covariance, plots_of, simulated, slopes

    say(f"long-term experiments of the {side} side")
    plots, names = plots_of(read_experiments(folder).of(side=side), model)
    # arrays as arguments: as constants, compiling takes minutes
    compiled = jax.jit(lambda values, plots: simulated(model, values, plots, passes))
    parameters = [name for name in drawn[0] if "." in name]
    courses = np.stack([np.asarray(compiled({n: jnp.asarray(one[n]) for n in parameters}, plots)) for one in drawn])
    column, step = np.asarray(plots.column), np.maximum(np.asarray(plots.year) - 1, 0)
    rothc = rothc_in_plots(plots, names, model)
    measured, error = np.asarray(plots.stock), np.asarray(plots.error)
    logs = np.log(courses[:, step, column])
    taken = jax.jit(lambda plots: slopes(model, {}, plots, passes))(plots)
    spread = jax.jit(lambda values: jnp.sqrt(jnp.diagonal(covariance(values, plots, taken))))
    names_of = ("site_rate", "study_share", "plot_input", "experiment")
    deviation = np.stack([np.asarray(spread({n: jnp.asarray(one[n]) for n in names_of})) for one in drawn])
    said = Predictive(np.full((len(drawn), 1), 1.0 / len(drawn)), logs[:, None], deviation[:, None])
    start = np.array(names.start)
    ends = [int(step[column == k].max()) + 1 for k in range(len(start))]
    trajectories = {
        (names.experiment[k], names.treatment[k]): (
            start[k] + 1.0 + np.arange(ends[k]),
            np.quantile(courses[:, : ends[k], k], [0.05, 0.5, 0.95], axis=0),
            rothc[: ends[k], k],
        )
        for k in range(len(start))
    }
    return PlotsSaid(
        side, np.array(names.experiment)[column], np.array(names.treatment)[column],
        start[column] + np.asarray(plots.year, dtype=np.float64), measured, error, np.asarray(plots.first)[column],
        np.exp(said.centre[0]), rothc[step, column], said.probability(np.log(measured)[None])[0], trajectories,
    )  # fmt: skip


def jars_said(
    folder: str | Path, model: Model, passes: int, chosen: ParameterSet, drawn: list[dict[str, float]]
) -> JarsSaid:
    """Predict the jars of the test side, with the errors of their likelihood."""
    from mollisol.evidence.jars import jars_of, simulated

    jars = jars_of(folder, model, "test")
    compiled = jax.jit(lambda values, jars: simulated(model, values, jars, passes=passes))
    found = [compiled({name: jnp.asarray(one[name]) for name in chosen.parameters}, jars) for one in drawn]
    logs = np.log(np.stack([np.asarray(one.share) for one in found]))
    whitener = np.asarray(jars.whitener)
    deviation = np.broadcast_to(np.sqrt(np.diagonal(np.linalg.inv(whitener.T @ whitener))), logs.shape)
    said = Predictive(np.full((len(drawn), 1), 1.0 / len(drawn)), logs[:, None], deviation[:, None])
    measured = np.asarray(jars.share)
    study = np.array([jars.names[int(i)][0] for i in np.asarray(jars.column)])
    ratios = np.stack([np.asarray(one.ratio) for one in found]) if len(np.asarray(jars.ratio)) else np.zeros((1, 0))
    return JarsSaid(
        study, np.array(jars.days), measured, np.exp(said.centre[0]),
        said.probability(np.log(measured)[None])[0], np.asarray(jars.ratio), np.median(ratios, axis=0),
    )  # fmt: skip
