"""The joint likelihood of measurements of several kinds.

Profiles (carbon and radiocarbon by depth). A site i differs from the model by its own productivity and by a factor on
the loss of mineral carbon, smooth in depth (the same factor as that of a `balanced` initial state):

    y_i = f_i(theta) + J_i eta_i + e_i,    eta_i ~ N(0, D),    e_i ~ N(0, S_i)

y holds log SOC and Delta14C of the report depths, J_i is f's slope in (log input, log factor, its trend over depth) at
the best estimate: the first-order method of mixed-effects models. Profiles of one study share part of eta. Turnover:
the mean over croplands of log (stock / BNPP) by depth. Minerals: the mean share of mineral-associated carbon of
topsoils.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.column.model import Model
from mollisol.evidence.forward import Predicted, Sites, predict, with_parameters
from mollisol.evidence.space import Space

Array = Any
LOG_2PI = float(np.log(2.0 * np.pi))

MISSING = 1e6
"""Variance of a value that is missing: its residual is 0, so it says nothing; its constant is taken off."""

PERMIL_SCALE = 100.0
"""Radiocarbon enters in units of 100 permil, so that both kinds of values are of order one."""

FACTOR_DEPTH = 0.5
"""m; the depth at which a site's factor has no trend."""


class ProfileData(NamedTuple):
    """Profiles on report depths.

    Attributes
    ----------
    log_soc, soc_error : (site, depth) logarithm of kg C/m2 and relative error; NaN where missing.
    delta14c, delta14c_error : (site, depth) permil.
    study : (site,) number of the study.
    """

    log_soc: Array
    soc_error: Array
    delta14c: Array
    delta14c_error: Array
    study: Array


class Summary(NamedTuple):
    """Means over profiles, compared with the model's mean over sites.

    Attributes
    ----------
    value : (depth,) NaN where missing.
    covariance : (depth, depth) of their errors.
    sites : (site,) which of them count, 0 or 1.
    """

    value: Array
    covariance: Array
    sites: Array


