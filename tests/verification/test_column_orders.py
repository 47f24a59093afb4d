"""Orders of convergence in space and time, measured on problems with a known solution.

    d(w c)/dt = d/dz( D w dc/dz - q c ) - k w c + f

The exact c is chosen, f follows by differentiation, and the engine's own implicit step with a very long step finds
the steady state; carbon of a layer is the integral of w c over it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import expm

from engine_cases import Case, FixedRates, bare_case, graded_grid, random_case, uniform_grid
from mollisol.column import Grid, Pool, dense_operator
from mollisol.column.step import factored, implicit_step, month_step
from mollisol.column.transport import finite_volume

BOTTOM = 2.0
POOL = (Pool("carbon", "anything", "dissolved", 10.0),)
Profile = Callable[[Any], Any]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)


class Problem(NamedTuple):
    exact: Profile
    diffusivity: Profile
    flux: Profile
    carrier: Profile
    decay: float
    grid: Callable[[int], Grid]
    order: float
    tolerance: float


def constant(value: float) -> Profile:
    return lambda z: value + 0.0 * z


def wave(z: Any) -> Any:
    """No gradient at either end."""
    return 1.5 + jnp.cos(jnp.pi * z / BOTTOM)


def no_flux_at_the_top(z: Any) -> Any:
    """D c' = q c at the top for q / D = 2, and no gradient at the bottom."""
    return 1.0 + 2.0 * z - 0.5 * z**2


def rising(z: Any) -> Any:
    """Nothing at the top, where nothing flows in."""
    return z * jnp.exp(-z)


def denser_below(z: Any) -> Any:
    return 1.0 + 0.3 * z


D, Q, K = 0.05, 0.1, 0.3
PROBLEMS = {
    # name: exact solution, D, q, w, k, grid, the order that must be reached, error at 320 layers
    "diffusion": Problem(wave, constant(D), constant(0.0), constant(1.0), K, uniform_grid, 1.95, 2e-6),
    "diffusion, graded grid": Problem(wave, constant(D), constant(0.0), constant(1.0), K, graded_grid, 1.95, 2e-5),
    "diffusion that declines with depth, by mass": Problem(
        wave, lambda z: D * jnp.exp(-z / 0.4), constant(0.0), denser_below, K, graded_grid, 1.95, 4e-6
    ),
    "advection": Problem(rising, constant(0.0), constant(Q), constant(0.25), 0.0, uniform_grid, 0.95, 0.01),
    "advection, graded grid": Problem(
        rising, constant(0.0), constant(Q), constant(0.25), 0.0, graded_grid, 0.95, 0.005
    ),
    "advection that declines with depth": Problem(
        rising, constant(0.0), lambda z: Q * jnp.exp(-z), constant(0.25), K, uniform_grid, 0.95, 0.01
    ),
    "decay": Problem(wave, constant(0.0), constant(0.0), constant(1.0), K, uniform_grid, np.inf, 1e-12),
    "sum": Problem(no_flux_at_the_top, constant(D), constant(Q), constant(1.0), K, uniform_grid, 1.95, 6e-6),
    "sum, graded grid": Problem(
        no_flux_at_the_top, constant(D), constant(Q), constant(1.0), K, graded_grid, 1.95, 9e-6
    ),
}


def integral(function: Profile, grid: Grid) -> np.ndarray:
    half = 0.5 * grid.thickness
    z = grid.centres[:, None] + half[:, None] * NODES
    return half * (np.asarray(jax.vmap(jax.vmap(function))(jnp.asarray(z))) @ WEIGHTS)


def source_of(problem: Problem) -> Profile:
    def flow(z: Any) -> Any:
        conducts = problem.diffusivity(z) * problem.carrier(z)
        return problem.flux(z) * problem.exact(z) - conducts * jax.grad(problem.exact)(z)

    return lambda z: jax.grad(flow)(z) + problem.decay * problem.carrier(z) * problem.exact(z)


