"""Steady states of sites whose rates follow the state: found, differentiated, missed and told why."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evidence_cases import small_joint
from mollisol.evidence import settled
from mollisol.evidence.forward import made_ready, predict, rates_of_year, steady, with_parameters

RMM = {"depolymerisation": "reverse_michaelis_menten"}
DORMANCY = {"depolymerisation": "microbial_dormancy"}
SURFACE = {"protection": "stacking", "priming": "fresh_carbon_limit"}


def made(slots, names):
    joint = small_joint(sites=3, layers=5, studies=2, slots=slots, names=names)
    sites = joint.sites
    ready = made_ready(joint.model, sites.before, sites.aggregation_before, jnp.ones((6, 3)))
    return joint, ready


@pytest.fixture(scope="module")
def microbial():
    return made(RMM, ("depolymerisation.mineral", "depolymerisation.half_saturation"))


@pytest.mark.parametrize("slots", [DORMANCY, SURFACE], ids=["dormancy", "stacking, fresh carbon"])
def test_the_state_found_is_steady_and_holds(slots) -> None:
    joint, ready = made(slots, ("depolymerisation.slow_litter",))
    sites = joint.sites
    carbon, moving = jax.jit(settled.steady_state)(joint.model, ready, sites.mixing, sites.mass)
    assert np.asarray(moving).max() < settled.ACCEPTED
    again = settled.held(joint.model, ready, sites.mixing, sites.mass, carbon)
    assert np.asarray(again) == pytest.approx(np.asarray(carbon), rel=1e-6, abs=1e-12)
    # what is respired and leached is what enters
    rates, source = rates_of_year(joint.model, ready, sites.mixing, sites.mass, carbon)
    named = joint.model.by_name(carbon)
    lost = jnp.sum(jnp.broadcast_to(rates.respiration(named), carbon[:, 0].shape), axis=0)
    lost = lost + sum(
        jnp.broadcast_to(rate, carbon[:, 0].shape)[-1] * named[pool][-1] for pool, rate in rates.down.items()
    )
    assert np.asarray(lost) == pytest.approx(np.asarray(settled.entering(source, carbon).sum(axis=(0, 1))), rel=1e-6)
    assert np.all(settled.exists(joint.model, sites.before, carbon, moving))
    assert np.all(settled.growth(joint.model, ready, sites.mixing, sites.mass, carbon) < 0.0)


def test_a_linear_model_settles_where_it_is_solved_directly() -> None:
    joint, ready = made(None, ("depolymerisation.mineral",))
    sites = joint.sites
    nothing = jnp.zeros((6, len(joint.model.pools), 3))
    rates, source = rates_of_year(joint.model, ready, sites.mixing, sites.mass, nothing)
    direct = steady(joint.model, rates, source, nothing)
    carbon, _ = settled.steady_state(joint.model, ready, sites.mixing, sites.mass)
    assert np.asarray(carbon) == pytest.approx(np.asarray(direct), rel=1e-3)
    whole = dataclasses.replace(joint, passes=0)
    values = joint.space.values(jnp.zeros(len(joint.space)))
    ours, _ = whole.settled(values)
    assert np.asarray(ours.soc) == pytest.approx(
        np.asarray(predict(joint.model, sites, jnp.zeros(()), 3).soc), rel=0.01
    )


def test_derivatives_are_those_of_differences_both_ways(microbial) -> None:
    joint, ready = microbial
    sites = joint.sites

    def total(log_value):
        model = with_parameters(joint.model, {"depolymerisation.half_saturation": 0.02 * jnp.exp(log_value)})
        carbon, _ = settled.steady_state(model, ready, sites.mixing, sites.mass)
        return jnp.sum(jnp.log(jnp.sum(carbon[1:], axis=1)))

    run = jax.jit(total)
    step = 1e-3
    difference = float((run(step) - run(-step)) / (2.0 * step))
    assert abs(difference) > 0.1
    assert float(jax.jit(jax.grad(total))(0.0)) == pytest.approx(difference, rel=1e-4)
    assert float(jax.jit(jax.jacfwd(total))(0.0)) == pytest.approx(difference, rel=1e-4)


def test_rates_held_for_some_years_are_near_those_taken_anew_each_year(microbial) -> None:
    joint, ready = microbial
    sites = joint.sites
    carbon, _ = settled.steady_state(joint.model, ready, sites.mixing, sites.mass)
    start = 0.7 * carbon

    def fed(mark, source):
        return mark * settled.entering(source, carbon)[None]

    def run(block):
        years = jnp.linspace(1.0, 1.5, 22)
        return settled.follow(joint.model, ready, sites.mixing, sites.mass, start[None], years, fed, block)[:, 0]

    held, anew = np.asarray(run(5)), np.asarray(run(1))
    assert held.shape == (22, *carbon.shape)
    assert held.sum(axis=(1, 2)) == pytest.approx(anew.sum(axis=(1, 2)), rel=0.01)


def test_a_site_without_a_steady_state_is_told_with_its_reason(microbial) -> None:
    joint, _ = microbial
    starving = with_parameters(
        joint.model,
        {"depolymerisation.background": jnp.asarray(0.0), "depolymerisation.half_saturation": jnp.asarray(50.0)},
    )
    why = settled.without_steady_state(starving, joint.sites)
    assert why
    assert any("die out" in reason or "without end" in reason for reason in why.values())
    _, there = settled.predict_settled(starving, joint.sites, jnp.zeros(()), jnp.zeros(()))
    assert not np.all(there)
    none = dataclasses.replace(joint, model=starving, space=dataclasses.replace(joint.space, model_names=()))
    z = jnp.zeros(len(joint.space))
    slopes = jnp.zeros((3, 8, 3))
    assert float(none.log_likelihood(z, slopes)) == -np.inf
    assert np.isfinite(float(joint.log_likelihood(z, slopes)))
    assert settled.without_steady_state(joint.model, joint.sites) == {}


def test_inputs_do_more_than_scale_where_rates_follow_the_state(microbial) -> None:
    joint, _ = microbial
    z = jnp.zeros(len(joint.space))
    slopes = np.asarray(joint.slopes(z))
    assert slopes.shape == (3, 8, 3)
    values = joint.space.values(z)
    step = 1e-3
    up, down = (joint.stacked(joint.predicted(values, 0.0, jnp.asarray(sign * step))) for sign in (1.0, -1.0))
    assert slopes[..., 0] == pytest.approx(np.asarray(up - down) / (2.0 * step), rel=1e-3, abs=1e-5)
    assert np.all(slopes[:, :4, 0] < 0.99)
