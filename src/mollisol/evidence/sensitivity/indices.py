"""Where the variance comes from: slopes of all factors, then Sobol indices of those that matter."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.sensitivity.evaluate import BASELINE, STEADY, StudyFunction
from mollisol.evidence.sensitivity.measurements import informed, reduction

if TYPE_CHECKING:
    from mollisol.study.schema import StudySpec

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]

SAMPLES = 256
"""Base samples of the Sobol indices; the runs are this times the factors and two."""

JOINT = 512
"""Joint samples of a posterior, from which the spread comes where a parameter set is used."""

NOTICED = 0.01
"""Share of a variance below which a factor is left at its best estimate in the Sobol indices."""

MOST = 20
SMALL = 0.02
"""An effect whose spread at a depth is less than this share of the largest of any depth is not looked at there."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """How uncertain a study's predictions are, and what of.

    Attributes
    ----------
    function : the study.
    best : (quantity, depth) Mg C/ha at the best estimates.
    spread : (quantity, depth) standard deviation: relative of stocks, in Mg C/ha of effects.
    slopes : (quantity, depth, factor) change of ln(stock), or of an effect in Mg C/ha, with one standard deviation.
    elasticities : (quantity, depth, factor) d ln(stock) / d ln(factor), d effect / d ln(factor) in Mg C/ha.
    screened : (quantity, depth, factor) share of the variance by the slopes alone.
    sampled : numbers of the factors of the Sobol indices.
    first, first_error, total, total_error : (quantity, depth, sampled factor) Sobol indices and 95 % half-widths.
    reductions : {measurement: (quantity, depth) share of the variance that it is expected to take away}.
    runs : how many samples were run.
    """

    function: StudyFunction
    best: Array
    spread: Array
    slopes: Array
    elasticities: Array
    screened: Array
    sampled: NDArray[np.intp]
    first: Array
    first_error: Array
    total: Array
    total_error: Array
    reductions: dict[str, Array]
    runs: int

    @property
    def relative(self) -> NDArray[np.bool_]:
        """(quantity,) whether it is a stock, looked at by its logarithm."""
        return np.array([name in (STEADY, BASELINE) for name in self.function.quantities])

    def ranked(self, quantity: int, depth: int = -1) -> list[tuple[str, float]]:
        """Return measurements by the share of the variance that they take away, the largest first."""
        found = [(name, float(value[quantity, depth])) for name, value in self.reductions.items()]
        return sorted((one for one in found if np.isfinite(one[1])), key=lambda one: -one[1])


def sensitivity(
    spec: StudySpec, samples: int = SAMPLES, seed: int = 1, progress: Progress | None = None
) -> Sensitivity:
    """Return the sensitivity of a study's carbon by depth and of its practices' effects at the end of the run.

    Parameters
    ----------
    spec : a checked study.
    samples : base samples of the Sobol indices, a power of 2.
    seed : of the samples.

    Raises
    ------
    InputError
        For a model that a year's operator cannot tell, see `study_function`.
    """
    from mollisol.evidence.sensitivity.evaluate import study_function

    function = study_function(spec, progress)
    return indices(function, samples, seed, progress)


def indices(function: StudyFunction, samples: int, seed: int, progress: Progress | None = None) -> Sensitivity:
    """Return the sensitivity of a study that is made a function."""
    count = len(function.factors)
    step = np.concatenate([np.zeros((count, 1)), np.eye(count), -np.eye(count)], axis=1)
    for number, factor in enumerate(function.factors):
        low, high = factor.bounds()
        step[number] = np.clip(step[number], low, high)
    tried = scaled(function, function(step, progress))
    slopes = 0.5 * (tried[..., 1 : count + 1] - tried[..., count + 1 :])
    variance = np.einsum("qdf,fg,qdg->qd", slopes, function.correlation, slopes)
    with np.errstate(divide="ignore", invalid="ignore"):
        screened = np.where(variance[..., None] > 0.0, slopes**2 / np.sum(slopes**2, axis=-1, keepdims=True), 0.0)
    looked = np.sqrt(variance) >= SMALL * np.max(np.sqrt(variance), axis=1, keepdims=True)
    largest = np.max(np.where(looked[..., None], screened, 0.0), axis=(0, 1))
    order = np.argsort(-largest)[:MOST]
    sampled = np.sort(order[largest[order] >= NOTICED])
    found, spread, runs = sobol(function, sampled, samples, seed, progress)
    if function.parameter_set is not None:
        together = scaled(function, function(joint_scores(function, JOINT, seed), progress))
        spread, runs = together.std(axis=-1), runs + JOINT
    whole = np.maximum(variance, spread**2)
    known = informed(function.factors)
    return Sensitivity(
        function,
        function_value(function, tried[..., 0]),
        np.sqrt(whole),
        slopes,
        _elasticities(function, slopes),
        screened,
        sampled,
        *found,
        {name: reduction(slopes, function.correlation, whole, one) for name, one in known.items()},
        runs + step.shape[1],
    )


def joint_scores(function: StudyFunction, samples: int, seed: int) -> Array:
    """Return scores (factor, sample) of all factors together, correlated as the function says, within their bounds."""
    from scipy.special import ndtr

    random = np.random.default_rng([seed, samples])
    root = np.linalg.cholesky(function.correlation + 1e-9 * np.eye(len(function.factors)))
    probability = ndtr(root @ random.standard_normal((len(function.factors), samples)))
    return np.stack([one.score(row) for one, row in zip(function.factors, probability, strict=True)])


def scaled(function: StudyFunction, values: Array) -> Array:
    """Return (quantity, depth, sample) values as they are looked at: stocks by their logarithm."""
    found = values.copy()
    for number, name in enumerate(function.quantities):
        if name in (STEADY, BASELINE):
            found[number] = np.log(values[number])
    return found


def function_value(function: StudyFunction, looked: Array) -> Array:
    """Return (quantity, depth) values from what `scaled` makes of them."""
    names = function.quantities
    return np.stack(
        [np.exp(one) if name in (STEADY, BASELINE) else one for name, one in zip(names, looked, strict=True)]
    )


def sobol(
    function: StudyFunction, sampled: NDArray[np.intp], samples: int, seed: int, progress: Progress | None
) -> tuple[tuple[Array, Array, Array, Array], Array, int]:
    """Return Sobol indices (first, error, total, error), the standard deviation (quantity, depth), and the runs.

    Factors that are not sampled stay at their best estimates; correlations of a posterior are no part of these.
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampler

    names = [function.factors[i].name for i in sampled]
    problem: dict[str, Any] = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    uniform = np.asarray(sampler.sample(problem, samples, calc_second_order=False, seed=seed)).T
    z = np.zeros((len(function.factors), uniform.shape[1]))
    # a share of exactly 0 or 1 has no finite score
    inside = np.clip(uniform, 0.5 / samples**2, 1.0 - 0.5 / samples**2)
    for row, number in enumerate(sampled):
        z[number] = function.factors[number].score(inside[row])
    values = scaled(function, function(z, progress))
    shape = (*values.shape[:2], len(names))
    found = tuple(np.full(shape, np.nan) for _ in range(4))
    for quantity, depth in np.ndindex(*values.shape[:2]):
        own = values[quantity, depth]
        if np.std(own) <= 1e-9 * max(1.0, abs(float(np.mean(own)))):
            continue
        made = analysis.analyze(problem, own, calc_second_order=False, num_resamples=100, seed=seed)
        for array, key in zip(found, ("S1", "S1_conf", "ST", "ST_conf"), strict=True):
            array[quantity, depth] = made[key]
    return (found[0], found[1], found[2], found[3]), values.std(axis=-1), uniform.shape[1]


