"""Steady states of sites whose rates follow the state: found, differentiated, missed and told why."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evidence_cases import small_joint
from mollisol.evidence import settled
from mollisol.evidence.forward import made_ready, predict, rates_of_year, steady, with_parameters
from mollisol.evidence.likelihood import Joint, slopes_at

RMM = {"depolymerisation": "reverse_michaelis_menten"}
DORMANCY = {"depolymerisation": "microbial_dormancy"}
SURFACE = {"protection": "stacking", "priming": "fresh_carbon_limit"}
PARAMETERS = ("depolymerisation.background", "depolymerisation.half_saturation")


def made(slots, names=("depolymerisation.slow_litter",)):
    return small_joint(sites=3, layers=5, studies=2, slots=slots, names=names)


def ready_of(joint):
    sites = joint.sites
    return made_ready(joint.model, sites.before, sites.aggregation_before, jnp.ones((6, 3)))


@jax.jit
def found(joint):
    """The steady state, what another iteration makes of it, what enters and leaves, and the direct solution."""
    sites, model, ready = joint.sites, joint.model, ready_of(joint)
    carbon, moving = settled.steady_state(model, ready, sites.mixing, sites.mass)
    again = settled.held(model, ready, sites.mixing, sites.mass, carbon)
    rates, source = rates_of_year(model, ready, sites.mixing, sites.mass, carbon)
    named, like = model.by_name(carbon), carbon[:, 0]
    lost = jnp.sum(jnp.broadcast_to(rates.respiration(named), like.shape), axis=0)
    lost = lost + sum(jnp.broadcast_to(rate, like.shape)[-1] * named[pool][-1] for pool, rate in rates.down.items())
    lost = lost + sum(jnp.sum(rate * named[pool], axis=0) for (_, pool), rate in rates.export.items())
    given = settled.entering(source, carbon).sum(axis=(0, 1))
    first, source = rates_of_year(model, ready, sites.mixing, sites.mass, jnp.zeros_like(carbon))
    direct = steady(model, first, source, carbon)
    return carbon, moving, again, lost, given, direct, settled.exists(model, sites.before, carbon, moving)


@pytest.fixture(scope="module")
def microbial() -> Joint:
    return made(RMM, PARAMETERS)


@pytest.mark.parametrize("slots", [RMM, DORMANCY, SURFACE], ids=["microbes", "dormancy", "stacking, fresh carbon"])
def test_the_state_found_is_steady(slots) -> None:
    joint = made(slots)
    carbon, moving, again, lost, given, direct, there = (np.asarray(one) for one in found(joint))
    assert moving.max() < settled.ACCEPTED
    assert again == pytest.approx(carbon, rel=1e-6, abs=1e-12)
    assert lost == pytest.approx(given, rel=1e-6)
    assert there.all()
    # rates do follow the state
    assert np.abs(direct / np.where(carbon > 0.0, carbon, 1.0) - 1.0)[1:].max() > 0.1


def test_a_linear_model_settles_where_it_is_solved_directly() -> None:
    joint = made({"oxygen": "none", "priming": "none"})
    carbon, _, _, _, _, direct, there = (np.asarray(one) for one in found(joint))
    assert carbon == pytest.approx(direct, rel=1e-8, abs=1e-15)
    assert there.all()

    @jax.jit
    def both(joint):
        nothing = jnp.zeros(())
        ours, _ = settled.predict_settled(joint.model, joint.sites, nothing, nothing)
        return ours, predict(joint.model, joint.sites, nothing, 1)

    # steps of one year instead of ten before 1950 are all that differs
    ours, theirs = both(joint)
    assert np.asarray(ours.soc) == pytest.approx(np.asarray(theirs.soc), rel=1e-3)
    assert np.asarray(ours.delta14c) == pytest.approx(np.asarray(theirs.delta14c), abs=1.0)


def test_derivatives_are_those_of_differences_both_ways(microbial) -> None:
    sites = microbial.sites

    def total(log_value):
        model = with_parameters(microbial.model, {"depolymerisation.half_saturation": 0.02 * jnp.exp(log_value)})
        carbon, _ = settled.steady_state(model, ready_of(microbial), sites.mixing, sites.mass)
        return jnp.sum(jnp.log(jnp.sum(carbon[1:], axis=1)))

    run = jax.jit(total)
    step = 1e-3
    difference = float((run(step) - run(-step)) / (2.0 * step))
    assert abs(difference) > 0.1
    assert float(jax.jit(jax.grad(total))(0.0)) == pytest.approx(difference, rel=1e-4)
    assert float(jax.jit(jax.jacfwd(total))(0.0)) == pytest.approx(difference, rel=1e-4)


def test_rates_held_for_some_years_are_near_those_taken_anew_each_year(microbial) -> None:
    sites, model = microbial.sites, microbial.model
    carbon = found(microbial)[0]

    @jax.jit
    def run(carbon):
        def fed(mark, source):
            return mark * settled.entering(source, carbon)[None]

        years, ready = jnp.linspace(1.0, 1.5, 22), ready_of(microbial)
        start = (0.7 * carbon)[None]
        return [settled.follow(model, ready, sites.mixing, sites.mass, start, years, fed, k)[:, 0] for k in (5, 1)]

    held, anew = (np.asarray(one) for one in run(carbon))
    assert held.shape == (22, *carbon.shape)
    assert held.sum(axis=(1, 2)) == pytest.approx(anew.sum(axis=(1, 2)), rel=0.01)
    assert np.all(np.diff(held[5:].sum(axis=(1, 2)), axis=0) > 0.0)


def test_a_site_without_a_steady_state_is_told_with_its_reason(microbial) -> None:
    assert settled.without_steady_state(microbial.model, microbial.sites) == {}
    starving = with_parameters(
        microbial.model,
        {"depolymerisation.background": jnp.asarray(0.0), "depolymerisation.half_saturation": jnp.asarray(50.0)},
    )
    why = settled.without_steady_state(starving, microbial.sites)
    assert why
    assert any("die out" in reason or "without end" in reason for reason in why.values())
    # along the axis of half-saturation the likelihood ends where the first site loses its steady state
    likelihood = jax.jit(Joint.log_likelihood)
    z = jnp.zeros(len(microbial.space))
    slopes = jnp.zeros((3, 8, 3))
    assert np.isfinite(float(likelihood(microbial, z, slopes)))
    far = jnp.asarray(microbial.space.point({PARAMETERS[0]: 1e-12, PARAMETERS[1]: 50.0}))
    assert float(likelihood(microbial, far, slopes)) == -np.inf


@pytest.mark.slow
def test_slopes_of_sites_are_the_derivatives(microbial) -> None:
    z = jnp.full(len(microbial.space), 0.1)
    slopes = np.asarray(slopes_at(microbial, z))
    assert slopes.shape == (3, 8, 3)

    @jax.jit
    def exact():
        def moved(own):
            values = microbial.space.values(z)
            return microbial.stacked(microbial.predicted(values, own[1] + own[2] * microbial.trend(), own[0]))

        return jax.jacfwd(moved)(jnp.zeros(3))

    assert slopes == pytest.approx(np.asarray(exact()), rel=1e-3, abs=1e-3)
    # inputs do more than scale where rates follow the state
    assert np.abs(slopes[:, :4, 0] - 1.0).max() > 0.01
