"""Steady states with microbes: found, stable, and where there is none said by name and depth."""

import dataclasses
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine_cases import Case, changed, profile_case, total
from mollisol.column import Grid, State
from mollisol.column.equilibrium import equilibrium, solve_tile
from mollisol.column.tiles import advance, simulate
from mollisol.units import RunError

LAYERS = Grid([0.0, 0.1, 0.25, 0.6, 1.0, 1.5, 2.0])
MICROBES = {"depolymerisation": "reverse_michaelis_menten"}
DORMANCY = {"depolymerisation": "microbial_dormancy"}


def solve(case: Case, **options: Any) -> Any:
    return equilibrium(case.model, case.setup, case.state, case.cycle, **options)


def constant_case(columns: int, sorption: float, **values: Any) -> Case:
    """Annual-mean drivers at full activity: what no temperature, drought or aggregate slows, microbes must."""
    slots = {**MICROBES, "occlusion": "none", "oxygen": "none"}
    case = profile_case(columns=columns, slots=slots, rotation=False, tillage=False, seasonal=False)
    alike = jax.tree_util.tree_map(
        lambda a: np.repeat(a[..., :1], columns, axis=-1) if np.ndim(a) and np.shape(a)[-1] > 1 else a, case.setup
    )
    forcing = dict(alike.forcing)
    forcing["temperature"] = np.full_like(forcing["temperature"], 10.0)
    forcing["matric_potential"] = np.full_like(forcing["matric_potential"], -0.001)
    depth = np.asarray(case.setup.depth)[None]
    forcing["percolation"] = np.maximum(0.2 * np.exp(-depth / 0.7), 0.05)
    model = changed(changed(case.model, "depolymerisation", **values), "protection", sorption=sorption)
    return dataclasses.replace(case, model=model, setup=dataclasses.replace(alike, forcing=forcing), cycle=12)


@pytest.mark.parametrize(
    "slots", [MICROBES, pytest.param(DORMANCY, marks=pytest.mark.slow)], ids=["reverse", "dormancy"]
)
def test_it_is_a_fixed_point_of_the_cycle_and_all_layers_live(slots: dict[str, str]) -> None:
    case = profile_case(columns=2, slots=slots)
    found = solve(case)
    moved, _ = simulate(case.model, case.setup, found.state, case.cycle // 12)
    scale = np.maximum(found.state.carbon, 1e-12 * total(found.state.carbon))
    assert np.max(np.abs(moved.carbon - found.state.carbon) / scale) <= 1e-10
    living = [pool.living for pool in case.model.pools]
    concentration = found.state.carbon[1:, living].sum(axis=1) / case.setup.thickness[1:]
    assert np.all(concentration > 1e-6)
    assert np.min(found.state.carbon) >= 0.0


@pytest.mark.slow
def test_the_long_run_leads_to_it() -> None:
    """From an empty soil with a trace of microbes, and from twice the steady state: no oscillation about it."""
    case = profile_case(LAYERS, slots=MICROBES, rotation=False)
    case = dataclasses.replace(case, model=changed(case.model, "depolymerisation", mineral=0.3, background=0.1))
    steady = solve(case).state
    empty = np.zeros_like(steady.carbon)
    empty[:, case.model.pool_names.index("microbial")] = 1e-4
    for start in (empty, 2.0 * steady.carbon):
        end = advance(case.model, case.setup, State(start, steady.soil), 3000)
        np.testing.assert_allclose(end.carbon, steady.carbon, rtol=1e-4, atol=1e-10 * total(steady.carbon)[0])


@pytest.mark.slow
def test_the_guess_does_not_matter() -> None:
    case = profile_case(LAYERS, slots=MICROBES)
    near = solve(case).state.carbon
    guess = case.state._replace(carbon=np.full_like(case.state.carbon, 3.0))
    far = equilibrium(case.model, case.setup, guess, case.cycle).state.carbon
    np.testing.assert_allclose(far, near, rtol=1e-7, atol=1e-11 * np.sum(near))


def test_linear_mortality_without_background_dies_out_and_density_dependence_settles() -> None:
    """The trials of the design: b = 1 dies out at depth, 1.3 and 1.5 settle; the quotient falls less with larger b."""
    exponents = np.array([1.3, 1.0, 1.5])
    case = constant_case(3, 1.0, density_exponent=exponents, background=0.0)
    with pytest.raises(RunError) as caught:
        solve(case, names=["b 1.3", "b 1.0", "b 1.5"])
    said = str(caught.value)
    assert re.search(r"no steady state for b 1\.0 \(microbes die out below 1\d\d cm", said)
    assert "1.3" not in said.replace("b 1.0", "")
    assert "b 1.5" not in said


def test_carbon_that_no_layer_can_hold_is_named_with_its_depth() -> None:
    """Carbon that is released a thousandth as fast piles up beyond what a layer can hold."""
    case = constant_case(1, 3.0, mineral=1e-6, density_exponent=1.3)
    with pytest.raises(RunError, match=r"field A \(carbon accumulates without end (below|in) .*cm"):
        solve(case, names=["field A"])


@pytest.mark.slow
def test_a_steady_state_that_the_run_leaves_is_none() -> None:
    """Microbes swing between plenty and want where they crowd little and sorption competes for what they eat."""
    case = constant_case(2, 1.0, density_exponent=np.array([1.1, 1.3]), background=0.0)
    with pytest.raises(RunError, match=r"for swings \((microbes swing|microbes die out).*cm.*\)$"):
        solve(case, names=["swings", "settles"])


@pytest.mark.slow
def test_the_gradient_agrees_with_finite_differences() -> None:
    """Of a weighted sum of all carbon, with respect to every parameter of the model."""
    slots = {**MICROBES, "carbon_use_efficiency": "environmental", "nutrients": "nitrogen"}
    case = profile_case(Grid([0.0, 0.1, 0.25, 0.6, 1.5]), slots=slots, rotation=False)
    leaves, structure = jax.tree_util.tree_flatten(case.model)
    values = np.array([float(leaf) for leaf in leaves])
    weights = np.random.default_rng(1).uniform(0.5, 1.5, case.state.carbon.shape[:2])
    setup = jax.tree_util.tree_map(jnp.asarray, case.setup)

    def weighted(parameters: Any) -> Any:
        model = jax.tree_util.tree_unflatten(structure, list(parameters))
        columns = jnp.shape(parameters[0]) or (1,)
        soil = {name: jnp.ones((case.rows, *columns)) for name in case.state.soil}
        start = State(jnp.zeros((*case.state.carbon.shape[:2], *columns)), soil)
        steady = solve_tile(model, setup, start, 12, 1)
        return jnp.tensordot(jnp.asarray(weights), steady.state.carbon, axes=2)

    slope = jax.jit(jax.grad(lambda given: weighted(given)[0]))(jnp.asarray(values))
    assert np.all(np.isfinite(slope))
    step = 1e-5 * np.maximum(np.abs(values), 1e-6)
    nudged = values[:, None] + np.concatenate([np.diag(step), -np.diag(step)], axis=1)
    up, down = np.split(np.asarray(jax.jit(weighted)(jnp.asarray(nudged))), 2)
    difference = (up - down) / (2.0 * step)
    np.testing.assert_allclose(slope * values, difference * values, rtol=1e-4, atol=1e-6)