NEARBY = 1e-4
"""Step of the differences of what a settled model says, in the logarithms of a site's input and factor."""


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["model", "sites", "profiles", "turnover", "minerals", "extra"],
    meta_fields=["space", "passes"],
)
@dataclass(frozen=True, eq=False)
class Joint:
    """Everything that a calibration compares; a tree of arrays, so that other data need no other program.

    Attributes
    ----------
    model : with the parameters' defaults.
    space : of the calibration.
    sites, profiles : columns and what was measured in them.
    turnover : logarithm of stock over BNPP (depth,), over croplands.
    minerals : share of mineral-associated carbon in the uppermost depth, by land use (group,).
    extra : further terms, `jax.tree_util.Partial` of (joint, values) -> log-likelihood.
    passes : see `predict`; 0 iterates steady states until they stay, as models with microbes always do.
    """

    model: Model
    space: Space
    sites: Sites
    profiles: ProfileData
    turnover: Summary | None = None
    minerals: tuple[Summary, ...] = ()
    extra: tuple[Any, ...] = ()
    passes: int = 1

    @property
    def depth(self) -> Array:
        """(row, 1) m."""
        return self.sites.setup.depth

    def trend(self) -> Array:
        """(row, 1): what a unit of a site's trend adds to the logarithm of its factor."""
        return jnp.asarray(self.depth) - FACTOR_DEPTH

    @property
    def settles(self) -> bool:
        """Whether steady states are iterated until they stay, and rates follow the state from then on."""
        return self.passes == 0 or self.model.nonlinear

    def predicted(
        self, values: dict[str, Array], log_balance: Array | float = 0.0, log_input: Array | float = 0.0
    ) -> Predicted:
        """Return what the model says of all sites at parameter values; `log_input` where the model settles only."""
        if self.settles:
            return self.settled(values, log_balance, log_input)[0]
        own = {name: values[name] for name in self.space.model_names}
        found = predict(with_parameters(self.model, own), self.sites, jnp.asarray(log_balance), self.passes)
        scale = jnp.exp(values["productivity"])
        # a linear model: inputs scale stocks, and nothing else
        return found._replace(soc=found.soc * scale, bnpp=found.bnpp * scale)

    def settled(
        self, values: dict[str, Array], log_balance: Array | float = 0.0, log_input: Array | float = 0.0
    ) -> tuple[Predicted, Array]:
        """Return the same of a model whose rates follow the state, and (site,) whether a site has a steady state."""
        from mollisol.evidence.settled import predict_settled

        own = {name: values[name] for name in self.space.model_names}
        model, scale = with_parameters(self.model, own), values["productivity"] + log_input
        return predict_settled(model, self.sites, jnp.asarray(log_balance), scale)

    def stacked(self, found: Predicted) -> Array:
        """Return (site, value): log SOC by depth, then Delta14C in units of `PERMIL_SCALE`."""
        return jnp.concatenate([jnp.log(found.soc).T, found.delta14c.T / PERMIL_SCALE], axis=1)

    def slopes(self, z: Array) -> Array:
        """Return J (site, value, 3) at a point: slopes in log input, log factor and its trend."""
        values = self.space.values(jnp.asarray(z))
        rows, count = np.shape(self.depth)[0], self.sites.mass.shape[-1]

        if self.settles:
            return self._settled_with_slopes(values)[2]

        def along(direction: Array) -> Array:
            def moved(t: Array) -> Array:
                return self.stacked(self.predicted(values, t * jnp.broadcast_to(direction, (rows, count))))

            return jax.jvp(moved, (jnp.zeros(()),), (jnp.ones(()),))[1]

        depths = self.profiles.log_soc.shape[1]
        by_input = jnp.concatenate([jnp.ones((count, depths)), jnp.zeros((count, depths))], axis=1)
        return jnp.stack([by_input, along(jnp.ones_like(self.trend())), along(self.trend())], axis=-1)

    def _settled_with_slopes(self, values: dict[str, Array]) -> tuple[Predicted, Array, Array]:
        """Return `settled` and the slopes where inputs do more than scale stocks, by differences.

        A steady state is found to a tolerance far below the step, and a run costs a third of a derivative through it.
        """

        def moved(own: Array) -> tuple[Predicted, Array]:
            return self.settled(values, own[1] + own[2] * self.trend(), own[0])

        around, exist = jax.lax.map(moved, NEARBY * jnp.concatenate([jnp.zeros((1, 3)), jnp.eye(3)]))
        told = jax.vmap(self.stacked)(around)
        found, exists = jax.tree.map(lambda one: one[0], (around, exist))
        return found, exists, jnp.moveaxis((told[1:] - told[0]) / NEARBY, 0, -1)

    def log_likelihood(self, z: Array, slopes: Array) -> Array:
        """Return the logarithm of the likelihood at a point, for frozen slopes; -inf where a site has no steady state.

        Which sites those are, and why, says `settled.without_steady_state`.
        """
        return self._found_and_log_likelihood(z, slopes)[2]

    def _found_and_log_likelihood(self, z: Array, slopes: Array | None) -> tuple[Predicted, Array, Array]:
        values = self.space.values(z)
        if not self.settles:
            slopes, found = self.slopes(z) if slopes is None else slopes, self.predicted(values)
            return found, slopes, self._log_likelihood(values, found, slopes)
        if slopes is None:
            found, exists, slopes = self._settled_with_slopes(values)
        else:
            found, exists = self.settled(values)
        likelihood = self._log_likelihood(values, found, slopes)
        return found, slopes, jnp.where(jnp.all(exists), likelihood, -jnp.inf)

    def found_and_posterior(self, z: Array) -> tuple[Predicted, Array, Array]:
        """Return what the model says at a point, the slopes there, and the log posterior with these slopes."""
        found, slopes, likelihood = self._found_and_log_likelihood(z, None)
        return found, slopes, likelihood - 0.5 * jnp.sum(z**2)

    def _log_likelihood(self, values: dict[str, Array], found: Predicted, slopes: Array) -> Array:
        residual, noise, scaled, known = scattered(self, values, found, slopes)
        effects = site_effects(scaled, self.profiles.study, values["study_share"])
        total = low_rank_gaussian(residual.ravel(), noise.ravel(), effects, known.ravel())
        if self.turnover is not None:
            total = total + summary_density(self.turnover, jnp.log(found.soc / found.bnpp))
        for group in self.minerals:
            total = total + summary_density(group, found.mineral[:1])
        for term in self.extra:
            total = total + term(self, values)
        return total

    def log_posterior(self, z: Array, slopes: Array) -> Array:
        """Return the logarithm of prior times likelihood; the prior of every axis is a standard normal."""
        return self.log_likelihood(z, slopes) - 0.5 * jnp.sum(z**2)


def scattered(
    joint: Joint, values: dict[str, Array], found: Predicted, slopes: Array
) -> tuple[Array, Array, Array, Array]:
    """Return residuals and variances of layers (site, value), effects of a site (site, value, 3), and what is known."""
    data = joint.profiles
    measured = jnp.concatenate([data.log_soc, data.delta14c / PERMIL_SCALE], axis=1)
    error = jnp.concatenate([data.soc_error, data.delta14c_error / PERMIL_SCALE], axis=1)
    known = jnp.isfinite(measured)
    residual = jnp.where(known, jnp.where(known, measured, 0.0) - joint.stacked(found), 0.0)
    depths = data.log_soc.shape[1]
    own = jnp.concatenate(
        [
            jnp.full(depths, values["layer_carbon"]),
            jnp.full(depths, values["layer_radiocarbon"] / PERMIL_SCALE),
        ]
    )
    noise = jnp.where(known, jnp.where(known, error, 0.0) ** 2 + own**2, MISSING)
    spread = jnp.stack([values["site_input"], values["site_rate"], values["site_trend"]])
    scaled = jnp.where(known[..., None], slopes * spread, 0.0)
    return residual, noise, scaled, known


