"""The likelihood of profiles with what sites have of their own sampled."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from evidence_cases import small_joint
from mollisol.evidence.likelihood import PERMIL_SCALE
from mollisol.evidence.marginal import _at, marginal

Z = 0.3


def joint_with(spread: float):
    """Sites whose factors spread by about exp(0.4 * spread) times 0.35, and a point off the best estimates."""
    joint = small_joint(sites=4, studies=2)
    point = np.zeros(len(joint.space))
    for name in ("site_input", "site_rate"):
        point[joint.space.names.index(name)] = spread
    point[0] = Z
    return joint, point


def test_where_sites_hardly_differ_the_linear_form_is_exact() -> None:
    joint, point = joint_with(-7.0)
    found = marginal(joint, point, draws=400)
    assert abs(found.sampled.sum() - found.linear) < 3.0 * np.sqrt(np.sum(found.error**2)) + 0.02
    assert np.all(found.error < 0.1)


def test_it_is_the_mean_of_the_likelihood_over_what_sites_may_be() -> None:
    """Against draws from the distribution of the sites' factors themselves, which need no approximation."""
    joint, point = joint_with(-2.0)
    found = marginal(joint, point, draws=400)
    values = {name: float(value) for name, value in joint.space.values(jnp.asarray(point)).items()}
    spread = np.array([values["site_input"], values["site_rate"], values["site_trend"]])
    study, share = np.asarray(joint.profiles.study), values["study_share"]
    measured = np.concatenate([joint.profiles.log_soc, joint.profiles.delta14c / PERMIL_SCALE], axis=1)
    error = np.concatenate([joint.profiles.soc_error, joint.profiles.delta14c_error / PERMIL_SCALE], axis=1)
    depths = joint.profiles.log_soc.shape[1]
    left = np.repeat([values["layer_carbon"], values["layer_radiocarbon"] / PERMIL_SCALE], depths)
    variance = error**2 + left**2
    random = np.random.default_rng(1)
    logs = []
    for _ in range(4000):
        common = random.standard_normal((2, 3))[study]
        eta = spread * (np.sqrt(1.0 - share) * random.standard_normal((4, 3)) + np.sqrt(share) * common)
        off = measured - np.asarray(_at(joint, jnp.asarray(point), jnp.asarray(eta))[0])
        each = -0.5 * (off**2 / variance + np.log(2.0 * np.pi * variance)).sum(axis=1)
        logs.append([each[study == k].sum() for k in range(2)])
    weights = np.exp(np.array(logs) - np.max(logs, axis=0))
    expected = np.max(logs, axis=0) + np.log(weights.mean(axis=0))
    own = weights.std(axis=0) / weights.mean(axis=0) / np.sqrt(len(logs))
    assert np.all(np.abs(found.sampled - expected) < 3.5 * np.hypot(own, found.error))
    assert np.all(own < 0.2)
