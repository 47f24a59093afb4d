"""Soil water, snow and litter close and keep their bounds for any soil and weather."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.climate import soil_water
from mollisol.climate.ground import ground
from mollisol.climate.parameters import DepthParameters, Litter, Snow, Water, numbers
from mollisol.climate.snow import snow_step
from mollisol.climate.steps import Steps
from mollisol.climate.water import water_soil
from mollisol.climate.water_step import drain, water_step, withdraw
from mollisol.grid import Grid

jax.config.update("jax_enable_x64", True)

COLUMNS = 16


def any_soil(rng, layers, columns):
    """Hydraulic properties from clean sand to heavy clay, with conductivity over six decades."""
    wilting = rng.uniform(0.01, 0.3, (layers, columns))
    field = wilting + rng.uniform(0.01, 0.2, (layers, columns))
    return SimpleNamespace(
        wilting_point=wilting,
        field_capacity=field,
        saturation=field + rng.uniform(0.01, 0.3, (layers, columns)),
        saturated_conductivity=10.0 ** rng.uniform(-2.0, 4.0, (layers, columns)),
        air_entry=rng.uniform(0.5, 10.0, (layers, columns)),
        retention_exponent=rng.uniform(1.5, 15.0, (layers, columns)),
    )


STEP = jax.jit(water_step)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), layers=st.sampled_from([1, 20]), days=st.sampled_from([0.0, 0.1, 1.0, 30.0]))
def test_one_step_closes_and_keeps_bounds(seed, layers, days):
    rng = np.random.default_rng(seed)
    grid = Grid(np.concatenate([[0.0], np.cumsum(rng.uniform(0.01, 0.5, layers))]))
    soil = water_soil(any_soil(rng, layers, COLUMNS), grid, DepthParameters())
    storage = soil.full * rng.choice([0.0, 1.0, 2.0], (layers, COLUMNS)) * rng.uniform(0.0, 0.5, (layers, COLUMNS))
    some = rng.uniform(0.0, 1.0, COLUMNS) < 0.7
    liquid = some * 10.0 ** rng.uniform(-6.0, 0.5, COLUMNS) * (days > 0.0)
    demand = 10.0 ** rng.uniform(-6.0, 0.0, COLUMNS) * (days > 0.0)
    roots = rng.dirichlet(np.full(layers, 0.5), COLUMNS).T
    cover = rng.choice([0.0, 0.5, 1.0], COLUMNS)
    new, flux = STEP(storage, liquid, demand, cover, roots, days, soil, numbers(Water()))

    change = (new - storage).sum(axis=0)
    out = flux.percolation[-1] + flux.evaporation + flux.uptake.sum(axis=0)
    scale = storage.sum(axis=0) + liquid + demand + 1e-300
    assert np.max(np.abs(change - flux.infiltration + out) / scale) < 1e-12
    assert np.max(np.abs(flux.infiltration + flux.runoff - liquid) / scale) < 1e-12
    # Layer by layer: percolation from above less percolation below less what leaves.
    inside = jnp.concatenate([flux.infiltration[None], flux.percolation[:-1]]) - flux.percolation - flux.uptake
    by_layer = inside - (new - storage)  # what evaporated from each layer
    assert np.all(by_layer >= -1e-12 * scale)
    np.testing.assert_allclose(by_layer.sum(axis=0), flux.evaporation, atol=1e-12 * float(scale.max()))

    assert np.all(new >= 0.0)
    assert np.all(new <= soil.full * (1.0 + 1e-14))
    for value in (flux.infiltration, flux.runoff, flux.evaporation, flux.uptake):
        assert np.all(np.asarray(value) >= -1e-15)
    assert np.all(flux.evaporation + flux.uptake.sum(axis=0) <= demand * (1.0 + 1e-12) + 1e-15)
    if days == 0.0:
        np.testing.assert_array_equal(new, storage)


def test_the_balance_check_can_fail():
    """A flux that is lost is seen at once."""
    rng = np.random.default_rng(0)
    grid = Grid()
    soil = water_soil(any_soil(rng, 20, 1), grid, DepthParameters())
    roots = np.full((20, 1), 0.05)
    new, flux = STEP(
        soil.field, np.full(1, 0.02), np.full(1, 0.003), np.full(1, 0.5), roots, 1.0, soil, numbers(Water())
    )
    residual = (new - soil.field).sum() - flux.infiltration[0] + flux.percolation[-1, 0] + flux.evaporation[0]
    assert abs(float(residual)) > 1e-6


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_drainage_and_withdrawal_are_semigroups(seed):
    """Exact solutions: two half steps are one whole step."""
    rng = np.random.default_rng(seed)
    full, ks, power = rng.uniform(0.01, 0.3), 10.0 ** rng.uniform(-2, 4), rng.uniform(4.0, 30.0)
    floor, start, years = full * rng.uniform(0.0, 0.6), full * rng.uniform(0.0, 3.0), 10.0 ** rng.uniform(-5, 1)
    args = (jnp.asarray(full), jnp.asarray(floor), jnp.asarray(ks), jnp.asarray(power))
    whole = drain(jnp.asarray(start), years, *args)
    halves = drain(drain(jnp.asarray(start), years / 2, *args), years / 2, *args)
    assert float(halves) == pytest.approx(float(whole), rel=1e-10)
    easy, demand = floor + rng.uniform(0.001, 0.1), 10.0 ** rng.uniform(-6, 0)
    whole = withdraw(jnp.asarray(start), jnp.asarray(floor), jnp.asarray(easy), jnp.asarray(demand))
    half = withdraw(jnp.asarray(start), jnp.asarray(floor), jnp.asarray(easy), jnp.asarray(demand / 2))
    halves = withdraw(half, jnp.asarray(floor), jnp.asarray(easy), jnp.asarray(demand / 2))
    assert float(halves) == pytest.approx(float(whole), rel=1e-10, abs=1e-15)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_periodic_year_closes(seed):
    """Infiltration = drainage + evaporation + uptake over the year, from deserts to rain forests."""
    rng = np.random.default_rng(seed)
    grid, columns = Grid(), 4
    days = np.ones((12, 31))
    rain = 10.0 ** rng.uniform(-2.0, 1.0, columns)  # m/yr
    liquid = (rng.uniform(size=(12, 31, columns)) < 0.3) * rng.exponential(1.0, (12, 31, columns))
    liquid *= rain / liquid.sum(axis=(0, 1))
    demand = rng.uniform(0.0, 0.008, (12, 31, columns))
    roots = np.broadcast_to(np.exp(-grid.centres / 0.2)[:, None], (12, 20, columns))
    run = soil_water(liquid, demand, days, any_soil(rng, 20, columns), grid, roots, np.full((12, columns), 0.6))
    leaving = run.percolation.sum(0)[-1] + run.evaporation.sum(0) + run.uptake.sum((0, 1))
    np.testing.assert_allclose(run.infiltration.sum(0), leaving, atol=3e-7)
    np.testing.assert_allclose(run.infiltration.sum(0) + run.runoff.sum(0), rain, rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_snow_closes_and_is_never_negative(seed):
    rng = np.random.default_rng(seed)
    pack, rain = rng.exponential(0.1, COLUMNS), rng.exponential(0.01, COLUMNS)
    temperature, deviation = rng.normal(0.0, 10.0, COLUMNS), rng.choice([0.0, 4.0], COLUMNS)
    demand = rng.exponential(0.003, COLUMNS)
    new, liquid, sublimed, bare = snow_step(pack, temperature, rain, demand, deviation, 1.0, numbers(Snow()))
    np.testing.assert_allclose(new + liquid + sublimed, pack + rain, rtol=1e-13)
    assert all(np.all(np.asarray(value) >= 0.0) for value in (new, liquid, sublimed, bare))
    assert np.all(sublimed + bare <= demand * (1.0 + 1e-14))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_litter_stays_between_air_dry_and_full(seed):
    rng = np.random.default_rng(seed)
    shape = (12, 31, COLUMNS)
    steps = Steps(
        np.arange(1, 13), np.ones((12, 31)), rng.normal(10.0, 6.0, shape), rng.exponential(0.003, shape),
        rng.exponential(0.003, shape), np.zeros((12, COLUMNS)),
    )  # fmt: skip
    litter = Litter()
    suction = np.exp(np.asarray(ground(steps, DepthParameters()).litter_log_suction))
    wettest = -litter.dry_potential * (litter.holding / litter.dry) ** -litter.exponent
    assert np.all(suction <= -litter.dry_potential * (1 + 1e-9))
    assert np.all(suction >= wettest * (1 - 1e-9))
