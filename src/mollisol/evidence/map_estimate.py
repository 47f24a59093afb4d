"""The most probable point of a calibration and the normal approximation around it.

The slopes of the sites (`Joint.slopes`) are taken at the point, the point is found for these slopes, and so on until it
stays: the first-order method of mixed-effects models. The covariance is the inverse of the Hessian there (Laplace).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.gather import Say
from mollisol.evidence.likelihood import Joint, posterior_and_gradient, slopes_at
from mollisol.units import RunError

Array = NDArray[np.float64]

ROUNDS = 40
"""How often the slopes are taken anew at most."""

STAYS = 0.05
"""The point stays when no standard score moves by more than this with new slopes."""

DIFFERENCE = 0.02
"""Step of the Hessian's differences, in standard scores."""


@dataclass(frozen=True, eq=False)
class Peak:
    """The most probable point.

    Attributes
    ----------
    z : (axis,) standard scores.
    slopes : (site, value, 3) of the sites, at the point.
    covariance : (axis, axis) of the standard scores.
    log_posterior : there.
    rounds : how often slopes were taken.
    """

    z: Array
    slopes: Any
    covariance: Array
    log_posterior: float
    rounds: int


class Unsettled(RunError):
    """There is no most probable point: new slopes of the sites lead to another one, again and again, or to a saddle.

    Parameters
    ----------
    moved : by how many standard deviations the point still moves.
    course : log posterior of every round.
    last : the point of the last round, where sampling may begin.
    saddle : whether the point came to rest where the posterior is no maximum.
    """

    def __init__(self, moved: float, course: Sequence[float], last: Peak, saddle: bool = False) -> None:
        self.moved, self.course, self.last = moved, tuple(course), last
        super().__init__(
            f"the point of round {len(course)} is no maximum of the posterior; start from another one"
            if saddle
            else f"the most probable point still moves by {moved:.2f} standard deviations after {len(course)} rounds"
        )


def most_probable(joint: Joint, say: Say | None = None) -> Peak:
    """Find the most probable point and the covariance around it.

    Raises
    ------
    Unsettled
        Where the point does not settle, or is no maximum.
    """
    from scipy.optimize import minimize

    tell = say or (lambda _: None)
    z = np.zeros(len(joint.space))

    def against(slopes: Any) -> Any:
        def negative(point: Array) -> tuple[float, Array]:
            value, gradient = posterior_and_gradient(joint, jnp.asarray(point), slopes)
            found = np.asarray(gradient, dtype=np.float64)
            if not (np.isfinite(value) and np.isfinite(found).all()):
                # the line search steps back from where the model cannot be evaluated
                return 1e12, np.zeros_like(point)
            return -float(value), -found

        return negative

    slopes: Any = None
    step, reach, course = np.zeros_like(z), np.inf, []
    for number in range(1, ROUNDS + 1):
        taken = slopes_at(joint, jnp.asarray(z))
        # half way from the last ones: where two points lead to each other, whole steps would go round for ever
        slopes = taken if slopes is None else 0.5 * (slopes + taken)
        near = list(zip(z - reach, z + reach, strict=True))
        best = minimize(against(slopes), z, jac=True, method="L-BFGS-B", bounds=near, options={"maxiter": 200})
        last, step, z = step, best.x - z, best.x
        moved, before = float(np.max(np.abs(step))), float(np.max(np.abs(last)))
        tell(f"round {number}: log posterior {-best.fun:.2f} after {best.nfev} evaluations, moved by {moved:.2f}")
        course.append(-float(best.fun))
        stays = moved <= STAYS and moved < reach
        if stays:
            break
        # slopes hold nearby: a point that swings back without coming to rest is kept nearer, one that goes on is not
        if step @ last < 0.0 and moved > 0.5 * before:
            reach = 0.5 * moved
        elif moved >= reach:
            reach *= 1.5
    values, vectors = _curvature(against(slopes), z)
    # along an axis where the point is no maximum the prior's own curvature, 1
    covariance = (vectors / np.where(values > 0.0, values, 1.0)) @ vectors.T
    found = Peak(z, slopes, covariance, -float(best.fun), number)
    if not stays:
        raise Unsettled(moved, course, found)
    if values.min() <= 0.0:
        raise Unsettled(moved, course, found, saddle=True)
    return found


def _curvature(negative: Any, z: Array) -> tuple[Array, Array]:
    """Return eigenvalues and eigenvectors of the Hessian, from central differences of the gradient."""
    size = len(z)
    hessian = np.empty((size, size))
    for i in range(size):
        step = np.zeros(size)
        step[i] = DIFFERENCE
        hessian[i] = (negative(z + step)[1] - negative(z - step)[1]) / (2.0 * DIFFERENCE)
    values, vectors = np.linalg.eigh(0.5 * (hessian + hessian.T))
    return values, vectors