def _elasticities(function: StudyFunction, slopes: Array) -> Array:
    """Return slopes by the logarithm of each factor, NaN where its best estimate is not positive."""
    found = np.full_like(slopes, np.nan)
    for number, factor in enumerate(function.factors):
        low, high = factor.bounds()
        ends = factor.value(np.array([min(1.0, high), max(-1.0, low)]))
        if np.all(ends > 0.0):
            found[..., number] = slopes[..., number] * 2.0 / float(np.log(ends[0] / ends[1]))
    return found


def with_gradient(made: Sensitivity) -> Sensitivity:
    """Return the sensitivity with the exact gradient through the steady state in place of its elasticities."""
    from mollisol.evidence.sensitivity.evaluate import EDGES
    from mollisol.evidence.sensitivity.gradient import steady_elasticities
    from mollisol.models import build
    from mollisol.models.parameter_sets import chosen_set
    from mollisol.study.draws import drawn_model

    function = made.function
    spec, choice = function.spec, function.spec.model
    chosen = chosen_set(choice.parameter_set, choice.name, choice.slots)
    model, _ = drawn_model(build(choice.name, choice.slots), 1, spec.seed, choice.parameters, chosen)
    positive = [
        (i, one.name) for i, one in enumerate(function.factors) if one.kind == "model" and one.prior.value > 0.0
    ]
    found = made.elasticities.copy()
    at = [i for i, _ in positive]
    found[function.quantities.index(STEADY)][:, at] = steady_elasticities(spec, model, [n for _, n in positive], EDGES)
    return dataclasses.replace(made, elasticities=found)
