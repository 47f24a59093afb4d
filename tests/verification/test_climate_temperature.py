"""Heat conduction against the analytic annual wave, its orders of convergence, and heat's conservation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from mollisol.climate import soil_temperature
from mollisol.climate.conduction import Freezing, heat_edges, heat_step, make_cells
from mollisol.grid import Grid

jax.config.update("jax_enable_x64", True)

MEAN, AMPLITUDE, CONDUCTIVITY, CAPACITY = 10.0, 12.0, 1.2, 2.4e6
YEAR = 365.0
OMEGA = 2.0 * np.pi / (YEAR * 86400.0)
DAMPING = np.sqrt(2.0 * CONDUCTIVITY / CAPACITY / OMEGA)


def mean_wave(start, end, depth):
    """Exact mean over [start, end] (days) of Tm + A exp(-z/d) sin(wt - z/d)."""
    phase = lambda t: OMEGA * 86400.0 * t - depth / DAMPING  # noqa: E731
    integral = (np.cos(phase(start)) - np.cos(phase(end))) / (OMEGA * 86400.0)
    return MEAN + AMPLITUDE * np.exp(-depth / DAMPING) * integral / (end - start)


def run(grid, blocks, steps, depth=30.0):
    edge = np.linspace(0.0, YEAR, blocks * steps + 1)
    outside = mean_wave(edge[:-1], edge[1:], 0.0).reshape(blocks, steps, 1)
    days = np.full((blocks, steps), YEAR / blocks / steps)
    shape = (blocks, len(grid), 1)
    heat = soil_temperature(outside, days, np.full(shape, CONDUCTIVITY), np.full(shape, CAPACITY), grid, depth=depth)
    edge = np.linspace(0.0, YEAR, blocks + 1)
    exact = mean_wave(edge[:-1, None], edge[1:, None], grid.centres[None, :])
    return np.asarray(heat.temperature)[:, :, 0], exact


def test_annual_wave_amplitude_and_phase():
    grid = Grid(np.linspace(0.0, 2.5, 126))
    found, exact = run(grid, 73, 5)
    for depth in (0.05, 0.5, 1.0, 2.0):
        layer = int(np.argmin(np.abs(grid.centres - depth)))
        assert np.max(np.abs(found[:, layer] - exact[:, layer])) < 0.02
        wave = np.exp(-1j * 2.0 * np.pi * np.arange(73) / 73)
        ratio = (found[:, layer] @ wave) / (exact[:, layer] @ wave)
        assert abs(abs(ratio) - 1.0) < 5e-3
        assert abs(np.angle(ratio)) * YEAR / (2.0 * np.pi) < 0.2  # days


def test_default_grid_with_daily_steps_is_close():
    found, exact = run(Grid(), 73, 5, depth=15.0)
    assert np.max(np.abs(found - exact)) < 0.05


def test_second_order_in_time():
    grid = Grid(np.linspace(0.0, 2.5, 26))
    # Against a run with fine steps on the same grid: the error of time alone.
    best, _ = run(grid, 12, 960)
    error = [np.max(np.abs((run(grid, 12, n)[0] - best)[:, 2:])) for n in (15, 30, 60)]
    assert np.log2(error[0] / error[1]) == pytest.approx(2.0, abs=0.3)
    assert np.log2(error[1] / error[2]) == pytest.approx(2.0, abs=0.3)


def test_second_order_in_space():
    error, seconds = [], 0.1
    for cells in (16, 32, 64):
        thickness = jnp.full(cells, 1.0 / cells)
        one = jnp.ones((cells, 1))
        grown = make_cells(one, one, thickness)
        z = (np.arange(cells) + 0.5) / cells
        state = jnp.asarray(np.sin(0.5 * np.pi * z))[:, None]
        step = jax.jit(lambda s, c=grown: heat_step(s, jnp.zeros(1), jnp.zeros(1), seconds / 400, c)[0])
        for _ in range(400):
            state = step(state)
        exact = np.sin(0.5 * np.pi * z) * np.exp(-((0.5 * np.pi) ** 2) * seconds)
        error.append(np.abs(np.asarray(state)[:, 0] - exact).max())
    assert np.log2(error[0] / error[1]) == pytest.approx(2.0, abs=0.2)
    assert np.log2(error[1] / error[2]) == pytest.approx(2.0, abs=0.2)


def test_periodic_state_repeats():
    rng = np.random.default_rng(1)
    outside = rng.normal(8.0, 9.0, (12, 30, 3))
    grid = Grid()
    shape = (12, len(grid), 3)
    k, c = rng.uniform(0.5, 2.0, shape), rng.uniform(1.5e6, 3e6, shape)
    days = np.full((12, 30), 365.0 / 360.0)
    for water in (None, np.full(shape, 0.3)):
        first = soil_temperature(outside, days, k, c, grid, water=water)
        again = soil_temperature(outside, days, k, c, grid, water=water, initial=first.final)
        assert np.max(np.abs(again.final - first.final)) < 1e-6
        assert np.max(np.abs(again.temperature - first.temperature)) < 1e-6


def test_padding_changes_nothing():
    grid = Grid([0.0, 0.1, 0.5])
    shape = (1, 2, 1)
    k, c = np.full(shape, 1.0), np.full(shape, 2e6)
    start = np.full((len(heat_edges(grid, 15.0)) - 1, 1), 5.0)
    plain = soil_temperature(np.array([[[1.0], [2.0]]]), np.ones((1, 2)), k, c, grid, initial=start)
    padded = soil_temperature(
        np.array([[[1.0], [2.0], [99.0]]]), np.array([[1.0, 1.0, 0.0]]), k, c, grid, initial=start
    )
    np.testing.assert_allclose(padded.final, plain.final, atol=1e-13)
    np.testing.assert_allclose(padded.temperature, plain.temperature, atol=1e-13)


def test_freezing_conserves_heat():
    rng = np.random.default_rng(2)
    cells = make_cells(jnp.full((12, 4), 1.3), jnp.full((12, 4), 2.4e6), jnp.full(12, 0.05))
    freezing = Freezing(jnp.asarray(rng.uniform(0.0, 50.0, (12, 4))), jnp.asarray(1.0))
    state = jnp.asarray(rng.normal(1.0, 2.0, (12, 4)))
    step = jax.jit(lambda s, o: heat_step(s, o, jnp.full(4, 0.1), 86400.0, cells, freezing))
    for _ in range(200):
        outside = jnp.asarray(rng.normal(-2.0, 8.0, 4))
        new, mean, _ = step(state, outside)
        gained = (cells.capacity * (freezing.content(new) - freezing.content(state))).sum(axis=0)
        entered = 86400.0 * (outside - mean[0]) / (0.1 + cells.half)
        assert np.max(np.abs(gained - entered)) < 1e-9 * float(jnp.abs(cells.capacity).sum() / 4 * 50.0)
        state = new


def test_freezing_front_follows_stefan():
    """A wet soil at 0 degC under a cold surface freezes to sqrt(2 k dT t / L)."""
    cells, thickness = 100, 0.01
    k, water, cold, span = 1.5, 0.4, 10.0, 0.05
    # A tiny heat capacity leaves the latent heat alone, as Stefan's solution has it.
    capacity = 1e4
    column = make_cells(jnp.full((cells, 1), k), jnp.full((cells, 1), capacity), jnp.full(cells, thickness))
    freezing = Freezing(jnp.full((cells, 1), 3.34e8 * water / capacity), jnp.asarray(span))
    state = jnp.zeros((cells, 1))
    step = jax.jit(lambda s: heat_step(s, jnp.full(1, -cold), jnp.zeros(1), 43200.0, column, freezing)[0])
    for _ in range(60):
        state = step(state)
    frozen = float(jnp.sum(jnp.clip(-state / span, 0.0, 1.0)) * thickness)
    assert frozen == pytest.approx(np.sqrt(2.0 * k * cold * 30.0 * 86400.0 / (3.34e8 * water)), rel=0.02)