def space_error(problem: Problem, layers: int) -> float:
    grid = problem.grid(layers)
    middle, below = jnp.asarray(grid.centres)[:, None], jnp.asarray(grid.edges[1:])[:, None]
    carrier = problem.carrier(middle)
    down, up = finite_volume(grid.thickness[:, None], problem.diffusivity(middle), carrier, problem.flux(below))
    surface = jnp.zeros((1, 1))
    decay = jnp.full((layers + 1, 1), problem.decay).at[0].set(1.0)
    process = FixedRates(
        respired={"carbon": decay},
        down={"carbon": jnp.concatenate([surface, down])},
        up={"carbon": jnp.concatenate([surface, up])},
    )
    case = bare_case(grid, process, POOL)
    rates = case.rates(case.state.carbon)
    source = np.zeros_like(case.state.carbon)
    source[1:, 0, 0] = integral(source_of(problem), grid)
    very_long = 1e14
    system = factored(case.model, rates, jnp.asarray(source[:, 0]), very_long)
    found = implicit_step(case.model, rates, system, jnp.zeros_like(source), (jnp.asarray(source[:, 0]),), very_long)
    exact = integral(lambda z: problem.carrier(z) * problem.exact(z), grid)
    return float(
        np.max(np.abs(np.asarray(found)[1:, 0, 0] - exact) / grid.thickness) / float(np.max(exact / grid.thickness))
    )


@pytest.mark.parametrize("name", PROBLEMS)
def test_order_in_space(name: str) -> None:
    problem = PROBLEMS[name]
    errors = [space_error(problem, layers) for layers in (80, 160, 320)]
    order = np.log2(errors[-2] / errors[-1]) if np.isfinite(problem.order) else np.inf
    print(f"{name}: errors {errors}, order {order:.3f}")
    assert order >= problem.order
    assert errors[-1] <= problem.tolerance


def test_diffusion_in_time_and_space_against_the_cosine() -> None:
    """Pure diffusion between closed ends: each cosine decays at D (pi n / L)^2."""
    errors = {}
    for layers in (20, 40, 80):
        grid, years = uniform_grid(layers, BOTTOM), 8.0
        down, up = finite_volume(grid.thickness[:, None], jnp.full((layers, 1), D), jnp.ones((layers, 1)))
        surface = jnp.zeros((1, 1))
        process = FixedRates(
            down={"carbon": jnp.concatenate([surface, down])}, up={"carbon": jnp.concatenate([surface, up])}
        )
        case = bare_case(grid, process, POOL)
        operator = dense_operator(case.model, case.rates(case.state.carbon), case.rows)
        start = np.concatenate([[0.0], integral(wave, grid)])
        decay = np.exp(-D * (np.pi / BOTTOM) ** 2 * years)
        exact = integral(lambda z: 1.5 + decay * jnp.cos(jnp.pi * z / BOTTOM), grid)  # noqa: B023
        errors[layers] = np.max(np.abs((expm(operator * years) @ start)[1:] - exact) / grid.thickness)
    assert min(np.log2(errors[20] / errors[40]), np.log2(errors[40] / errors[80])) > 1.95
    assert errors[80] < 1e-3


def time_error(case: Case, steps: int, years: float) -> float:
    source = np.full_like(case.state.carbon, 0.1)
    rates = case.rates(case.state.carbon, month=1)
    each = tuple(jnp.moveaxis(source, 1, 0))
    found, _ = month_step(case.model, rates, jnp.asarray(case.state.carbon), each, years, steps)
    worst = 0.0
    for column in range(source.shape[-1]):
        operator = dense_operator(case.model, rates, case.rows, column)
        size = len(operator)
        augmented = np.zeros((size + 1, size + 1))
        augmented[:size, :size], augmented[:size, size] = operator, source[..., column].ravel()
        start = np.concatenate([case.state.carbon[..., column].ravel(), [1.0]])
        exact = (expm(augmented * years) @ start)[:size]
        worst = max(worst, np.max(np.abs(np.asarray(found)[..., column].ravel() - exact)) / exact.max())
    return worst


@pytest.mark.parametrize("what", ["decay", "everything"])
def test_backward_euler_is_of_first_order(what: str) -> None:
    if what == "decay":
        process = FixedRates(respired={"carbon": np.full((2, 1), 0.8)})
        case = bare_case(uniform_grid(1), process, POOL)
        case.state.carbon[:] = 3.0
    else:
        case = random_case(structure=4, seed=1, fastest=1.0, columns=2)
    errors = [time_error(case, steps, 1.0) for steps in (8, 16, 32)]
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    print(f"{what}: errors {errors}, orders {orders}")
    assert np.all((orders > 0.93) & (orders < 1.1))