def site_effects(scaled: Array, study: Array, share: Array) -> Array:
    """Return U (site * value, effect) of U U', the covariance by what each site, and each study, has of its own."""
    sites, values, kinds = scaled.shape
    own = jnp.sqrt(1.0 - share) * jnp.eye(sites)
    # as many columns as there could be studies: those of none are zero
    common = jnp.sqrt(share) * (study[:, None] == jnp.arange(sites)[None]).astype(scaled.dtype)
    which = jnp.concatenate([own, common], axis=1)
    return jnp.einsum("svk,se->svek", scaled, which).reshape(sites * values, 2 * sites * kinds)


def profile_terms(
    joint: Joint, values: dict[str, Array], found: Predicted, slopes: Array
) -> tuple[Array, Array, Array]:
    """Return residuals (site, value), their covariance over all sites and values, and which are known."""
    residual, noise, scaled, known = scattered(joint, values, found, slopes)
    effects = site_effects(scaled, joint.profiles.study, values["study_share"])
    return residual, effects @ effects.T + jnp.diag(noise.ravel()), known


def low_rank_gaussian(residual: Array, noise: Array, effects: Array, known: Array) -> Array:
    """Logarithm of a normal density with covariance diag(noise) + U U', some residuals missing (Woodbury)."""
    weighted = effects / noise[:, None]
    inner = jnp.eye(effects.shape[1]) + effects.T @ weighted
    factor = jnp.linalg.cholesky(inner)
    drawn = jax.scipy.linalg.solve_triangular(factor, weighted.T @ residual, lower=True)
    square = jnp.sum(residual**2 / noise) - jnp.sum(drawn**2)
    missing = jnp.sum(~known)
    logs = jnp.sum(jnp.log(jnp.diagonal(factor))) + 0.5 * (jnp.sum(jnp.log(noise)) - missing * jnp.log(MISSING))
    return -0.5 * square - logs - 0.5 * jnp.sum(known) * LOG_2PI


def gaussian(residual: Array, covariance: Array, known: Array) -> Array:
    """Logarithm of a normal density of residuals (value,) of which some are missing."""
    factor = jnp.linalg.cholesky(covariance)
    scaled = jax.scipy.linalg.solve_triangular(factor, residual, lower=True)
    missing = jnp.sum(~known)
    logs = jnp.sum(jnp.log(jnp.diagonal(factor))) - 0.5 * missing * jnp.log(MISSING)
    return -0.5 * jnp.sum(scaled**2) - logs - 0.5 * jnp.sum(known) * LOG_2PI


def summary_density(summary: Summary, modelled: Array) -> Array:
    """Logarithm of the density of a mean over sites: modelled (depth, site)."""
    mean = (modelled[: summary.value.shape[0]] @ summary.sites) / jnp.sum(summary.sites)
    known = jnp.isfinite(summary.value)
    residual = jnp.where(known, mean - jnp.where(known, summary.value, 0.0), 0.0)
    return gaussian(residual, summary.covariance + jnp.diag(jnp.where(known, 0.0, MISSING)), known)


def _posterior_and_gradient(joint: Joint, z: Array, slopes: Array) -> tuple[Array, Array]:
    found: tuple[Array, Array] = jax.value_and_grad(joint.log_posterior)(z, slopes)
    return found


def _log_posterior(joint: Joint, z: Array) -> Array:
    return joint.found_and_posterior(z)[2]


slopes_at: Callable[[Joint, Array], Array] = jax.jit(Joint.slopes)
"""Compiled `Joint.slopes`."""

log_posterior_near: Callable[[Joint, Array, Array], Array] = jax.jit(Joint.log_posterior)
"""Compiled `Joint.log_posterior`, for frozen slopes: cheap, and right near the point at which they were taken."""

log_posterior_at: Callable[[Joint, Array], Array] = jax.jit(_log_posterior)
"""Compiled logarithm of the posterior with the slopes at the point itself."""


def or_impossible(log_density: Array) -> float:
    """Return a logarithm of a density as a number, -inf where it is not finite: a site has no steady state there."""
    return float(log_density) if np.isfinite(log_density) else -np.inf


posterior_and_gradient: Callable[[Joint, Array, Array], tuple[Array, Array]] = jax.jit(_posterior_and_gradient)
"""Compiled logarithm of the posterior at a point, for frozen slopes, and its gradient."""


def numbered(names: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the number of each name among the different ones."""
    return np.unique(names, return_inverse=True)[1].astype(np.int64)
