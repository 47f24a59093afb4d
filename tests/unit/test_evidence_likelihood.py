"""The likelihood of profiles: densities, missing values, gradients, parameters within their bounds."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from evidence_cases import EDGES, NAMES, small_joint
from mollisol.evidence.likelihood import (
    Summary,
    gaussian,
    low_rank_gaussian,
    profile_terms,
    scattered,
    site_effects,
    slopes_at,
    summary_density,
)
from mollisol.evidence.space import HYPER, Axis, space_of
from mollisol.models import build
from mollisol.units import InputError, Parameter, parameters_of


@pytest.fixture(scope="module")
def joint():
    return small_joint()


def test_both_forms_of_the_density_are_that_of_scipy() -> None:
    random = np.random.default_rng(2)
    scaled, study = jnp.asarray(random.normal(size=(5, 4, 3))), jnp.asarray([0, 1, 1, 2, 0])
    noise, residual = jnp.asarray(random.uniform(0.1, 1.0, 20)), jnp.asarray(random.normal(size=20))
    effects = site_effects(scaled, study, jnp.asarray(0.3))
    covariance = effects @ effects.T + jnp.diag(noise)
    known = jnp.ones(20, dtype=bool)
    expected = multivariate_normal(np.zeros(20), np.asarray(covariance)).logpdf(np.asarray(residual))
    assert float(gaussian(residual, covariance, known)) == pytest.approx(expected, rel=1e-12)
    assert float(low_rank_gaussian(residual, noise, effects, known)) == pytest.approx(expected, rel=1e-12)


def test_sites_share_what_their_study_has_in_common() -> None:
    scaled = jnp.ones((3, 1, 1))
    effects = site_effects(scaled, jnp.asarray([0, 0, 1]), jnp.asarray(0.25))
    np.testing.assert_allclose(effects @ effects.T, [[1.0, 0.25, 0.0], [0.25, 1.0, 0.0], [0.0, 0.0, 1.0]], atol=1e-15)


def test_a_missing_value_says_nothing(joint) -> None:
    values = joint.space.values(jnp.zeros(len(joint.space)))
    found = joint.predicted(values)
    slopes = slopes_at(joint, jnp.zeros(len(joint.space)))
    soc = joint.profiles.log_soc.at[2, 1].set(jnp.nan)
    some = small_with(joint, joint.profiles._replace(log_soc=soc))
    residual, noise, scaled, known = scattered(some, values, found, slopes)
    effects = site_effects(scaled, some.profiles.study, values["study_share"])
    whole = low_rank_gaussian(residual.ravel(), noise.ravel(), effects, known.ravel())
    keep = np.flatnonzero(np.asarray(known).ravel())
    _, covariance, _ = profile_terms(some, values, found, slopes)
    alone = multivariate_normal(np.zeros(len(keep)), np.asarray(covariance)[np.ix_(keep, keep)]).logpdf(
        np.asarray(residual).ravel()[keep]
    )
    assert float(whole) == pytest.approx(alone, abs=1e-3)
    assert not bool(known[2, 1])


def test_means_over_sites_share_what_their_covariance_says() -> None:
    covariance = np.array([[0.3, 0.2], [0.2, 0.4]])
    modelled = np.array([[1.0, 3.0, 50.0], [2.0, 2.0, 50.0], [9.0, 9.0, 50.0]])
    sites = jnp.asarray([1.0, 1.0, 0.0])
    own = Summary(jnp.asarray([1.5, 2.5]), jnp.asarray(covariance), sites)
    expected = multivariate_normal([1.5, 2.5], covariance).logpdf([2.0, 2.0])
    assert float(summary_density(own, jnp.asarray(modelled))) == pytest.approx(expected, rel=1e-12)
    some = own._replace(value=jnp.asarray([1.5, jnp.nan]))
    alone = multivariate_normal([1.5], [[0.3]]).logpdf([2.0])
    assert float(summary_density(some, jnp.asarray(modelled))) == pytest.approx(alone, abs=1e-5)


def small_with(joint, profiles):
    import dataclasses

    return dataclasses.replace(joint, profiles=profiles)


@pytest.mark.slow
def test_the_gradient_is_that_of_differences(joint) -> None:
    slopes = slopes_at(joint, jnp.zeros(len(joint.space)))
    z = 0.3 * np.random.default_rng(1).standard_normal(len(joint.space))
    gradient = jax.grad(joint.log_posterior)(jnp.asarray(z), slopes)
    step = 1e-5
    for i in range(len(z)):
        up, down = z.copy(), z.copy()
        up[i] += step
        down[i] -= step
        slope = (joint.log_posterior(jnp.asarray(up), slopes) - joint.log_posterior(jnp.asarray(down), slopes)) / (
            2.0 * step
        )
        assert float(gradient[i]) == pytest.approx(float(slope), rel=1e-5, abs=1e-6)


def test_more_loss_of_minerals_leaves_less_and_younger_carbon(joint) -> None:
    at = joint.space.values(jnp.zeros(len(joint.space)))
    more = {**at, "depolymerisation.mineral": 2.0 * at["depolymerisation.mineral"]}
    slow = {**at, "persistence.release": 0.5 * at["persistence.release"]}
    plain, faster, older = joint.predicted(at), joint.predicted(more), joint.predicted(slow)
    assert np.all(np.asarray(faster.soc) < np.asarray(plain.soc))
    assert np.all(np.asarray(older.delta14c) < np.asarray(plain.delta14c))
    assert plain.soc.shape == (len(EDGES) - 1, 8)


@pytest.mark.parametrize("distribution", ["lognormal", "logit", "normal"])
@pytest.mark.parametrize("z", [-3.0, -0.5, 0.0, 1.0, 4.0])
def test_a_standard_score_and_its_value_belong_together_and_keep_the_bounds(distribution: str, z: float) -> None:
    axis = Axis("a.b", Parameter(0.4, "1", 0.1, 2.0, "none", "low", distribution=distribution, spread=0.3))
    value = float(axis.value(jnp.asarray(z)))
    assert float(axis.score(value)) == pytest.approx(z, abs=1e-9)
    assert distribution == "lognormal" or 0.1 < value < 2.0
    slope = (float(axis.value(jnp.asarray(1e-6))) - float(axis.value(jnp.asarray(-1e-6)))) / 2e-6
    if distribution == "normal":
        assert slope == pytest.approx(0.3, rel=1e-6)


def test_a_space_is_of_parameters_that_the_model_has_and_that_can_move() -> None:
    model = build()
    space = space_of(model, NAMES)
    assert space.names == (*NAMES, *HYPER)
    assert np.allclose(space.point({name: float(space.values(np.zeros(20))[name]) for name in NAMES}), 0.0)
    with pytest.raises(InputError, match=r"no parameter 'depolymerisation\.mineralised'"):
        space_of(model, ["depolymerisation.mineralised"])
    fixed = next(
        f"{p.slot}.{k}" for p in model.processes for k, v in parameters_of(p).items() if v.distribution == "fixed"
    )
    with pytest.raises(InputError, match="no prior"):
        space_of(model, [fixed])
