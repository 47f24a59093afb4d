"""An ensemble of parameters conditioned on the measurements by a smoother, without gradients.

    z_k <- z_k + C_zy (C_yy + a R)^-1 (y + sqrt(a) e_k - f(z_k)),    a times over

the ensemble smoother with data assimilated several times (Emerick & Reynolds 2013): exact for a linear model, and for
any model that can be run. R holds the spread of sites and errors at the best estimates of their own parameters.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.likelihood import Joint, profile_terms
from mollisol.evidence.map_estimate import Peak

Array = NDArray[np.float64]

TIMES = 4
"""How often the data are assimilated, each time with so many times their errors."""


_modelled = jax.jit(lambda joint, z: joint.stacked(joint.predicted(joint.space.values(z))).ravel())


def condition(
    joint: Joint, peak: Peak, *, members: int, seed: int, progress: Callable[[float], None] | None = None
) -> Array:
    """Return (member, axis) standard scores of the model's parameters given the profiles.

    The spread of sites stays at the peak's, and so do the axes that describe it.
    """
    random = np.random.default_rng(seed)
    size = len(joint.space.model_names)
    values = joint.space.values(jnp.asarray(peak.z))
    residual, covariance, known = (
        np.asarray(one) for one in profile_terms(joint, values, joint.predicted(values), peak.slopes)
    )
    seen = np.flatnonzero(known.ravel())
    measured = np.asarray(_modelled(joint, jnp.asarray(peak.z)))[seen] + residual.ravel()[seen]
    error = covariance[np.ix_(seen, seen)]
    root = np.linalg.cholesky(error)
    z = np.repeat(peak.z[None], members, axis=0)
    z[:, :size] = random.standard_normal((members, size))
    for number in range(TIMES):
        modelled = np.stack([np.asarray(_modelled(joint, jnp.asarray(one)))[seen] for one in z])
        noise = (root @ random.standard_normal((len(seen), members))).T * np.sqrt(TIMES)
        off_z, off_y = z[:, :size] - z[:, :size].mean(axis=0), modelled - modelled.mean(axis=0)
        cross, own = off_z.T @ off_y / (members - 1), off_y.T @ off_y / (members - 1)
        gain = np.linalg.solve(own + TIMES * error, cross.T).T
        z[:, :size] += (measured + noise - modelled) @ gain.T
        if progress is not None:
            progress((number + 1) / TIMES)
    return z
